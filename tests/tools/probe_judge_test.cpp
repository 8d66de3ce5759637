// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "baton/configuration.hpp"
#include "probe_clauses.hpp"
#include "tools/probe/catalog.hpp"
#include "tools/probe/judge.hpp"
#include "tools/probe/report.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::uint64_t seed = 1;

const Case& find_case(std::string_view name) {
  static const std::vector<Case> cases = [] {
    const std::vector<std::string_view> formats{"tracecontext", "baggage", "b3",
                                                "b3multi",      "jaeger",  "opencensus"};
    return make_catalog(formats, seed);
  }();
  const auto found =
      std::find_if(cases.begin(), cases.end(), [name](const Case& c) { return c.name == name; });
  if (found == cases.end()) throw std::logic_error("no case " + std::string(name));
  return *found;
}

std::string replaced(std::string text, std::string_view name, const std::string& id) {
  for (std::size_t at = 0; (at = text.find(name, at)) != text.npos; at += id.size()) {
    text.replace(at, name.size(), id);
  }
  return text;
}

/// What the service sends. `{trace}` is the trace id of the request, `{low}` its second half,
/// `{span}` its parent id.
Call make_call(const Case& row, const std::vector<std::string>& lines, unsigned number = 0) {
  // A case that expects no trace has its id in the first field.
  std::string trace = row.trace_id;
  if (trace.empty() && !row.lines.empty() && row.lines.front().size() > 48) {
    trace = row.lines.front().substr(16, 32);
    for (char& c : trace) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  Call call;
  call.number = number;
  for (std::string line : lines) {
    if (trace.size() == 32) line = replaced(line, "{low}", trace.substr(16));
    call.fields.push_back(
        split_line(replaced(replaced(line, "{trace}", trace), "{span}", row.span_id)));
  }
  return call;
}

Observation answered(unsigned status = 200) {
  Observation seen;
  seen.was_run = true;
  seen.reply.answer = Answer::answered;
  seen.reply.status = status;
  return seen;
}

JudgeOptions options_of(std::string_view written, Spans spans = Spans::any) {
  return {make_chain(written).chain, spans, CallMode::body};
}

std::vector<std::string> names_of(const std::vector<Finding>& findings) {
  std::vector<std::string> names;
  for (const Finding& finding : findings) {
    EXPECT_TRUE(is_known_clause(finding.clause)) << finding.clause;
    const std::string level =
        finding.level == Level::must ? "" : std::string(to_string(finding.level)) + " ";
    names.push_back(level + std::string(finding.mistake->name));
  }
  return names;
}

std::vector<std::string> judge(const Case& row, const Observation& seen,
                               std::string_view written = "tracecontext,baggage",
                               Spans spans = Spans::any) {
  return names_of(Judge(options_of(written, spans)).judge(row, seen));
}

using Names = std::vector<std::string>;

/// A service's answer to a case: one call with these fields.
struct Row {
  std::string_view name;
  std::vector<std::string> sent;
  Names mistakes;
  std::string_view written = "tracecontext,baggage";
  Spans spans = Spans::any;
};

constexpr const char* fresh = "traceparent: 00-{trace}-1111111111111111-01";
constexpr const char* other =
    "traceparent: 00-99999999999999999999999999999999-1111111111111111-01";

/// `key0=0,key1=1,…`
std::string many_members(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    out.append(i == 0 ? "" : ",").append("key").append(number).append("=").append(number);
  }
  return out;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      // The trace.
      {"traceparent/plain", {fresh}, {}},
      {"traceparent/plain", {"traceparent: 00-{trace}-{span}-01"}, {}},
      {"traceparent/plain", {}, {"trace-lost"}},
      {"traceparent/plain", {other}, {"trace-restarted"}},
      {"traceparent/plain",
       {"traceparent: 00-9999999999999999{low}-1111111111111111-01"},
       {"trace-restarted"}},
      {"traceparent/absent", {}, {}},
      {"traceparent/absent", {other}, {}},
      {"traceparent/uppercase-trace-id", {other}, {}},
      {"traceparent/uppercase-trace-id", {}, {}},
      {"traceparent/uppercase-trace-id", {fresh}, {"trace-continued"}},
      {"traceparent/version-ff", {fresh}, {"trace-continued"}},
      {"traceparent/zero-parent-id", {fresh}, {"trace-continued"}},
      // Parent ids.
      {"traceparent/plain", {fresh}, {}, "tracecontext", Spans::fresh},
      {"traceparent/plain",
       {"traceparent: 00-{trace}-{span}-01"},
       {"parent-id-not-new"},
       "tracecontext",
       Spans::fresh},
      {"traceparent/plain",
       {"traceparent: 00-{trace}-{span}-01"},
       {},
       "tracecontext",
       Spans::forwarded},
      {"traceparent/plain", {fresh}, {"parent-id-not-forwarded"}, "tracecontext", Spans::forwarded},
      {"traceparent/version-ff",
       {"traceparent: 00-99999999999999999999999999999999-{span}-01"},
       {"parent-id-not-new"}},
      // The form of traceparent.
      {"traceparent/plain", {fresh, fresh}, {"traceparent-repeated", "trace-lost"}},
      {"traceparent/plain",
       {"traceparent: 00-{trace}-1111111111111111-01-x"},
       {"traceparent-malformed", "trace-lost"}},
      {"traceparent/plain",
       {"traceparent: 00-{trace}-1111111111111111-100"},
       {"traceparent-malformed", "trace-lost"}},
      {"traceparent/plain",
       {"traceparent: 00-{trace}-111111111111111A-01"},
       {"traceparent-malformed", "trace-lost"}},
      {"traceparent/future-version",
       {"traceparent: 01-{trace}-1111111111111111-01"},
       {"traceparent-version"}},
      {"traceparent/flags-unknown-bits",
       {"traceparent: 00-{trace}-1111111111111111-ff"},
       {"traceparent-flags"}},
      {"traceparent/flags-unknown-bits",
       {"traceparent: 00-{trace}-1111111111111111-11"},
       {"traceparent-flags"}},
      {"traceparent/plain",
       {"Traceparent: 00-{trace}-1111111111111111-01"},
       {"should name-not-lowercase"}},
      // Flags.
      {"traceparent/flags-not-sampled", {fresh}, {"should sampling-changed"}},
      {"traceparent/level-2-random-flag", {fresh}, {"random-flag-changed"}},
      {"traceparent/level-2-random-flag", {"traceparent: 00-{trace}-1111111111111111-03"}, {}},
      // tracestate.
      {"tracestate/two-members", {fresh, "tracestate: foo=1,bar=2"}, {}},
      {"tracestate/two-members", {fresh, "tracestate: foo=1", "tracestate: bar=2"}, {}},
      {"tracestate/two-members", {fresh, "tracestate: own=9,foo=1,bar=2"}, {}},
      {"tracestate/two-members",
       {fresh, "tracestate: foo=1,own=9,bar=2"},
       {"should tracestate-reordered"}},
      {"tracestate/two-members", {fresh, "tracestate: bar=2,foo=1"}, {"tracestate-reordered"}},
      {"tracestate/two-members", {fresh}, {"tracestate-lost"}},
      // The last member makes room for that of the service.
      {"tracestate/32-members", {fresh, "tracestate: own=9," + many_members(31)}, {}},
      {"tracestate/32-members",
       {fresh, "tracestate: " + many_members(31)},
       {"should tracestate-changed"}},
      {"tracestate/two-members", {fresh, "tracestate: own=9"}, {"tracestate-lost"}},
      {"tracestate/two-members", {fresh, "tracestate: foo=1"}, {"should tracestate-changed"}},
      {"tracestate/two-fields", {fresh, "tracestate: foo=1"}, {"tracestate-changed"}},
      {"tracestate/512-characters", {fresh}, {"should tracestate-lost"}},
      {"tracestate/four-longest-members", {fresh}, {"choice tracestate-lost"}},
      {"tracestate/32-members-and-empty-ones", {fresh}, {"choice tracestate-lost"}},
      {"tracestate/two-members", {fresh, "tracestate: foo=1,bar=3"}, {"tracestate-changed"}},
      {"tracestate/uppercase-key", {fresh}, {}},
      {"tracestate/uppercase-key",
       {fresh, "tracestate: Foo=1"},
       {"choice tracestate-malformed", "choice tracestate-kept"}},
      {"tracestate/uppercase-key-behind-a-good-one",
       {fresh, "tracestate: foo=1"},
       {"choice tracestate-kept"}},
      {"tracestate/uppercase-key", {other}, {"trace-restarted"}},
      // If traceparent is not changed, tracestate must not be changed either, good or bad.
      {"tracestate/uppercase-key",
       {"traceparent: 00-{trace}-{span}-01", "tracestate: Foo=1"},
       {},
       "tracecontext",
       Spans::forwarded},
      {"tracestate/duplicate-key",
       {"traceparent: 00-{trace}-{span}-01", "tracestate: foo=1, foo=2"},
       {},
       "tracecontext",
       Spans::forwarded},
      {"tracestate/two-members",
       {"traceparent: 00-{trace}-{span}-01"},
       {"tracestate-lost"},
       "tracecontext",
       Spans::forwarded},
      {"traceparent/flags-unknown-bits-alone",
       {"traceparent: 00-{trace}-{span}-fc"},
       {"choice traceparent-flags"}},
      {"traceparent/future-version",
       {"traceparent: 01-{trace}-{span}-01"},
       {"choice traceparent-version"}},
      {"traceparent/hyphens-only", {"traceparent: ---"}, {"choice traceparent-malformed"}},
      {"traceparent/hyphens-only",
       {"traceparent: ---"},
       {"traceparent-malformed"},
       "tracecontext",
       Spans::fresh},
      {"traceparent/hyphens-only", {"traceparent: --"}, {"traceparent-malformed"}},
      {"b3/empty", {"b3:"}, {"choice field-malformed"}, "b3"},
      {"b3/empty", {"b3:"}, {"should field-malformed"}, "b3", Spans::fresh},
      {"b3/empty", {"b3: x"}, {"field-malformed"}, "b3"},
      {"b3multi/accept", {"x-b3-traceid: {trace}"}, {"field-malformed", "trace-lost"}, "b3multi"},
      {"traceparent/twice-the-same",
       {"traceparent: 00-{trace}-{span}-01", "traceparent: 00-{trace}-{span}-01"},
       {"choice traceparent-repeated"}},
      {"traceparent/twice-different", {fresh}, {"choice trace-continued"}},
      {"traceparent/future-version", {other}, {"should trace-restarted"}},
      // What the service made, or only passes on.
      {"tracestate/two-members",
       {fresh, "tracestate: Foo=1,foo=1,bar=2"},
       {"tracestate-malformed"}},
      {"tracestate/two-members",
       {fresh, "tracestate: foo=1,bar=2,foo=1"},
       {"tracestate-repeats-key", "tracestate-changed"}},
      {"tracestate/32-members",
       {fresh, "tracestate: own=9," + many_members(32)},
       {"tracestate-malformed"}},
      {"tracestate/with-a-bad-traceparent", {other}, {}},
      {"tracestate/with-a-bad-traceparent",
       {other, "tracestate: foo=1"},
       {"should tracestate-kept"}},
      {"tracestate/with-a-bad-traceparent", {other, "tracestate: own=1"}, {}},
      {"tracestate/without-traceparent",
       {"tracestate: foo=1"},
       {"should tracestate-without-traceparent", "should tracestate-kept"}},
      {"tracestate/duplicate-key", {fresh, "tracestate: foo=1"}, {}},
      {"tracestate/duplicate-key", {fresh}, {}},
      {"tracestate/duplicate-key", {fresh, "tracestate: foo=2"}, {"choice tracestate-kept"}},
      {"tracestate/duplicate-key",
       {fresh, "tracestate: foo=1,foo=2"},
       {"choice tracestate-repeats-key", "choice tracestate-kept"}},
      {"tracestate/smuggling-by-escaped-commas",
       {fresh, "tracestate: foo=,smuggled:1"},
       {"tracestate-malformed", "tracestate-changed"}},
      // baggage.
      {"baggage/three-members", {"baggage: foo=1,bar=2,baz=3"}, {}},
      {"baggage/three-members", {"baggage: foo=1 ,\tbar = 2", "baggage: baz=3"}, {}},
      {"baggage/three-members", {"baggage: own=9,foo=1,bar=2,own2=8,baz=3"}, {}},
      {"baggage/three-members", {}, {"baggage-lost"}},
      {"baggage/three-members", {"baggage: foo=1,baz=3"}, {"baggage-incomplete"}},
      {"baggage/three-members", {"baggage: baz=3,foo=1,bar=2"}, {"choice baggage-reordered"}},
      {"baggage/three-members", {"baggage: foo=1,bar=2,baz=4"}, {"baggage-changed"}},
      {"baggage/three-members", {"baggage: foo=1,bar=2,baz=3,"}, {}},
      {"baggage/three-members", {"baggage: foo=1,bar=2,baz=3,;"}, {"baggage-malformed"}},
      {"baggage/escaped-space", {"baggage: foo=a+b"}, {"baggage-changed"}},
      {"baggage/escaped-space", {"baggage: foo=a%20b"}, {}},
      {"baggage/plus-in-value", {"baggage: foo=a%2Bb"}, {"choice baggage-recoded"}},
      {"baggage/plus-in-value", {"baggage: foo=a%20b"}, {"baggage-changed"}},
      {"baggage/lowercase-escapes", {"baggage: foo=%2C%C3%A9"}, {"choice baggage-recoded"}},
      {"baggage/property", {"baggage: foo=1"}, {"baggage-changed"}},
      {"baggage/property", {"baggage: foo=1%3Bp%3D2"}, {"baggage-changed"}},
      {"baggage/escaped-percent", {"baggage: foo=100%25,bar=%2C"}, {"baggage-changed"}},
      {"baggage/key-with-space", {"baggage: bar=2"}, {}},
      {"baggage/key-with-space", {}, {"choice baggage-lost"}},
      {"baggage/key-with-space",
       {"baggage: f o=1,bar=2"},
       {"choice baggage-malformed", "choice baggage-kept"}},
      {"baggage/smuggled-member",
       {"baggage: foo=1,smuggled=1"},
       {"member-smuggled", "baggage-changed"}},
      {"baggage/smuggled-field",
       {"baggage: foo=1", "X-Smuggled: 1"},
       {"field-smuggled", "baggage-changed"}},
      {"baggage/181-members", {"baggage: k0=v,k1=v"}, {}},
      {"baggage/181-members", {"baggage: k1=v,k0=v"}, {"choice baggage-reordered"}},
      {"baggage/181-members", {"baggage: k1=v,k0=w"}, {"choice baggage-kept"}},
      {"baggage/8193-bytes", {"baggage: foo=vvv"}, {"baggage-kept"}},
      {"baggage/180-members", {"baggage: k0=v"}, {"choice baggage-incomplete"}},
      {"baggage/duplicate-key", {"baggage: foo=1,bar=2,foo=3"}, {}},
      {"baggage/duplicate-key", {"baggage: bar=2,foo=3"}, {}},
      {"baggage/duplicate-key", {"baggage: foo=3,bar=2"}, {"choice baggage-reordered"}},
      {"baggage/duplicate-key", {"baggage: foo=3,bar=2,foo=1"}, {"should baggage-reordered"}},
      {"baggage/duplicate-key", {"baggage: foo=13,bar=2"}, {"choice baggage-kept"}},
      {"baggage/escapes-that-are-not-utf-8", {"baggage: foo=%ff%fe,bar=2"}, {}},
      {"baggage/escapes-that-are-not-utf-8",
       {"baggage: foo=%EF%BF%BD%EF%BF%BD,bar=2"},
       {"choice baggage-recoded"}},
      {"baggage/escapes-that-are-not-utf-8",
       {"baggage: foo=%C3%BF%C3%BE,bar=2"},
       {"baggage-changed"}},
      // Other formats.
      {"b3/accept", {"b3: {trace}-1111111111111111-1"}, {}, "b3"},
      {"b3/accept", {fresh}, {}, "tracecontext"},
      {"b3/accept", {"b3: {trace}-1111111111111111-2"}, {"field-malformed", "trace-lost"}, "b3"},
      {"b3/accept", {"b3: {trace}-1111111111111111"}, {"should sampling-changed"}, "b3"},
      {"b3/deny", {"b3: {trace}-1111111111111111-1"}, {"should sampling-changed"}, "b3"},
      {"b3/deny", {fresh}, {"should sampling-changed"}, "tracecontext"},
      {"b3/debug", {"b3: {trace}-1111111111111111-d"}, {}, "b3"},
      {"b3/debug", {"b3: {trace}-1111111111111111-1"}, {"should sampling-changed"}, "b3"},
      {"b3/debug", {fresh}, {}, "tracecontext"},
      {"b3/deny-alone", {"b3: 0"}, {}, "b3"},
      {"b3/deny-alone", {}, {"should sampling-changed"}, "b3"},
      {"b3/deny-alone", {}, {}, "tracecontext"},
      {"b3/deny-alone", {other}, {"should sampling-changed"}, "tracecontext"},
      {"b3multi/accept",
       {"x-b3-traceid: {trace}", "x-b3-spanid: 1111111111111111", "x-b3-sampled: 1",
        "x-b3-parentspanid:"},
       {"should field-malformed"},
       "b3multi"},
      {"b3multi/accept",
       {"x-b3-traceid: {trace}", "x-b3-spanid: 1111111111111111", "x-b3-sampled: true"},
       {"should field-malformed"},
       "b3multi"},
      {"b3/64-bit-trace-id", {"traceparent: 00-{trace}-1111111111111111-01"}, {}, "tracecontext"},
      {"jaeger/baggage",
       {"uber-trace-id: {trace}:1111111111111111:0:1", "uberctx-foo: a%20b"},
       {},
       "jaeger"},
      {"jaeger/baggage",
       {"uber-trace-id: {trace}:1111111111111111:0:1"},
       {"baggage-lost"},
       "jaeger"},
      {"jaeger/baggage", {fresh}, {}, "tracecontext"},
  };
  return all;
}

