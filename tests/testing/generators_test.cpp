// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <sstream>
#include <string>

#include "baton/baton.hpp"
#include "baton/testing/rapidcheck.hpp"
#include "baton/testing/shown.hpp"

namespace {

using namespace baton::testing;

/// The search gives up behind that many values: a second, and not the evening of its user.
constexpr std::size_t max_tried = 20'000;

/// As RapidCheck does: the smallest value that the search reaches, of those for which the predicate
/// holds.
template <class Value, class Predicate>
Value shrunk(rc::Shrinkable<Value> best, Predicate&& fails) {
  std::size_t tried = 0;
  for (bool found = true; found;) {
    found = false;
    auto shrinks = best.shrinks();
    while (auto next = shrinks.next()) {
      if (++tried > max_tried) {
        ADD_FAILURE() << "the search has no end";
        return best.value();
      }
      if (!fails(next->value())) continue;
      best = *next;
      found = true;
      break;
    }
  }
  return best.value();
}

/// The smallest of the first drawn value for which the predicate holds; nothing if there is none.
template <class Value, class Predicate>
std::optional<Value> smallest(const rc::Gen<Value>& gen, Predicate&& fails, std::uint64_t seed) {
  for (std::uint64_t attempt = 0; attempt < 300; ++attempt) {
    rc::Shrinkable<Value> drawn = gen(rc::Random(seed * 1000 + attempt), 100);
    if (fails(drawn.value())) return shrunk(std::move(drawn), fails);
  }
  return std::nullopt;
}

template <class Value, class Predicate>
void expect_smallest(const rc::Gen<Value>& gen, Predicate fails, const std::string& expected) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto found = smallest(gen, fails, seed);
    ASSERT_TRUE(found);
    std::ostringstream text;
    rc::show(*found, text);
    EXPECT_TRUE(std::regex_match(text.str(), std::regex(expected))) << text.str();
  }
}

RC_GTEST_PROP(Generators, GiveValidValues,
              (const baton::TraceId& trace_id, const baton::SpanId& span_id,
               const baton::SpanContext& span, const baton::TraceState& state,
               const baton::Baggage& baggage)) {
  RC_ASSERT(trace_id.is_valid());
  RC_ASSERT(span_id.is_valid());
  RC_ASSERT(span.is_valid());
  RC_ASSERT(state.empty() || baton::TraceState::parse(state.header()) == state);
  RC_ASSERT(baton::Baggage::parse(baggage.header()) == baggage);
}

RC_GTEST_PROP(Generators, FieldsAreReadAsTheirContext, ()) {
  for (const auto& known : baton::registered_propagators()) {
    const ValidFields valid = *valid_fields_of(known.traits.name);
    const Verdict verdict = judge(known.traits.name, valid.fields);
    RC_ASSERT(verdict.valid);
    RC_ASSERT(verdict.context == valid.context);
  }
}

RC_GTEST_PROP(Generators, NearlyValidFieldsHaveTheirVerdict, ()) {
  for (const auto& known : baton::registered_propagators()) {
    const NearlyValid nearly = *nearly_valid(known.traits.name);
    const Verdict verdict = judge(known.traits.name, nearly.fields);
    RC_ASSERT(verdict.valid == nearly.verdict.valid);
    RC_ASSERT(verdict.context == nearly.verdict.context);
    RC_ASSERT(nearly.words.find(to_string(nearly.mutation)) != std::string::npos);
  }
}

RC_GTEST_PROP(Generators, HostileRequestsAreBounded, ()) {
  const HostileRequest any = *hostile_request();
  const HostileRequest one = *hostile_request("jaeger");
  for (const HostileRequest& request : {any, one}) {
    RC_ASSERT(!request.attacks.empty());
    RC_ASSERT(request.fields.size() <= max_hostile_fields);
  }
}

TEST(Generators, OfAnUnknownFormatFail) {
  EXPECT_THROW(valid_fields_of("pigeons")(rc::Random(1), 10).value(), rc::GenerationFailure);
  EXPECT_THROW(nearly_valid("pigeons")(rc::Random(1), 10).value(), rc::GenerationFailure);
}

TEST(Shrinking, EndsAtWhatAPersonReadsAtAGlance) {
  expect_smallest(
      trace_id(), [](const baton::TraceId&) { return true; }, "00000000000000000000000000000001");
  expect_smallest(
      trace_id(), [](const baton::TraceId& id) { return id.low() > 1000; },
      "000000000000000000000000000003e9");
  expect_smallest(
      span_id(), [](const baton::SpanId& id) { return id.value() >= 16; }, "0000000000000010");
  expect_smallest(
      trace_state(), [](const baton::TraceState& state) { return state.size() >= 2; },
      "tracestate \"a=a,.=a\"");
  expect_smallest(baggage(), [](const baton::Baggage& b) { return !b.empty(); }, "baggage \"a=\"");
  expect_smallest(
      baggage(), [](const baton::Baggage& b) { return b.header().find('%') != std::string::npos; },
      "baggage \"(%=|a=%[0-9A-F]{2})\"");
  expect_smallest(
      context(),
      [](const baton::Context& c) {
        return c.sampling() == baton::Sampling::debug && c.span_context().is_valid();
      },
      "trace 00000000000000000000000000000001, span 0000000000000001, flags 01, remote, "
      "tracestate \"\", baggage \"\", sampling debug");
}

