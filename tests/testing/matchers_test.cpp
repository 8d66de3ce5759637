// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/matchers.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <map>

#include "baton/carriers/beast.hpp"
#include "baton/testing/carrier_fixture.hpp"

namespace {

using namespace baton::testing;
using baton::Context;
using baton::testing::detail::chain_of;
using baton::testing::detail::full_context;
using testing::_;
using testing::EndsWith;
using testing::Not;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view caller_field = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";
constexpr std::string_view child_field = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-03";
constexpr std::string_view other_field = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view caller_state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

Headers headers(std::string_view parent, std::string_view state = "",
                std::string_view baggage = "") {
  Headers fields;
  if (!parent.empty()) fields.emplace_back("Traceparent", parent);
  if (!state.empty()) fields.emplace_back("tracestate", state);
  if (!baggage.empty()) fields.emplace_back("baggage", baggage);
  return fields;
}

/// What a matcher says of a value that it does not match; "matches" if it does.
template <class Value, class Matcher>
std::string why_not(const Value& value, const Matcher& matcher) {
  const testing::Matcher<const Value&> typed(matcher);
  testing::StringMatchResultListener listener;
  if (typed.MatchAndExplain(value, &listener)) return "matches" + listener.str();
  return listener.str();
}

template <class Matcher>
std::string description(const Matcher& matcher) {
  return testing::DescribeMatcher<const Headers&>(matcher);
}

// ---- What is matched ----

TEST(Matchers, ReadCarriersContainersMessagesAndContexts) {
  const Context context = full_context();
  Headers list;
  baton::http::inject(list, context, {.chain = chain_of("tracecontext,baggage")});
  const std::multimap<std::string, std::string> map(list.begin(), list.end());
  boost::beast::http::request<boost::beast::http::empty_body> request;
  for (const auto& [name, value] : list) request.set(name, value);
  const std::map<std::string, std::string> exact(list.begin(), list.end());

  const auto check = [&](const auto& value) {
    EXPECT_THAT(value, HasTraceparent(caller_field));
    EXPECT_THAT(value, HasTracestate(std::string(caller_state)));
    EXPECT_THAT(value, ContinuesTrace(context));
    EXPECT_THAT(value, ContinuesTrace(context, Parent::same));
    EXPECT_THAT(value, Not(ContinuesTrace(context, Parent::fresh)));
    EXPECT_THAT(value, Not(RestartsTrace(context)));
    EXPECT_THAT(value, Not(HasNoTrace()));
    EXPECT_THAT(value, BaggageIs({{"userId", "Amélie"}, {"empty", ""}, {"b", "=c"}}));
  };
  check(list);
  check(map);
  check(request);
  check(baton::MapCarrier(exact));
  check(context);
  EXPECT_THAT(context.child(), ContinuesTrace(context, Parent::fresh));
  EXPECT_THAT(Context(), HasNoTrace());
  EXPECT_THAT(Headers{}, HasNoTrace());
}

// ---- What they say ----

TEST(HasFieldMatcher, SaysWhatIsThere) {
  const Headers one = headers(child_field);
  EXPECT_EQ(why_not(one, HasTraceparent(caller_field)),
            "but traceparent differs from byte 36: \"" + std::string(child_field) + "\" is not \"" +
                std::string(caller_field) + "\"");
  EXPECT_EQ(why_not(one, HasTraceparent(EndsWith("-01"))),
            "but traceparent is \"" + std::string(child_field) + "\"");
  EXPECT_EQ(why_not(one, HasTracestate("a=1")), "but it has no tracestate");
  EXPECT_EQ(why_not(one, HasField("b3", _)), "but it has no b3");
  Headers two = one;
  two.emplace_back("traceparent", "x\r\n");
  EXPECT_EQ(why_not(two, HasTraceparent()), "but it has 2 traceparent fields: \"" +
                                                std::string(child_field) + "\", \"x\\x0d\\x0a\"");
  EXPECT_EQ(why_not(one, HasTraceparent(child_field)), "matches");
  EXPECT_EQ(description(HasTraceparent(EndsWith("-01"))),
            "has one traceparent that ends with \"-01\"");
  EXPECT_EQ(description(Not(HasTracestate("a"))),
            "does not have one tracestate that is equal to \"a\"");
  EXPECT_EQ(description(HasTraceparent()), "has one traceparent");
  EXPECT_EQ(description(Not(HasTraceparent())), "does not have one traceparent");
}

TEST(ContinuesTraceMatcher, SaysWhatDiffers) {
  const Context caller = full_context();
  const auto why = [&](const Headers& fields, Parent parent = Parent::any) {
    return why_not(fields, ContinuesTrace(caller, parent));
  };
  const Headers child = headers(child_field, caller_state);
  EXPECT_EQ(why(child), "matches");
  EXPECT_EQ(why(child, Parent::fresh), "matches");
  EXPECT_EQ(why(child, Parent::same),
            "but parent-id differs from digit 0: 00f067aa0ba902b7 is not b7ad6b7169203331");
  EXPECT_EQ(why(headers(caller_field, caller_state), Parent::fresh),
            "but parent-id is still the caller's: b7ad6b7169203331");
  EXPECT_EQ(why(headers("00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-03", caller_state)),
            "but trace-id differs from digit 31: 0af7651916cd43dd8448eb211c80319d is not "
            "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(why(headers("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", caller_state)),
            "but the sampled flag is clear; the random flag is clear");
  EXPECT_EQ(why({}), "but there is no trace context");
  EXPECT_EQ(why(headers("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03")),
            "but the trace context cannot be read: traceparent: not a lowercase hexadecimal digit "
            "at byte 4");
  EXPECT_EQ(why(headers(child_field)), "but tracestate lacks \"rojo\"; tracestate lacks \"congo\"");
  EXPECT_EQ(why(headers(child_field, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7")),
            "but tracestate has another order: \"congo=t61rcWkgMzE,rojo=00f067aa0ba902b7\" is not "
            "\"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE\"");
  EXPECT_EQ(why(headers(child_field, "rojo=00f067aa0ba902b7,congo=t61rcWkgMz,x=1")),
            "but tracestate's \"congo\" differs from byte 10: \"t61rcWkgMz\" is not "
            "\"t61rcWkgMzE\"; tracestate has \"x\" = \"1\" as well");
  EXPECT_EQ(why(headers(child_field, caller_state, "a=1,b")), "matches");  // that is BaggageIs
  EXPECT_EQ(why(headers(child_field, "rojo")),
            "but tracestate lacks \"rojo\"; tracestate lacks \"congo\"; it cannot be read whole: "
            "tracestate: missing '=' after a key at byte 4");
  EXPECT_EQ(description(ContinuesTrace(caller, Parent::fresh)),
            "continues the trace 0af7651916cd43dd8448eb211c80319c, with a parent-id of its own");
  EXPECT_EQ(description(Not(ContinuesTrace(caller))),
            "does not continue the trace 0af7651916cd43dd8448eb211c80319c");
}

TEST(ContinuesTraceMatcher, NeedsACallerThatNamesATrace) {
  for (const Headers& fields : {Headers{}, headers(child_field), headers(caller_field)}) {
    EXPECT_EQ(why_not(fields, ContinuesTrace(Context())), "but the caller names no trace");
    EXPECT_EQ(why_not(fields, RestartsTrace(Context())), "but the caller names no trace");
  }
  EXPECT_EQ(description(ContinuesTrace(Context())), "continues the caller's trace");
  EXPECT_EQ(description(RestartsTrace(Context())), "begins another trace than the caller's");
  Context alone;
  alone.set_trace_id(full_context().trace_id(), baton::Sampling::defer);
  EXPECT_EQ(why_not(headers(child_field), RestartsTrace(alone)),
            "but trace-id is still the caller's: 0af7651916cd43dd8448eb211c80319c");
}

TEST(RestartsTraceMatcher, SaysWhatIsLeft) {
  const Context caller = full_context();
  const auto why = [&](const Headers& fields) { return why_not(fields, RestartsTrace(caller)); };
  EXPECT_EQ(why(headers(other_field)), "matches");
  EXPECT_EQ(why(headers(other_field, "new=1")), "matches");
  EXPECT_EQ(why({}), "but there is no trace context");
  EXPECT_EQ(why(headers(other_field, "new=1,congo=t61rcWkgMzE")),
            "but tracestate still has the caller's \"congo\" = \"t61rcWkgMzE\"");
  EXPECT_EQ(why(headers(caller_field)),
            "but trace-id is still the caller's: 0af7651916cd43dd8448eb211c80319c; parent-id is "
            "still the caller's: b7ad6b7169203331");
  EXPECT_EQ(description(RestartsTrace(caller)),
            "begins another trace than the caller's 0af7651916cd43dd8448eb211c80319c");
}

TEST(HasNoTraceMatcher, SaysWhatIsNamed) {
  EXPECT_EQ(why_not(headers(other_field), HasNoTrace()),
            "but it names the span 00f067aa0ba902b7 of the trace 4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(why_not(headers("00-x"), HasNoTrace()),
            "but traceparent: not a lowercase hexadecimal digit at byte 3");
  Context alone;
  alone.set_trace_id(baton::TraceId(1, 2), baton::Sampling::defer);
  EXPECT_EQ(why_not(alone, HasNoTrace()),
            "but it names the trace 00000000000000010000000000000002");
  EXPECT_EQ(why_not(headers("", "", "a"), HasNoTrace()), "matches");
}

TEST(BaggageIsMatcher, SaysWhatDiffers) {
  const auto why = [](std::string_view baggage,
                      std::vector<std::pair<std::string, std::string>> wanted) {
    return why_not(headers("", "", baggage), BaggageIs(std::move(wanted)));
  };
  EXPECT_EQ(why("a=1,userId=Am%C3%A9lie;p", {{"userId", "Amélie"}, {"a", "1"}}), "matches");
  EXPECT_EQ(why("", {}), "matches");
  EXPECT_EQ(why("userid=7", {{"userId", "7"}}), "but baggage lacks \"userId\", has \"userid\"");
  EXPECT_EQ(why("a=1", {{"a", "1"}, {"b", "2"}}), "but baggage lacks \"b\"");
  EXPECT_EQ(why("a=1,b=2", {{"a", "1"}}), "but baggage has \"b\" = \"2\" as well");
  EXPECT_EQ(why("a=1%2520", {{"a", "1 "}}),
            "but baggage's \"a\" differs from byte 1: \"1%20\" is not \"1 \"");
  EXPECT_EQ(description(BaggageIs({{"a", "1"}, {"b", "2"}})),
            "has the baggage \"a\" = \"1\", \"b\" = \"2\"");
  EXPECT_EQ(description(Not(BaggageIs({{"a", "1"}}))), "does not have the baggage \"a\" = \"1\"");
  EXPECT_EQ(description(BaggageIs({})), "has no baggage");
  EXPECT_EQ(description(Not(BaggageIs({}))), "has some baggage");
}

TEST(BaggageIsMatcher, RefusesWhatCannotBeRead) {
  const std::string missing = "it cannot be read whole: baggage: missing '=' after a key at byte ";
  EXPECT_EQ(why_not(headers("", "", "a=1,b,c d=2"), BaggageIs({{"a", "1"}})),
            "but " + missing + "5; baggage: invalid character in a key at byte 8");
  EXPECT_EQ(why_not(headers("", "", "a"), BaggageIs({})), "but " + missing + "1");
  EXPECT_EQ(why_not(headers("", "", "b"), BaggageIs({{"a", "1"}})),
            "but baggage lacks \"a\"; " + missing + "1");
  EXPECT_EQ(why_not(headers("00-x", "", "a=1"), BaggageIs({{"a", "1"}})), "matches");
}

TEST(Matchers, ShowAllThatDistinguishesContexts) {
  Context context = full_context();
  EXPECT_EQ(testing::PrintToString(context),
            "trace 0af7651916cd43dd8448eb211c80319c, span b7ad6b7169203331, flags 03, remote, "
            "tracestate \"" +
                std::string(caller_state) +
                "\", baggage \"userId=Am%C3%A9lie;ttl=60;internal,empty=,b==c\", sampling sample");
  context.set_sampling(baton::Sampling::debug);
  EXPECT_THAT(testing::PrintToString(context), EndsWith(", sampling debug"));
  context = {};
  context.set_trace_id(full_context().trace_id(), baton::Sampling::drop);
  EXPECT_EQ(testing::PrintToString(context),
            "trace 0af7651916cd43dd8448eb211c80319c, span 0000000000000000, flags 00, local, "
            "tracestate \"\", baggage \"\", sampling drop");
}

TEST(Matchers, ShowATracerByItsSpans) {
  baton::RecordingTracer tracer;
  EXPECT_EQ(testing::PrintToString(tracer), "a RecordingTracer with 0 spans");
  const Context parent;
  tracer.end(tracer.start({.parent = parent, .name = "a"}), {});
  EXPECT_EQ(testing::PrintToString(tracer), "a RecordingTracer with 1 span");
}

}  // namespace