TEST(ProbeJudge, FindsTheMistakesInACall) {
  for (const Row& row : rows()) {
    const Case& expected = find_case(row.name);
    Observation seen = answered();
    seen.calls.push_back(make_call(expected, row.sent));
    std::string shown;
    for (const std::string& line : row.sent) shown += line + "; ";
    EXPECT_EQ(judge(expected, seen, row.written, row.spans), row.mistakes)
        << row.name << " " << shown;
  }
}

struct ReplyRow {
  Answer answer;
  unsigned status;
  std::string_view name;
  Names mistakes;
};

const std::vector<ReplyRow>& reply_rows() {
  static const std::vector<ReplyRow> all{
      {Answer::answered, 204, "traceparent/absent", {"not-called"}},
      {Answer::answered, 302, "traceparent/absent", {"redirected"}},
      {Answer::answered, 404, "traceparent/absent", {"refused"}},
      {Answer::answered, 500, "traceparent/absent", {"server-error"}},
      {Answer::not_connected, 0, "traceparent/absent", {"no-connection"}},
      {Answer::timed_out, 0, "traceparent/absent", {"no-answer"}},
      {Answer::closed, 0, "traceparent/absent", {"closed-without-answer"}},
      {Answer::closed_midway, 0, "traceparent/absent", {"closed-midway"}},
      {Answer::not_http, 0, "traceparent/absent", {"answer-not-http"}},
      {Answer::too_large, 0, "traceparent/absent", {"answer-too-large"}},
      // Refusing what is hostile is right; failing at it is not.
      {Answer::answered, 400, "http/binary-baggage", {}},
      {Answer::answered, 431, "http/baggage-of-64-kib", {}},
      {Answer::closed, 0, "http/baggage-of-64-kib", {}},
      {Answer::answered, 500, "http/baggage-of-64-kib", {"server-error"}},
      {Answer::timed_out, 0, "http/baggage-of-64-kib", {"no-answer"}},
      {Answer::closed_midway, 0, "http/baggage-of-64-kib", {"closed-midway"}},
      {Answer::answered, 400, "baggage/8192-bytes", {}},
      {Answer::closed, 0, "baggage/8192-bytes", {"closed-without-answer"}},
  };
  return all;
}

