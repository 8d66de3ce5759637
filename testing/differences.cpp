// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/detail/differences.hpp"

#include <algorithm>
#include <cstddef>

#include "baton/configuration.hpp"
#include "baton/detail/ascii.hpp"
#include "baton/testing/shown.hpp"

namespace baton::testing::detail {
namespace {

/// Members of a list, in order.
using Members = FieldList;
using Member = FieldList::value_type;

std::size_t first_difference(std::string_view a, std::string_view b) {
  const auto places = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(places.first - a.begin());
}

void add(std::string& differences, const std::string& difference) {
  if (!differences.empty()) differences += "; ";
  differences += difference;
}

/// Of an id in hexadecimal.
std::string id_difference(std::string_view name, const std::string& got,
                          const std::string& wanted) {
  if (got == wanted) return "";
  return std::string(name) + " differs from digit " +
         std::to_string(first_difference(got, wanted)) + ": " + got + " is not " + wanted;
}

bool has_key(const Members& members, std::string_view key) {
  return std::any_of(members.begin(), members.end(),
                     [&](const Member& member) { return member.first == key; });
}

/// What is in one list and not in the other, and values that differ.
std::string members_difference(std::string_view list, const Members& got, const Members& wanted) {
  std::string differences;
  for (const auto& [key, value] : wanted) {
    const auto has_that_key = [wanted_key = std::string_view(key)](const Member& member) {
      return member.first == wanted_key;
    };
    const auto found = std::find_if(got.begin(), got.end(), has_that_key);
    if (found != got.end()) {
      if (found->second != value) {
        add(differences,
            std::string(list) + "'s " + shown(key) + " " + text_difference(found->second, value));
      }
      continue;
    }
    std::string lack = std::string(list) + " lacks " + shown(key);
    for (const Member& other : got) {
      if (baton::detail::equals_ignoring_case(other.first, key))
        lack += ", has " + shown(other.first);
    }
    add(differences, lack);
  }
  for (const Member& member : got) {
    const bool is_named_above = std::any_of(wanted.begin(), wanted.end(), [&](const Member& other) {
      return other.first == member.first ||
             (!has_key(got, other.first) &&
              baton::detail::equals_ignoring_case(other.first, member.first));
    });
    if (!is_named_above) {
      add(differences, std::string(list) + " has " + shown(member.first) + " = " +
                           shown(member.second) + " as well");
    }
  }
  return differences;
}

Members members_of(const TraceState& state) {
  Members members;
  for (const auto& [key, value] : state) members.emplace_back(key, value);
  return members;
}

std::string state_difference(const TraceState& got, const TraceState& wanted) {
  if (got == wanted) return "";
  std::string members = members_difference("tracestate", members_of(got), members_of(wanted));
  if (!members.empty()) return members;
  return "tracestate has another order: " + shown(got.header()) + " is not " +
         shown(wanted.header());
}

std::string flag_difference(std::string_view name, bool got, bool wanted) {
  if (got == wanted) return "";
  return "the " + std::string(name) + " flag is " + (got ? "set" : "clear");
}

constexpr const char* no_caller = "the caller names no trace";

std::string without_trace(const Said& said) {
  return said.trace_issues.empty() ? "there is no trace context"
                                   : "the trace context cannot be read: " + said.trace_issues;
}

}  // namespace

Said said_by(CarrierReader carrier) {
  static const PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  ExtractReport report;
  Said said;
  said.context = chain.extract(carrier, &report);
  for (const ExtractReport::Issue& issue : report.issues()) {
    const std::string text = std::string(issue.field) + ": " + issue.error.message();
    add(issue.field == "baggage" ? said.baggage_issues : said.trace_issues, text);
  }
  return said;
}

std::string text_difference(std::string_view got, std::string_view wanted) {
  if (got == wanted) return "";
  return "differs from byte " + std::to_string(first_difference(got, wanted)) + ": " + shown(got) +
         " is not " + shown(wanted);
}

std::string continuing_difference(const Said& said, const Context& caller, Parent parent) {
  const SpanContext& got = said.context.span_context();
  const SpanContext& wanted = caller.span_context();
  if (!caller.trace_id().is_valid()) return no_caller;
  if (!got.is_valid()) return without_trace(said);
  std::string differences =
      id_difference("trace-id", got.trace_id.to_string(), wanted.trace_id.to_string());
  if (!differences.empty()) return differences;  // another trace: the rest says no more

  if (parent == Parent::same) {
    differences = id_difference("parent-id", got.span_id.to_string(), wanted.span_id.to_string());
  } else if (parent == Parent::fresh && got.span_id == wanted.span_id) {
    differences = "parent-id is still the caller's: " + got.span_id.to_string();
  }
  for (const std::string& other :
       {flag_difference("sampled", got.flags.sampled(), wanted.flags.sampled()),
        flag_difference("random", got.flags.random(), wanted.flags.random()),
        state_difference(got.trace_state, wanted.trace_state)}) {
    if (!other.empty()) add(differences, other);
  }
  if (!said.trace_issues.empty()) {
    add(differences, "it cannot be read whole: " + said.trace_issues);
  }
  return differences;
}

std::string restarting_difference(const Said& said, const Context& caller) {
  const SpanContext& got = said.context.span_context();
  const SpanContext& old = caller.span_context();
  if (!caller.trace_id().is_valid()) return no_caller;
  if (!got.is_valid()) return without_trace(said);
  std::string differences;
  if (got.trace_id == old.trace_id) {
    add(differences, "trace-id is still the caller's: " + got.trace_id.to_string());
  }
  if (got.span_id == old.span_id) {
    add(differences, "parent-id is still the caller's: " + got.span_id.to_string());
  }
  for (const auto& [key, value] : got.trace_state) {
    if (old.trace_state.get(key) != value) continue;
    add(differences, "tracestate still has the caller's " + shown(key) + " = " + shown(value));
  }
  return differences;
}

std::string no_trace_difference(const Said& said) {
  if (said.context.span_context().is_valid()) {
    return "it names the span " + said.context.span_context().span_id.to_string() +
           " of the trace " + said.context.trace_id().to_string();
  }
  if (said.context.trace_id().is_valid()) {
    return "it names the trace " + said.context.trace_id().to_string();
  }
  return said.trace_issues;
}

std::string baggage_difference(const Said& said, const FieldList& wanted) {
  Members members;
  for (const BaggageMember& member : said.context.baggage()) {
    members.emplace_back(member.key(), member.value());
  }
  std::string differences = members_difference("baggage", members, wanted);
  if (!said.baggage_issues.empty()) {
    add(differences, "it cannot be read whole: " + said.baggage_issues);
  }
  return differences;
}

}  // namespace baton::testing::detail
