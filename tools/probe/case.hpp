// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/sampling.hpp"

namespace baton::tool::probe {

/// How much a specification demands, the strongest first.
enum class Level : std::uint8_t {
  must,
  should,
  choice,  ///< the specifications leave it open; what Baton does is expected
};

/// What Baton decides if the specifications leave room.
namespace baton_rules {
inline constexpr std::string_view traceparent = "Baton, docs/wire-formats.md: traceparent";
inline constexpr std::string_view tracestate = "Baton, docs/wire-formats.md: tracestate";
inline constexpr std::string_view baggage = "Baton, docs/wire-formats.md: baggage";
inline constexpr std::string_view b3 = "Baton, docs/wire-formats.md: B3";
}  // namespace baton_rules

/// What must become of the trace that a request names.
enum class Trace : std::uint8_t {
  any,
  continued,
  continued_or_none,  ///< a trace id alone: not every service can forward it
  not_continued,      ///< a new trace, or none
};

/// Which of the sent members must arrive in a list.
enum class Keep : std::uint8_t {
  any,
  exactly,
  at_most,  ///< only these, in this order
};

struct ExpectedList {
  Keep keep = Keep::any;
  std::vector<std::string> members;  ///< as in the field: `key=value`
  Level level = Level::must;         ///< of this list, if it is weaker than that of the case
  std::string_view clause;           ///< empty: that of the case
};

/// One request, and what must arrive after it.
struct Case {
  std::string name;         ///< `group/what-is-special`
  std::string_view format;  ///< the format that the service must read; empty: any
  std::string clause;
  Level level = Level::must;

  std::vector<std::string> lines;  ///< field lines as sent, without CRLF
  unsigned calls = 1;              ///< how many calls the service is told to make
  bool may_refuse = false;         ///< a status of 4xx is right as well, or a closed connection
  bool is_hostile = false;         ///< another request must be answered well afterwards

  Trace trace = Trace::any;
  std::string trace_id;  ///< 32 lowercase digits
  std::string span_id;   ///< the caller's; empty: the request names none
  /// Trace ids that the request may name, in whatever form, and as valid ones or not.
  std::vector<std::string> named_ids;
  std::optional<Sampling> sampling;
  std::optional<bool> random;
  ExpectedList tracestate;
  ExpectedList baggage;  ///< percent-encoded, as in `baggage`
};

/// A field as it arrived.
using Header = std::pair<std::string, std::string>;

/// The name and the value of a field line, without blanks around the value.
[[nodiscard]] Header split_line(std::string_view line);

/// The text, or its first `max_bytes` and how long it is.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t max_bytes);

/// The members of a list, without blanks around them; blank ones are left out.
[[nodiscard]] std::vector<std::string_view> members_of(std::string_view list);

/// What the case expects, in words.
[[nodiscard]] std::string describe(const Case& expected);

[[nodiscard]] std::string_view to_string(Level level) noexcept;

}  // namespace baton::tool::probe