TEST(ProbeJudge, FindsTheMistakesInAnAnswer) {
  for (const ReplyRow& row : reply_rows()) {
    Observation seen = answered(row.status);
    seen.reply.answer = row.answer;
    EXPECT_EQ(judge(find_case(row.name), seen), row.mistakes) << row.name << " " << row.status;
  }
}

/// What concerns several calls, or connections.
std::vector<std::pair<std::string, Names>> judge_special_cases() {
  std::vector<std::pair<std::string, Names>> out;
  const Case& plain = find_case("traceparent/plain");
  const Case& two = find_case("traceparent/two-calls");
  const Case& large = find_case("http/tracestate-of-64-kib");
  const std::string second = "traceparent: 00-{trace}-2222222222222222-01";
  const auto add = [&out](std::string name, const Case& row, const Observation& seen) {
    out.emplace_back(std::move(name), judge(row, seen));
  };

  Observation twice = answered();
  twice.calls = {make_call(plain, {fresh}), make_call(plain, {second})};
  add("twice", plain, twice);

  Observation late = answered();
  late.calls = {make_call(plain, {fresh})};
  late.calls[0].is_late = true;
  add("late", plain, late);

  Observation twice_late = answered();
  twice_late.calls = {make_call(plain, {fresh}), make_call(plain, {second})};
  twice_late.calls[1].is_late = true;
  add("twice, the second time late", plain, twice_late);

  Observation broken = answered();
  broken.calls = {Call{0, "bad version", {}, false}};
  add("broken", plain, broken);
  broken.calls[0].is_too_large = true;
  add("too large", plain, broken);
  add("too large, as the request", large, broken);
  Observation answers_much = answered();
  answers_much.reply.answer = Answer::too_large;
  add("the answer too, as the request", large, answers_much);

  Observation both = answered();
  both.calls = {make_call(two, {fresh}, 0), make_call(two, {second}, 1)};
  add("two calls", two, both);
  both.calls[1] = make_call(two, {fresh}, 1);
  add("two calls, one parent id", two, both);
  out.emplace_back("two calls, one parent id, and each is to be new",
                   judge(two, both, "tracecontext", Spans::fresh));
  both.calls[1] = make_call(two, {other}, 1);
  add("two calls, two traces", two, both);
  both.calls.pop_back();
  add("one of two calls", two, both);
  both.calls.push_back(make_call(two, {second}, 0));
  add("the same one of two calls, twice", two, both);

  Observation new_traces = answered();
  const Case& absent = find_case("traceparent/two-calls-of-a-new-trace");
  new_traces.calls = {
      make_call(absent, {other}, 0),
      make_call(absent, {"traceparent: 00-77777777777777777777777777777777-2222222222222222-01"},
                1)};
  add("two new traces", absent, new_traces);

  Observation dropped = answered();
  dropped.calls = {make_call(plain, {fresh})};
  dropped.reply.dropped_connection = true;
  add("dropped", plain, dropped);

  Observation smuggled = answered();
  smuggled.calls = {make_call(plain, {fresh})};
  smuggled.reply.fields = {{"x-smuggled", "1"}};
  add("smuggled into the answer", plain, smuggled);

  add("not run", plain, Observation());
  return out;
}

