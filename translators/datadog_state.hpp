// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "baton/parse_error.hpp"
#include "baton/sampling.hpp"
#include "baton/tracestate.hpp"

namespace baton::detail {

/// A decimal number with an optional `-`, as Datadog's tracers write priorities: 2 and 1 keep, 0
/// and -1 drop. One that does not fit in 32 bits, the most that they read, becomes 1 or 0.
ParseError parse_datadog_priority(std::string_view text, std::int32_t& priority) noexcept;

/// The data that Datadog's tracers forward beside ids, as in their member `dd` of tracestate.
///
///     s:2;o:synthetics;t.dm:-4;t.usr.id:YmF6~
///
///     value = pair *( ";" pair )
///     pair  = "s:" priority / "o:" origin / "t." name ":" text   ; the tag "_dd.p." name "=" text
///
/// In this order, up to the first pair for which there is no room. `=` is written as `~`. A
/// character that neither a tag nor tracestate can contain becomes `_`, as in their tracers.
class DatadogState {
 public:
  static constexpr std::string_view key = "dd";
  /// As in their tracers, whose limit is 256 with the key.
  static constexpr std::size_t max_size = 256 - key.size() - 1;
  static constexpr std::string_view tag_prefix = "_dd.p.";
  /// The tag that is not part of it: the first half of the trace id.
  static constexpr std::string_view high_bits_name = "tid";

  struct Pair {
    std::string_view key;  ///< "s", "o", or "t." and a name; empty without a colon
    std::string_view value;
    std::string_view text;  ///< both, as written
  };

  DatadogState() noexcept = default;
  /// The content of a tracestate, unless the decision overrules it, and the decision.
  DatadogState(const TraceState& trace_state, Sampling sampling) noexcept;

  /// `state` with a member that does not contradict the decision and, up to the limit, has the
  /// pairs that only that of `found` has. Nothing if `state` remains unchanged.
  static std::optional<TraceState> reconcile(const TraceState& state, Sampling sampling,
                                             const TraceState& found) noexcept;

  // False: there is no room for this, nor for anything after it.

  bool add_priority(std::int32_t priority) noexcept;
  /// Ignores an empty one.
  bool add_origin(std::string_view origin) noexcept;
  /// Adds a tag, without its prefix. Ignores one without a name or a value: several of their
  /// tracers would drop all tags.
  bool add_tag(std::string_view name, std::string_view value) noexcept;

  [[nodiscard]] bool is_full() const noexcept { return is_full_; }
  [[nodiscard]] std::string_view text() const noexcept { return {text_.data(), size_}; }

  /// Calls visit(Pair) for each pair.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for_each_in(text(), visit);
  }

  /// A tracestate with the member; empty if the decision alone expresses it.
  [[nodiscard]] TraceState to_trace_state() const noexcept;

 private:
  /// The priorities of a member, compared with the decision.
  struct Priorities {
    Priorities(std::string_view member, Sampling sampling) noexcept;

    std::optional<std::int32_t> agreeing;  ///< the last one that agrees
    bool contradict = false;               ///< whether one contradicts
  };

  static Pair take_pair(std::string_view& rest) noexcept;
  template <class Visitor>
  static void for_each_in(std::string_view member, Visitor visit) {
    for (std::string_view rest = member; !rest.empty();) visit(take_pair(rest));
  }
  bool add(std::string_view pair) noexcept;
  bool add(std::string_view label, std::string_view name, std::string_view value,
           char (*encode)(char)) noexcept;
  /// The place for a pair of that size; null, and full from then on, if there is no room.
  char* make_room(std::size_t size) noexcept;

  std::array<char, max_size> text_;
  std::size_t size_ = 0;
  bool is_full_ = false;
};

}  // namespace baton::detail
