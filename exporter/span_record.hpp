// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "baton/tracer.hpp"

namespace baton::detail {

class SpanRecord;

struct DestroySpan {
  void operator()(SpanRecord* span) const noexcept;
};
using SpanPointer = std::unique_ptr<SpanRecord, DestroySpan>;

/// A span as it is kept until it is exported: one block of memory with all its texts. The texts are
/// cut to their limits, and otherwise as they came.
class SpanRecord {
 public:
  using SystemClock = std::chrono::system_clock;
  using SteadyClock = std::chrono::steady_clock;

  /// Null if there is no memory.
  [[nodiscard]] static SpanPointer make(const SpanStart& start, const Context& context,
                                        unsigned generation) noexcept;
  SpanRecord(const SpanRecord&) = delete;
  SpanRecord& operator=(const SpanRecord&) = delete;
  ~SpanRecord() = default;

  void finish(const SpanEnd& end) noexcept;

  [[nodiscard]] const SpanContext& context() const noexcept { return context_; }
  [[nodiscard]] SpanId parent_id() const noexcept { return parent_id_; }
  [[nodiscard]] bool parent_is_remote() const noexcept { return parent_is_remote_; }
  [[nodiscard]] SpanKind kind() const noexcept { return kind_; }
  [[nodiscard]] std::string_view name() const noexcept { return {texts(), name_size_}; }
  /// Since the Unix epoch.
  [[nodiscard]] std::chrono::nanoseconds begin() const noexcept;
  [[nodiscard]] std::chrono::nanoseconds end() const noexcept { return begin() + duration_; }
  [[nodiscard]] std::chrono::nanoseconds duration() const noexcept { return duration_; }
  [[nodiscard]] bool is_error() const noexcept { return is_error_; }

  /// With `error.type`; of several with one key, the last one.
  [[nodiscard]] std::vector<Attribute> attributes() const;
  [[nodiscard]] std::uint32_t dropped_attributes() const noexcept { return dropped_attributes_; }
  [[nodiscard]] std::span<const SpanContext> links() const noexcept { return links_; }
  [[nodiscard]] std::uint32_t dropped_links() const noexcept { return dropped_links_; }

  /// Which process of a chain of forks started it.
  [[nodiscard]] unsigned generation() const noexcept { return generation_; }

  SpanRecord* next = nullptr;  ///< in a queue

 private:
  SpanRecord(const SpanStart& start, const Context& context, unsigned generation,
             std::size_t capacity) noexcept;

  [[nodiscard]] const char* texts() const noexcept {
    return reinterpret_cast<const char*>(this + 1);
  }
  [[nodiscard]] char* texts() noexcept { return reinterpret_cast<char*>(this + 1); }
  void add(std::span<const Attribute> attributes) noexcept;
  void add(const Attribute& attribute) noexcept;
  [[nodiscard]] char* room_for(std::size_t size) noexcept;

  SpanContext context_;
  SpanId parent_id_;
  SystemClock::time_point system_begin_;
  SteadyClock::time_point steady_begin_;
  std::chrono::nanoseconds duration_{0};
  std::vector<SpanContext> links_;
  std::unique_ptr<char[]> overflow_;  // attributes of the end that found no room
  std::uint32_t capacity_;
  std::uint32_t used_ = 0;
  std::uint32_t overflow_capacity_ = 0;
  std::uint32_t overflow_used_ = 0;
  std::uint32_t name_size_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t dropped_attributes_ = 0;
  std::uint32_t dropped_links_ = 0;
  unsigned generation_;
  SpanKind kind_;
  bool parent_is_remote_;
  bool is_error_ = false;
};

}  // namespace baton::detail