TEST(ProbeJudge, FindsTheMistakesInSeveralCalls) {
  const std::vector<std::pair<std::string, Names>> expected{
      {"twice", {"called-twice"}},
      {"late", {"called-late"}},
      {"twice, the second time late", {"called-twice"}},
      {"broken", {"call-not-http"}},
      {"too large", {"call-too-large"}},
      {"too large, as the request", {}},
      {"the answer too, as the request", {}},
      {"two calls", {}},
      {"two calls, one parent id", {"choice parent-id-repeated"}},
      {"two calls, one parent id, and each is to be new", {"parent-id-repeated"}},
      {"two calls, two traces",
       {"trace-restarted", "choice parent-id-repeated", "calls-in-different-traces"}},
      {"one of two calls", {"not-called"}},
      {"the same one of two calls, twice", {"called-twice", "not-called"}},
      {"two new traces", {"should calls-in-different-traces"}},
      {"dropped", {"should connection-dropped"}},
      {"smuggled into the answer", {"field-smuggled"}},
      {"not run", {}},
  };
  EXPECT_EQ(judge_special_cases(), expected);
}

TEST(ProbeReport, GradesByTheStrongestLevel) {
  const auto grade = [](const std::vector<Level>& levels, bool strict) {
    std::vector<Finding> findings;
    for (const Level level : levels) {
      findings.push_back({&mistakes::trace_lost, level, "", "", ""});
    }
    return grade_of(findings, true, strict);
  };
  for (const bool strict : {false, true}) {
    const Grade warned = strict ? Grade::failed : Grade::warned;
    EXPECT_EQ(grade({}, strict), Grade::passed);
    EXPECT_EQ(grade({Level::choice}, strict), Grade::noted);
    EXPECT_EQ(grade({Level::choice, Level::should}, strict), warned);
    EXPECT_EQ(grade({Level::should, Level::choice}, strict), warned);
    EXPECT_EQ(grade({Level::choice, Level::must, Level::should}, strict), Grade::failed);
    EXPECT_EQ(grade_of({}, false, strict), Grade::not_run);
  }
}