template <class Number>
void expect_smallest_number() {
  const auto number = drawn([](Draw& draw) { return static_cast<Number>(draw.number(0, 100)); });
  EXPECT_EQ(smallest(number, [](Number drawn) { return drawn >= 10; }, 1), Number{10});
}

TEST(Shrinking, TakesNumbersOfEveryType) {
  expect_smallest_number<int>();
  expect_smallest_number<unsigned short>();
  expect_smallest_number<std::uint64_t>();
  expect_smallest_number<std::size_t>();
}

TEST(Shrinking, KeepsFieldsOfTheFormat) {
  expect_smallest(
      valid_fields_of("tracecontext"), [](const ValidFields& v) { return v.fields.size() == 2; },
      "tracecontext:\n"
      "traceparent: 00-00000000000000000000000000000001-0000000000000001-00\n"
      "tracestate: a=a\n");
  expect_smallest(
      valid_fields_of("b3multi"), [](const ValidFields& v) { return v.fields.size() >= 2; },
      "b3multi:\n"
      "x-b3-traceid: 00000000000000000000000000000001\n"
      "x-b3-spanid: 0000000000000001\n");
}

TEST(Shrinking, KeepsTheMutation) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto found = smallest(
        nearly_valid("tracecontext"),
        [](const NearlyValid& n) { return n.mutation == Mutation::version_ff; }, seed);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->fields.size(), 1U);
    EXPECT_EQ(found->fields[0].second, "ff-00000000000000000000000000000001-0000000000000001-00");
    EXPECT_EQ(found->words, "traceparent: the version is ff");
    EXPECT_FALSE(found->verdict.valid);
  }
}

TEST(Shrinking, EndsAtOneByteOfAHostileRequest) {
  const auto has_percent = [](const HostileRequest& request) {
    return std::any_of(request.fields.begin(), request.fields.end(), [](const auto& field) {
      return field.second.find('%') != std::string::npos;
    });
  };
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto found = smallest(hostile_request("baggage"), has_percent, seed);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->fields.size(), 1U);
    EXPECT_EQ(found->fields[0].second, "%");
  }
}

/// The smallest of some cases of all catalogs that break a law.
template <class Predicate, class Check>
void shrink_catalogs(Predicate fails, Check check) {
  for (const auto& known : baton::registered_propagators()) {
    std::size_t broken = 0;
    for (HostileRequest& request : hostile_catalog(known.traits.name)) {
      if (!fails(request)) continue;
      if (++broken > 2) break;
      SCOPED_TRACE(known.traits.name);
      SCOPED_TRACE(request.attacks);
      check(
          shrunk(rc::shrinkable::shrinkRecur(
                     std::move(request), [](const HostileRequest& each) { return smaller(each); }),
                 fails));
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_GT(broken, 0U) << known.traits.name;
  }
}

TEST(Shrinking, EndsSoonAtTheSizeThatALawForbids) {
  const auto has_long_value = [](const HostileRequest& request) {
    return std::any_of(request.fields.begin(), request.fields.end(),
                       [](const auto& field) { return field.second.size() > 1000; });
  };
  shrink_catalogs(has_long_value, [](const HostileRequest& found) {
    ASSERT_EQ(found.fields.size(), 1U);
    EXPECT_EQ(found.fields[0].second, std::string(1001, 'a'));
  });
  EXPECT_TRUE(smallest(hostile_request("baggage"), has_long_value, 1));
}

TEST(Shrinking, EndsSoonAtTheCountThatALawForbids) {
  const auto has_many_fields = [](const HostileRequest& request) {
    return request.fields.size() >= 900;
  };
  shrink_catalogs(has_many_fields, [](const HostileRequest& found) {
    EXPECT_EQ(found.fields.size(), 900U);
    for (const auto& field : found.fields) EXPECT_EQ(field.second, "");
  });
}

TEST(Shrinking, EndsSoonAtTheTotalThatALawForbids) {
  const auto is_long = [](const HostileRequest& request) {
    std::size_t size = 0;
    for (const auto& field : request.fields) size += field.second.size();
    return size > 8192;
  };
  shrink_catalogs(is_long, [](const HostileRequest& found) {
    for (const auto& field : found.fields)
      EXPECT_EQ(field.second.find_first_not_of('a'), std::string::npos);
  });
}

TEST(Showing, EscapesWhatIsNotPrintable) {
  EXPECT_EQ(shown({{"a", std::string("x\0\r\n\xff\\", 6)}, {"b", ""}}),
            "a: x\\x00\\x0d\\x0a\\xff\\\\\nb: \n");
  EXPECT_EQ(shown(std::string_view("x\0\r\n\xff\\\"", 7)), "\"x\\x00\\x0d\\x0a\\xff\\\\\\\"\"");
  EXPECT_EQ(shown({{"a", std::string(401, 'x')}}),
            "a: " + std::string(400, 'x') + "... (401 bytes)\n");
}

}  // namespace
