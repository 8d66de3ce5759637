// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "baton/baggage.hpp"
#include "baton/configuration.hpp"
#include "baton/registry.hpp"
#include "probe_clauses.hpp"
#include "tools/fields.hpp"
#include "tools/probe/catalog.hpp"
#include "tools/probe/judge.hpp"
#include "tools/probe/random_cases.hpp"

namespace baton::tool::probe {
namespace {

/// All that a request can carry.
const std::vector<std::string_view>& formats() {
  static const std::vector<std::string_view> all = [] {
    std::vector<std::string_view> names;
    for (const RegisteredPropagator& known : registered_propagators()) {
      if (!known.traits.reads_elsewhere) names.push_back(known.traits.name);
    }
    return names;
  }();
  return all;
}

PropagatorChain chain_of(std::string_view names) { return make_chain(names).chain; }

/// What a service made of Baton does with a request, without HTTP.
Observation serve(const Case& row, const PropagatorChain& read, const PropagatorChain& written,
                  bool starts_spans) {
  Observation seen;
  seen.was_run = true;
  seen.reply.answer = Answer::answered;
  seen.reply.status = row.is_hostile ? 400 : 200;
  if (row.is_hostile) return seen;
  std::vector<Header> sent;
  for (const std::string& line : row.lines) sent.push_back(split_line(line));
  Fields fields;
  for (const auto& [name, value] : sent) fields.add({name, value});
  const Context caller = read.extract(fields);
  const Context context = starts_spans ? caller.child() : caller;
  for (unsigned number = 0; number < row.calls; ++number) {
    const std::string lines = inject_lines(written, starts_spans ? context.child() : context);
    const auto arrived = parse_fields(lines);
    Call call;
    call.number = number;
    for (const Field& field : arrived->all()) {
      call.fields.emplace_back(std::string(field.name), std::string(field.value));
    }
    seen.calls.push_back(std::move(call));
  }
  return seen;
}

std::string shown(const std::vector<Finding>& findings) {
  std::string out;
  for (const Finding& finding : findings) {
    out.append(finding.mistake->name).append(", expected ").append(finding.expected);
    out.append(", got ").append(finding.got).append("\n");
  }
  return out;
}

TEST(ProbeCatalog, HasManyCasesOfEachFormat) {
  const std::vector<Case> cases = make_catalog(formats(), 1);
  std::set<std::string> names;
  std::set<std::string_view> covered;
  for (const Case& row : cases) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " occurs twice";
    EXPECT_FALSE(row.clause.empty()) << row.name;
    covered.insert(row.format);
    for (const std::string& line : row.lines) {
      EXPECT_EQ(line.find("{trace"), line.npos) << row.name;
      EXPECT_EQ(line.find("{span"), line.npos) << row.name;
      EXPECT_EQ(line.find("{high"), line.npos) << row.name;
    }
    const bool is_continued =
        row.trace == Trace::continued || row.trace == Trace::continued_or_none;
    EXPECT_EQ(row.trace_id.size(), is_continued ? 32U : 0U) << row.name;
  }
  EXPECT_GE(cases.size(), 390U);
  EXPECT_EQ(covered.size(), formats().size() + 1);
}

TEST(ProbeCatalog, CitesWhatExists) {
  std::vector<Case> cases = make_catalog(formats(), 1);
  std::string names;
  for (const std::string_view format : formats()) names.append(format).append(",");
  add_random_cases(cases, chain_of(names), 300, 1);
  for (const Case& row : cases) {
    EXPECT_TRUE(is_known_clause(row.clause)) << row.name << ": " << row.clause;
    for (const ExpectedList& list : {row.tracestate, row.baggage}) {
      EXPECT_TRUE(list.clause.empty() || is_known_clause(list.clause)) << list.clause;
    }
  }
  for (const Mistake* mistake : all_mistakes()) {
    EXPECT_TRUE(mistake->clause.empty() || is_known_clause(mistake->clause)) << mistake->clause;
  }
}

/// Nothing that Baton decided is demanded of others, and B3 says `should` of decisions alone.
TEST(ProbeCatalog, DemandsWhatSpecificationsDemand) {
  for (const Case& row : make_catalog(formats(), 1)) {
    if (row.clause.starts_with("Baton, ")) {
      EXPECT_EQ(row.level, Level::choice) << row.name;
    }
    if (row.format == "tracecontext" || row.format == "baggage" || row.format.empty()) continue;
    const bool is_zero_of_jaeger = row.name.starts_with("jaeger/zero-");
    if (row.trace == Trace::not_continued && !is_zero_of_jaeger) {
      EXPECT_EQ(row.level, Level::choice) << row.name;
    }
  }
}

TEST(ProbeCatalog, DependsOnTheSeedAlone) {
  const std::vector<std::string_view> one{"tracecontext"};
  const auto lines = [&](std::uint64_t seed) { return make_catalog(one, seed)[0].lines; };
  EXPECT_EQ(lines(1), lines(1));
  EXPECT_NE(lines(1), lines(2));
}

/// Each case passes against Baton, which a test with a real service confirms for W3C's.
TEST(ProbeCatalog, AgreesWithBatonInEachPairOfFormats) {
  for (const std::string_view from : formats()) {
    std::vector<Case> cases = make_catalog(std::span(&from, 1), 1);
    const PropagatorChain read = chain_of(from);
    add_random_cases(cases, read, 300, 1);
    for (const std::string_view to : formats()) {
      const PropagatorChain written = chain_of(to);
      for (const bool starts_spans : {false, true}) {
        Judge judge({written, Spans::any, CallMode::body});
        for (const Case& row : cases) {
          const auto findings = judge.judge(row, serve(row, read, written, starts_spans));
          EXPECT_TRUE(findings.empty())
              << row.name << " from " << from << " to " << to << ": " << shown(findings);
        }
      }
    }
  }
}

TEST(ProbeCatalog, AgreesWithBatonInAllFormatsAtOnce) {
  std::string names;
  for (const std::string_view format : formats()) names.append(format).append(",");
  const PropagatorChain all = chain_of(names);
  std::vector<Case> cases = make_catalog(formats(), 2);
  add_random_cases(cases, all, 1000, 2);
  Judge judge({all, Spans::any, CallMode::body});
  for (const Case& row : cases) {
    const auto findings = judge.judge(row, serve(row, all, all, true));
    EXPECT_TRUE(findings.empty()) << row.name << ": " << shown(findings);
  }
}

/// The first 32 digits of the request, wherever they are.
std::string find_trace_id(const Case& row) {
  for (std::string line : row.lines) {
    for (char& c : line) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    for (std::size_t at = 0; at + 32 <= line.size(); ++at) {
      if (TraceId::from_hex(line.substr(at, 32))) return line.substr(at, 32);
    }
  }
  return std::string(32, '8');
}

/// Its members of baggage, the last one first.
std::string reverse_baggage(const Case& row) {
  std::string out;
  for (const std::string& line : row.lines) {
    std::string_view rest = line;
    rest.remove_prefix(rest.find(": ") == rest.npos ? rest.size() : rest.find(": ") + 2);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      out.insert(0, std::string(rest.substr(0, end)) + (out.empty() ? "" : ","));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return out;
}

/// Services that send on all that they get, nothing, a trace of their own, any 32 digits, and
/// baggage in another order.
std::vector<Observation> serve_badly(const Case& row) {
  std::vector<std::vector<Header>> answers(5);
  for (const std::string& line : row.lines) answers[0].push_back(split_line(line));
  const auto parent = [](const std::string& trace) {
    return Header("traceparent", "00-" + trace + "-1111111111111111-01");
  };
  answers[2].push_back(parent(std::string(32, '9')));
  answers[3].push_back(parent(find_trace_id(row)));
  answers[4].emplace_back("baggage", reverse_baggage(row));

  std::vector<Observation> all;
  for (const auto& fields : answers) {
    Observation seen;
    seen.was_run = true;
    seen.reply.answer = Answer::answered;
    seen.reply.status = 200;
    for (unsigned number = 0; number < row.calls; ++number) {
      seen.calls.push_back({number, "", fields, false});
    }
    all.push_back(std::move(seen));
  }
  return all;
}

/// A case that no service can fail would be worth nothing.
TEST(ProbeCatalog, EachCaseIsFailedByABadService) {
  std::set<std::string> passed;
  for (const std::string_view format : formats()) {
    const PropagatorChain written = chain_of(std::string("tracecontext,").append(format));
    for (const Case& row : make_catalog(std::span(&format, 1), 1)) {
      bool fails = false;
      for (const Observation& seen : serve_badly(row)) {
        Judge judge({written, Spans::any, CallMode::body});
        fails = fails || !judge.judge(row, seen).empty();
      }
      // The hostile ones are about answering at all.
      if (!fails && !row.format.empty()) passed.insert(row.name);
    }
  }
  // Only the rules for all cases can be broken here, or those of more formats than these two.
  const std::set<std::string> hardly_fail{"baggage/8193-bytes", "baggage/absent",
                                          "baggage/empty-field", "ottrace/baggage-without-ids",
                                          "traceparent/absent"};
  EXPECT_EQ(passed, hardly_fail);
}

/// A service may have higher limits than Baton, and need not say so.
TEST(ProbeCatalog, GeneratedCasesLeaveLimitsToTheService) {
  std::vector<Case> cases;
  add_random_cases(cases, chain_of("baggage"), 1000, 1);
  constexpr std::size_t no_limit = 1'000'000;
  std::size_t count = 0;
  for (const Case& row : cases) {
    if (row.name.find("-over-limit") == row.name.npos) continue;
    Observation seen;
    seen.was_run = true;
    seen.reply.answer = Answer::answered;
    seen.reply.status = 200;
    std::string sent;
    for (const std::string& line : row.lines) {
      sent.append(sent.empty() ? "" : ",").append(split_line(line).second);
    }
    const Baggage all = Baggage::parse(sent, {no_limit, no_limit});
    seen.calls.push_back({0, "", {{"baggage", std::string(all.header())}}, false});
    Judge judge({chain_of("baggage"), Spans::any, CallMode::body});
    const auto findings = judge.judge(row, seen);
    EXPECT_TRUE(findings.empty()) << row.name << ": " << shown(findings);
    if (row.baggage.keep == Keep::at_most) ++count;
  }
  EXPECT_GT(count, 5U);
}

/// What is against a specification should not be; what Baton alone decides is a choice.
TEST(ProbeCatalog, GeneratedCasesHaveTheLevelOfTheirChange) {
  std::vector<Case> cases;
  add_random_cases(cases, chain_of("tracecontext,baggage,b3"), 1000, 1);
  std::set<Level> valid;
  std::set<Level> others;
  for (const Case& row : cases) {
    const bool is_valid = row.name.ends_with("-valid");
    (is_valid ? valid : others).insert(row.level);
    EXPECT_EQ(row.clause.find("Baton") != row.clause.npos, row.level == Level::choice) << row.name;
    const bool is_of_trace_context = row.clause.find("Trace Context") != row.clause.npos;
    if (row.name.ends_with("-version-ff")) {
      EXPECT_TRUE(is_of_trace_context) << row.name;
    }
    if (!is_valid) {
      EXPECT_EQ(row.tracestate.level, Level::choice) << row.name;
      EXPECT_EQ(row.baggage.level, Level::choice) << row.name;
    }
  }
  EXPECT_EQ(valid, std::set<Level>{Level::should});
  EXPECT_EQ(others, (std::set<Level>{Level::should, Level::choice}));
}

TEST(ProbeCatalog, GeneratedCasesChangeWithTheSeed) {
  const auto make = [](std::uint64_t seed) {
    std::vector<Case> cases;
    add_random_cases(cases, chain_of("tracecontext,baggage"), 50, seed);
    std::string all;
    for (const Case& row : cases) {
      all += row.name;
      for (const std::string& line : row.lines) all += line;
    }
    return all;
  };
  EXPECT_EQ(make(1), make(1));
  EXPECT_NE(make(1), make(2));
}

TEST(ProbePatterns, MatchNames) {
  EXPECT_TRUE(matches("a/b", "a/b"));
  EXPECT_TRUE(matches("a/b", "*"));
  EXPECT_TRUE(matches("a/b-c-d", "a/*-d"));
  EXPECT_TRUE(matches("a/b-c-d", "*b*d"));
  EXPECT_TRUE(matches("", "*"));
  EXPECT_FALSE(matches("a/b", "a"));
  EXPECT_FALSE(matches("a/b", "b"));
  EXPECT_FALSE(matches("a/b", ""));
  EXPECT_FALSE(matches("a/b", "a/bc"));
  EXPECT_FALSE(matches("a/b-c", "a/*-d"));
  const std::string many(10'000, 'a');
  EXPECT_FALSE(matches(many, "*a*a*a*b"));
}

}  // namespace
}  // namespace baton::tool::probe