TEST(ProbeReport, NotesDoNotFailARun) {
  Report report;
  const Case& row = find_case("baggage/empty-member");
  const Observation seen = answered();
  std::vector<Finding> findings{
      {&mistakes::baggage_lost, Level::choice, row.clause, "foo=1", "none"}};
  report.strict = true;
  report.results.push_back({&row, &seen, std::move(findings), Grade::noted});
  EXPECT_TRUE(report.is_good());
  const std::string table = to_table(report, Paint(false), false);
  EXPECT_NE(table.find("NOTE  baggage/empty-member"), table.npos) << table;
  EXPECT_NE(table.find("  passed   noted  warned"), table.npos) << table;
  EXPECT_NE(to_json(report).find(R"("noted":1)"), std::string::npos);
  const std::string junit = to_junit(report);
  EXPECT_EQ(junit.find("<failure"), junit.npos) << junit;
  EXPECT_NE(junit.find("<system-out>"), junit.npos) << junit;
}

TEST(ProbeJudge, RemembersParentIds) {
  Judge judge(options_of("tracecontext"));
  const Case& plain = find_case("traceparent/plain");
  const Case& cc = find_case("traceparent/future-version-cc");
  Observation seen = answered();
  seen.calls = {make_call(plain, {fresh})};
  EXPECT_EQ(names_of(judge.judge(plain, seen)), Names{});
  seen.calls = {make_call(cc, {fresh})};
  EXPECT_EQ(names_of(judge.judge(cc, seen)), Names{"parent-id-repeated"});
  seen.calls = {make_call(cc, {"traceparent: 00-{trace}-{span}-01"})};
  EXPECT_EQ(names_of(judge.judge(cc, seen)), Names{});
  EXPECT_EQ(judge.parent_ids().fresh, 2U);
  EXPECT_EQ(judge.parent_ids().forwarded, 1U);
}

