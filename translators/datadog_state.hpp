#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baton/parse_error.hpp"
#include "baton/sampling.hpp"
#include "baton/tracestate.hpp"

namespace baton::detail {

/// A decimal number with perhaps a `-`, as Datadog's tracers write priorities: 2 and 1 keep, 0 and
/// -1 drop. What does not fit in 32 bits, which is all that they read, becomes 1 or 0.
ParseError parse_datadog_priority(std::string_view text, std::int32_t& priority) noexcept;

/// What Datadog's tracers hand on beside ids, as they write it into the member `dd` of tracestate.
///
///     s:2;o:synthetics;t.dm:-4;t.usr.id:YmF6~
///
///     value = pair *( ";" pair )
///     pair  = "s:" priority / "o:" origin / "t." name ":" text   ; the tag "_dd.p." name "=" text
///
/// In this order, and up to the first pair for which there is no room. An `=` is written as `~`.
/// What can be neither in a tag nor in tracestate becomes `_`, as in their tracers.
class DatadogState {
 public:
  static constexpr std::string_view key = "dd";
  /// As in their tracers, which allow 256 with the key.
  static constexpr std::size_t max_size = 256 - key.size() - 1;
  static constexpr std::string_view tag_prefix = "_dd.p.";
  /// The tag that is not kept here: the first half of the trace id.
  static constexpr std::string_view high_bits_name = "tid";

  struct Pair {
    std::string_view key;  ///< "s", "o", or "t." and a name
    std::string_view value;
  };

  DatadogState() noexcept = default;
  /// What a tracestate says, where the decision does not overrule it, and the decision.
  DatadogState(const TraceState& trace_state, Sampling sampling) noexcept;

  // False: there is no room for this, nor for anything after it. What is empty says nothing.

  bool add_priority(std::int32_t priority) noexcept;
  bool add_origin(std::string_view origin) noexcept;
  /// A tag without its prefix.
  bool add_tag(std::string_view name, std::string_view value) noexcept;

  [[nodiscard]] bool is_full() const noexcept { return is_full_; }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

  /// Calls visit(Pair) for each pair.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (std::string_view rest = text(); !rest.empty();) visit(take_pair(rest));
  }

  /// A tracestate with the member; empty if the decision alone says as much.
  [[nodiscard]] TraceState to_trace_state() const noexcept;

 private:
  static Pair take_pair(std::string_view& rest) noexcept;
  bool add(std::string_view label, std::string_view name, std::string_view value,
           char (*encode)(char)) noexcept;

  std::array<char, max_size> text_;
  std::size_t size_ = 0;
  bool is_full_ = false;
};

}  // namespace baton::detail
