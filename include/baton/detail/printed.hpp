// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include "baton/ids.hpp"
#include "baton/log.hpp"
#include "baton/span_context.hpp"
#include "baton/traceparent.hpp"

namespace baton::detail {

/// The text of a value, for the formatters of std::format and fmt.
class Printed {
 public:
  explicit Printed(const TraceId& id) noexcept : size_(TraceId::hex_size) {
    id.write_hex(first<TraceId::hex_size>());
  }
  explicit Printed(const SpanId& id) noexcept : size_(SpanId::hex_size) {
    id.write_hex(first<SpanId::hex_size>());
  }
  explicit Printed(const TraceFlags& flags) noexcept : size_(TraceFlags::hex_size) {
    flags.write_hex(first<TraceFlags::hex_size>());
  }
  explicit Printed(const Traceparent& parent) noexcept : size_(Traceparent::size) {
    parent.write(first<Traceparent::size>());
  }
  explicit Printed(const SpanContext& span) noexcept
      : Printed(Traceparent{span.trace_id, span.span_id, span.flags}) {
    if (span.is_valid()) return;
    text_[0] = '-';
    size_ = 1;
  }
  explicit Printed(const LogFields& fields) noexcept
      : size_(fields.write_text(first<LogFields::max_text_size>()).size()) {}

  [[nodiscard]] std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  template <std::size_t size>
  [[nodiscard]] std::span<char, size> first() noexcept {
    return std::span<char, size>(text_.data(), size);
  }

  std::array<char, LogFields::max_text_size> text_;
  std::size_t size_;
};

template <class Value, class... Values>
concept OneOf = (std::same_as<Value, Values> || ...);

template <class Value>
concept Printable = OneOf<Value, TraceId, SpanId, TraceFlags, Traceparent, SpanContext, LogFields>;

}  // namespace baton::detail