TEST(ProbeJudge, RemembersNewTraces) {
  Judge judge(options_of("tracecontext"));
  const Case& absent = find_case("traceparent/absent");
  const Case& malformed = find_case("traceparent/version-ff");
  const std::string trace = "traceparent: 00-99999999999999999999999999999999-";
  Observation seen = answered();
  seen.calls = {make_call(absent, {trace + "1111111111111111-01"}),
                make_call(absent, {trace + "2222222222222222-01"}, 1)};
  EXPECT_EQ(names_of(judge.judge(absent, seen)), Names{});
  seen.calls = {make_call(malformed, {trace + "3333333333333333-01"})};
  EXPECT_EQ(names_of(judge.judge(malformed, seen)), Names{"should new-trace-repeated"});
}

TEST(ProbeJudge, RemembersWhatOtherRequestsSent) {
  const Case& plain = find_case("traceparent/plain");
  const Case& members = find_case("baggage/three-members");
  const Case& absent = find_case("baggage/absent");
  const Case& encoded = find_case("baggage/percent-in-key");
  Observation seen = answered();
  const auto after = [&](const Case& earlier, const std::vector<std::string>& lines) {
    Judge judge(options_of("tracecontext,baggage"));
    seen.calls = {};
    static_cast<void>(judge.judge(earlier, seen));
    seen.calls = {make_call(earlier, lines)};
    return names_of(judge.judge(absent, seen));
  };
  EXPECT_EQ(after(plain, {fresh}), Names{"context-leaked"});
  EXPECT_EQ(after(members, {other}), Names{});
  EXPECT_EQ(after(members, {"baggage: bar=2"}), Names{"context-leaked"});
  EXPECT_EQ(after(members, {"baggage: of=it,bar=3"}), Names{});
  EXPECT_EQ(after(plain, {"baggage: bar=2"}), Names{});

  Judge judge(options_of("baggage"));
  static_cast<void>(judge.judge(members, seen));
  seen.calls = {make_call(encoded, {"baggage: foo=1"})};
  EXPECT_EQ(names_of(judge.judge(encoded, seen)), Names{"baggage-lost"});
}

