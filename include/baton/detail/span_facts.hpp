// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "baton/options.hpp"
#include "baton/scope.hpp"
#include "baton/span.hpp"

namespace baton::detail {

/// A few attributes, as a transport collects them for a span.
class Attributes {
 public:
  static constexpr std::size_t max_size = 10;

  /// Leaves out an empty text.
  void add(std::string_view key, std::string_view value) {
    if (!value.empty()) push({key, value});
  }
  void add(std::string_view key, std::int64_t value) { push({key, value}); }

  [[nodiscard]] std::span<const Attribute> all() const noexcept { return {items_.data(), size_}; }

 private:
  void push(const Attribute& attribute) {
    if (size_ < max_size) items_[size_++] = attribute;
  }

  std::array<Attribute, max_size> items_{};
  std::size_t size_ = 0;
};

/// What a transport knows when it starts a span.
struct SpanFacts {
  SpanKind kind = SpanKind::internal;
  std::string name;
  Attributes attributes;

  /// The name that the caller chose, if there is one, takes the place of the transport's.
  [[nodiscard]] Span start(Tracer& tracer, const Context& parent, std::string_view chosen_name,
                           std::span<const SpanContext> links = {}) const {
    return Span(&tracer, {.parent = parent,
                          .kind = kind,
                          .name = chosen_name.empty() ? std::string_view(name) : chosen_name,
                          .attributes = attributes.all(),
                          .links = links});
  }
};

/// The span of a message to send, a child of the current context; without a tracer, that context.
template <class MakeFacts>
Span start_sending(const SendOptions& options, MakeFacts&& make_facts) {
  if (options.tracer == nullptr) return Span(nullptr, {.parent = current()});
  return make_facts().start(*options.tracer, current(), options.span_name);
}

}  // namespace baton::detail
