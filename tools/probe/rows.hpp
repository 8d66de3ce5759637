// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/join.hpp"
#include "tools/probe/case.hpp"

namespace baton::tool::probe {

/// A case that is being described; each function says what must arrive.
class Row {
 public:
  explicit Row(Case& written) noexcept : case_(&written) {}

  Row& continues(std::string_view trace_id = "{trace}") {
    return trace(Trace::continued, trace_id);
  }
  Row& continues_or_none(std::string_view trace_id = "{trace}") {
    return trace(Trace::continued_or_none, trace_id);
  }
  /// The tracestate of a trace that is not continued should not go on.
  Row& restarts() {
    case_->trace = Trace::not_continued;
    return tracestate({}, Keep::at_most)
        .tracestate_is(Level::should, "Trace Context L2 §3.4 (mutating traceparent)");
  }
  Row& tracestate(std::vector<std::string> members, Keep keep = Keep::exactly) {
    case_->tracestate.keep = keep;
    case_->tracestate.members = std::move(members);
    return *this;
  }
  Row& baggage(std::vector<std::string> members, Keep keep = Keep::exactly) {
    case_->baggage.keep = keep;
    case_->baggage.members = std::move(members);
    return *this;
  }
  Row& decides(Sampling sampling) {
    case_->sampling = sampling;
    return *this;
  }
  Row& random(bool flag) {
    case_->random = flag;
    return *this;
  }
  /// The caller's span id, if it is not `{span}`.
  Row& caller(std::string_view span_id) {
    case_->span_id = span_id;
    return *this;
  }
  Row& should() { return level(Level::should); }
  Row& choice() { return level(Level::choice); }
  /// The trace is as the case demands, and the list a weaker demand.
  Row& tracestate_is(Level level, std::string_view clause) {
    case_->tracestate.level = level;
    case_->tracestate.clause = clause;
    return *this;
  }
  Row& may_refuse() {
    case_->may_refuse = true;
    return *this;
  }
  Row& hostile() {
    case_->is_hostile = true;
    return may_refuse();
  }
  Row& calls(unsigned count) {
    case_->calls = count;
    return *this;
  }

 private:
  Row& level(Level level) {
    case_->level = level;
    return *this;
  }
  Row& trace(Trace trace, std::string_view trace_id) {
    case_->trace = trace;
    case_->trace_id = trace_id;
    return *this;
  }

  Case* case_;
};

/// The cases of one format, in order. Texts may contain the ids of the request:
///
/// | text | is replaced by |
/// |---|---|
/// | `{trace}`, `{span}` | the ids, 32 and 16 lowercase digits, of which the first is a letter |
/// | `{TRACE}`, `{SPAN}` | the same in uppercase |
/// | `{high}`, `{low}` | the halves of the trace id, 16 digits each |
/// | `{high8}`, `{high12}`, `{high14}`, `{high15}`, `{tail24}` | its first digits, its last 24 |
/// | `{low10}`, `{span10}` | the second half, and the span id, as decimal numbers |
/// | `{trace2}`, `{span2}` | other ids |
/// | `{binary}`, `{binary24}` | both ids as OpenCensus has them, in base 64; 24 characters of it |
class Rows {
 public:
  Rows(std::vector<Case>& cases, std::string_view group, std::string_view format) noexcept
      : cases_(&cases), group_(group), format_(format) {}

  /// The row is valid until the next one is added.
  Row add(std::string_view name, std::string_view clause, std::vector<std::string> lines) {
    Case& added = cases_->emplace_back();
    added.name = std::string(group_).append("/").append(name);
    added.format = format_;
    added.clause = clause;
    added.lines = std::move(lines);
    return Row(added);
  }

 private:
  std::vector<Case>* cases_;
  std::string_view group_;
  std::string_view format_;
};

/// `count` members, each `make(i)`.
[[nodiscard]] inline std::vector<std::string> numbered(
    std::size_t count, const std::function<std::string(std::size_t)>& make) {
  std::vector<std::string> members;
  members.reserve(count);
  for (std::size_t i = 0; i < count; ++i) members.push_back(make(i));
  return members;
}

}  // namespace baton::tool::probe