/// A binary field has its ids in no form that a person could read.
TEST(ProbeJudge, KnowsTheTraceOfABinaryField) {
  const Case& truncated = find_case("opencensus/truncated");
  const Case& sampled = find_case("opencensus/sampled");
  ASSERT_EQ(truncated.named_ids.size(), 2U);
  EXPECT_NE(truncated.named_ids.front(), sampled.trace_id);
  Observation seen = answered();
  seen.calls = {make_call(
      truncated, {"traceparent: 00-" + truncated.named_ids.front() + "-1111111111111111-01"})};
  EXPECT_EQ(judge(truncated, seen, "tracecontext"), Names{"choice trace-continued"});
}

TEST(ProbeJudge, GivesTheClauseOfTheList) {
  const Case& bad = find_case("tracestate/uppercase-key");
  Observation seen = answered();
  seen.calls = {make_call(bad, {other, "tracestate: Foo=1"})};
  Judge judge(options_of("tracecontext"));
  std::vector<std::string> clauses;
  for (const Finding& finding : judge.judge(bad, seen)) clauses.push_back(finding.clause);
  const std::string rule(baton_rules::tracestate);
  EXPECT_EQ(clauses, (Names{rule, "Trace Context L2 §3.3 (tracestate header)", rule}));
}

TEST(ProbeJudge, JudgesTheAnswersFieldsIfThereAreNoCalls) {
  JudgeOptions options = options_of("tracecontext,baggage");
  options.call = CallMode::response;
  Judge judge(options);
  const Case& plain = find_case("traceparent/plain");
  Observation seen = answered();
  EXPECT_EQ(names_of(judge.judge(plain, seen)), Names{"trace-lost"});
  seen.reply.fields = make_call(plain, {fresh}).fields;
  EXPECT_EQ(names_of(judge.judge(plain, seen)), Names{});
}

TEST(ProbeJudge, TestsFindEachMistake) {
  // Of the run: tests/tools/test_probe_exchange.py; and of several cases, above.
  std::set<std::string> found{"unwell-afterwards", "context-leaked", "new-trace-repeated"};
  const auto add = [&found](const Names& names) {
    for (const std::string& name : names) {
      found.insert(name.substr(name.find(' ') + 1));
    }
  };
  for (const Row& row : rows()) add(row.mistakes);
  for (const ReplyRow& row : reply_rows()) add(row.mistakes);
  for (const auto& [name, mistakes] : judge_special_cases()) add(mistakes);
  for (const Mistake* mistake : all_mistakes()) {
    EXPECT_TRUE(found.contains(std::string(mistake->name))) << mistake->name;
  }
  EXPECT_EQ(found.size(), all_mistakes().size());
}

}  // namespace
}  // namespace baton::tool::probe
