// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "baton/chain.hpp"
#include "tools/probe/case.hpp"
#include "tools/probe/finding.hpp"

namespace baton::tool::probe {

/// Whether the chain writes the format of that name.
inline bool has_writer(const PropagatorChain& chain, std::string_view name) {
  return std::ranges::any_of(chain.writers(),
                             [name](const auto& writer) { return writer->traits().name == name; });
}

/// The findings of one case while it is judged. Of each mistake only the first is kept.
class Verdict {
 public:
  explicit Verdict(const Case& expected) noexcept : case_(&expected) {}

  [[nodiscard]] const Case& expected() const noexcept { return *case_; }

  /// A mistake without a clause of its own is one against the case: its clause and level count.
  void add(const Mistake& mistake, std::string_view wanted, std::string_view got) {
    const bool is_of_case = mistake.clause.empty();
    const Level level = is_of_case ? std::max(mistake.level, case_->level) : mistake.level;
    add(mistake, level, is_of_case ? case_->clause : std::string(mistake.clause), wanted, got);
  }

  /// The same in a list, which may have a clause and a weaker level of its own.
  void add(const Mistake& mistake, const ExpectedList& list, std::string_view wanted,
           std::string_view got) {
    if (!mistake.clause.empty()) return add(mistake, wanted, got);
    const Level level = std::max({mistake.level, case_->level, list.level});
    add(mistake, level, list.clause.empty() ? case_->clause : std::string(list.clause), wanted,
        got);
  }

  void add(const Mistake& mistake, Level level, std::string clause, std::string_view wanted,
           std::string_view got) {
    if (has(mistake)) return;
    // What a service sends has no end.
    constexpr std::size_t max_text = 2048;
    findings_.push_back({&mistake, level, std::move(clause), shortened(wanted, max_text),
                         shortened(got, max_text)});
  }

  [[nodiscard]] bool has(const Mistake& mistake) const noexcept {
    return std::any_of(findings_.begin(), findings_.end(),
                       [&](const Finding& finding) { return finding.mistake == &mistake; });
  }

  [[nodiscard]] std::vector<Finding> take() { return std::move(findings_); }

 private:
  const Case* case_;
  std::vector<Finding> findings_;
};

/// All values of a name, in any case, joined by commas.
[[nodiscard]] std::string join_values(const std::vector<Header>& fields, std::string_view name);

[[nodiscard]] std::size_t count_fields(const std::vector<Header>& fields, std::string_view name);

/// Whether what was sent in W3C's fields and in those of the other formats is well-formed, whatever
/// the case. A service that may pass fields on unchanged may leave the bad ones as they came.
void judge_form(Verdict& verdict, const std::vector<Header>& fields, const PropagatorChain& written,
                bool may_pass_on);

/// Whether the traceparent that was sent arrived unchanged.
[[nodiscard]] bool is_passed_on(const Case& expected, const std::vector<Header>& fields);

/// Whether tracestate arrived unchanged beside such a traceparent. Then it must not be changed,
/// whatever it is: Trace Context L2 §3.4.
[[nodiscard]] bool is_tracestate_passed_on(const Case& expected, const std::vector<Header>& fields);

/// Whether no value became a field of its own.
void judge_smuggling(Verdict& verdict, const std::vector<Header>& fields);

/// Compares the members of `tracestate` that arrived with those that were sent.
void judge_tracestate(Verdict& verdict, std::string_view got);

/// The same for baggage, in the form of W3C's field.
void judge_baggage(Verdict& verdict, std::string_view got);

/// Whether a request without baggage gets a member of an earlier one; `earlier` has all members.
void judge_leaked_baggage(Verdict& verdict, std::string_view got,
                          const std::unordered_set<std::string>& earlier);

}  // namespace baton::tool::probe
