// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "baton/chain.hpp"
#include "tools/probe/case.hpp"
#include "tools/probe/finding.hpp"
#include "tools/probe/observation.hpp"

namespace baton::tool::probe {

class Verdict;

/// Which parent ids are right.
enum class Spans : std::uint8_t {
  any,        ///< each service may choose; a new one must be new
  fresh,      ///< a new one for each call
  forwarded,  ///< the caller's
};

/// How the service is told whom to call.
enum class CallMode : std::uint8_t { body, route, response };

struct JudgeOptions {
  PropagatorChain written;  ///< the formats that the service writes
  Spans spans = Spans::any;
  CallMode call = CallMode::body;
};

/// How many calls of requests with a trace had which parent id.
struct ParentIds {
  std::size_t fresh = 0;
  std::size_t forwarded = 0;
};

/// Compares what was seen with what a case expects. Does no input or output. Judges the cases of
/// one run in their order: it remembers the ids that it has seen, and what was sent.
class Judge {
 public:
  explicit Judge(JudgeOptions options);

  /// Empty: the case passed. An observation that was not run has no findings.
  [[nodiscard]] std::vector<Finding> judge(const Case& expected, const Observation& seen);

  [[nodiscard]] const ParentIds& parent_ids() const noexcept { return parent_ids_; }

 private:
  void remember(const Case& sent);
  void judge_origin(Verdict& verdict, TraceId trace);
  /// The trace that arrived.
  TraceId judge_fields(Verdict& verdict, const std::vector<Header>& fields);
  void judge_trace(Verdict& verdict, const Context& got, const std::string& arrived);
  void judge_parent_id(Verdict& verdict, const Context& got, bool is_continued,
                       const std::string& arrived);
  void judge_decision(Verdict& verdict, const Context& got, const std::string& arrived);

  JudgeOptions options_;
  Vocabulary says_;                                   // what any of the written formats can say
  std::size_t judged_ = 0;                            // how many requests
  std::unordered_map<SpanId, std::size_t> seen_ids_;  // and of which request
  std::unordered_map<TraceId, const Case*> new_traces_;
  std::unordered_set<TraceId> sent_traces_;       // of earlier cases
  std::unordered_set<std::string> sent_members_;  // the same of baggage
  ParentIds parent_ids_;
};

}  // namespace baton::tool::probe
