// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/b3.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/fields.hpp"

namespace baton {
namespace {

using test::Fields;

constexpr std::string_view trace_id = "80f198ee56343ba864fe8b2a57d3eff7";
constexpr std::string_view span_id = "e457b5a2e4d86bd1";
constexpr std::string_view parent_id = "05e3ac9a4f6e3b90";

Extracted extract(std::string_view value, Context& context) {
  return B3Propagator().extract(Fields{{"b3", value}}, context);
}

Extracted extract(std::string_view value) {
  Context context;
  return extract(value, context);
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text.append(text.empty() ? "" : "-").append(part);
  return text;
}

TEST(B3PropagatorTest, SaysWhatItIs) {
  const B3Propagator single;
  EXPECT_EQ(single.traits().name, "b3");
  ASSERT_EQ(single.traits().fields.size(), 1U);
  EXPECT_EQ(single.traits().fields[0], "b3");
  EXPECT_TRUE(single.traits().says.has_span_context());

  const B3Propagator multi({.encoding = B3Propagator::Encoding::multi});
  EXPECT_EQ(multi.traits().name, "b3multi");
  const std::vector<std::string_view> names(multi.traits().fields.begin(),
                                            multi.traits().fields.end());
  EXPECT_EQ(names,
            std::vector<std::string_view>({"x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid",
                                           "x-b3-sampled", "x-b3-flags"}));
}

TEST(B3PropagatorTest, SaysWhatItFound) {
  EXPECT_EQ(extract(joined({trace_id, span_id, "1"})), Extracted::span_context);
  EXPECT_EQ(extract("0"), Extracted::decision);
  EXPECT_EQ(extract("no"), Extracted::malformed);
  Context context;
  EXPECT_EQ(B3Propagator().extract(Fields{}, context), Extracted::nothing);
  EXPECT_EQ(B3Propagator().extract(Fields{{"x-b3-parentspanid", parent_id}}, context),
            Extracted::nothing);
}

// Every prefix of the longest value is a form of the grammar, or is refused.
TEST(B3PropagatorTest, PrefixesOfTheLongestValue) {
  const std::string whole = joined({trace_id, span_id, "d", parent_id});
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const bool is_form = size == 49 || size == 51 || size == whole.size();
    EXPECT_EQ(extract(whole.substr(0, size)) == Extracted::span_context, is_form) << size;
  }
}

TEST(B3PropagatorTest, EveryByteAtEveryPlace) {
  constexpr std::string_view hex = "0123456789abcdef";
  const std::string whole = joined({trace_id, span_id, "1", parent_id});
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      std::string text = whole;
      text[place] = c;
      const bool good = whole[place] == '-' ? c == '-'
                        : place == 50       ? c == '0' || c == '1' || c == 'd'
                                            : hex.find(c) != std::string_view::npos;
      EXPECT_EQ(extract(text) == Extracted::span_context, good)
          << "byte " << byte << " at " << place;
    }
  }
}

/// Both lengths of a trace id: each has its place of the two separators.
TEST(B3PropagatorTest, NoByteButADashSeparates) {
  for (const std::string_view id : {trace_id, trace_id.substr(16)}) {
    const std::string good = joined({id, span_id, "1"});
    ASSERT_EQ(extract(good), Extracted::span_context);
    for (const std::size_t place : {id.size(), id.size() + 1 + span_id.size()}) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string text = good;
        text[place] = static_cast<char>(byte);
        if (byte == '-') continue;
        EXPECT_EQ(extract(text), Extracted::malformed) << text;
        const std::string_view without_state(text.data(), id.size() + 1 + span_id.size());
        if (place != id.size()) continue;
        EXPECT_EQ(extract(without_state), Extracted::malformed) << without_state;
      }
    }
  }
}

TEST(B3PropagatorTest, EveryByteAlone) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    Context context;
    const bool good = c == '0' || c == '1' || c == 'd';
    EXPECT_EQ(extract(std::string(1, c), context),
              good ? Extracted::decision : Extracted::malformed)
        << byte;
    EXPECT_EQ(context.sampling() != Sampling::defer, good) << byte;
  }
}

TEST(B3PropagatorTest, IdsOfEverySize) {
  for (std::size_t size = 0; size < 66; ++size) {
    const std::string digits(size, 'a');
    EXPECT_EQ(extract(joined({digits, span_id})) == Extracted::span_context,
              size == 16 || size == 32)
        << size;
    EXPECT_EQ(extract(joined({trace_id, digits, "1"})) == Extracted::span_context, size == 16)
        << size;
    EXPECT_EQ(extract(joined({trace_id, span_id, "1", digits})) == Extracted::span_context,
              size == 16)
        << size;
  }
}

TEST(B3PropagatorTest, EmptyFieldsWereThereAndGaveNothing) {
  Context context;
  const Fields empty{{"x-b3-traceid", ""}, {"x-b3-spanid", " "}};
  EXPECT_EQ(B3Propagator().extract(empty, context), Extracted::malformed);
  EXPECT_EQ(B3Propagator().extract(Fields{}, context), Extracted::nothing);
}

TEST(B3PropagatorTest, ADecisionReplacesAnEarlierDecision) {
  Context context;
  context.set_sampling(Sampling::debug);
  EXPECT_EQ(extract("0", context), Extracted::decision);
  EXPECT_EQ(context.sampling(), Sampling::drop);
}

TEST(B3PropagatorTest, ShortIdsComeBackWhole) {
  for (const auto encoding : {B3Propagator::Encoding::single, B3Propagator::Encoding::multi}) {
    const B3Propagator propagator({encoding, true});
    for (const TraceId id : {TraceId(0, 0xabc), TraceId(1, 0xabc)}) {
      Context context;
      context.set_span_context({id, SpanId(7), TraceFlags(1), false, {}});
      Fields fields;
      propagator.inject(context, fields);
      Context back;
      EXPECT_EQ(propagator.extract(fields, back), Extracted::span_context);
      EXPECT_EQ(back.span_context().trace_id, id);
      EXPECT_EQ(back.sampling(), Sampling::sample);
    }
  }
}

TEST(B3PropagatorTest, BothEncodingsBringEveryDecisionBack) {
  for (const auto encoding : {B3Propagator::Encoding::single, B3Propagator::Encoding::multi}) {
    const B3Propagator propagator({.encoding = encoding});
    for (const Sampling sampling :
         {Sampling::defer, Sampling::drop, Sampling::sample, Sampling::debug}) {
      Context context = Context().child();
      context.set_sampling(sampling);
      Fields fields;
      propagator.inject(context, fields);
      Context back;
      propagator.extract(fields, back);
      EXPECT_EQ(back.sampling(), sampling);
      EXPECT_EQ(back.span_context().span_id, context.span_context().span_id);
      EXPECT_TRUE(back.span_context().is_remote);
    }
  }
}

}  // namespace
}  // namespace baton
