// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/mutation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "baton/baton.hpp"
#include "baton/testing/rapidcheck.hpp"
#include "laws/describe.hpp"
#include "oracle/context.hpp"

namespace {

using namespace baton::testing;

/// As HTTP has them: the reference readers compare names exactly.
oracle::Fields carrier_of(const FieldList& list) {
  oracle::Fields fields;
  for (const auto& [name, value] : list) fields.add(oracle::ascii_lower(name), value);
  return fields;
}

/// All members of a list, empty ones left out.
std::vector<std::string> members_of(const oracle::Fields& fields, const std::string& name) {
  std::vector<std::string> members;
  for (const std::string& part : oracle::split(oracle::join(fields.all(name), ","), ',')) {
    if (const std::string text = oracle::trim(part); !text.empty()) members.push_back(text);
  }
  return members;
}

/// Whether the reference readers see anything wrong in fields of W3C's formats.
bool is_valid_tracecontext(const oracle::Fields& fields) {
  if (!oracle::read_traceparent(fields.all("traceparent"))) return false;
  const auto state = oracle::read_tracestate(fields.all("tracestate"));
  return state && state->size() == members_of(fields, "tracestate").size();
}

bool is_valid_baggage(const oracle::Fields& fields) {
  const auto members = members_of(fields, "baggage");
  return !members.empty() && oracle::read_baggage(fields.all("baggage")) == members;
}

void check(const std::string& format, const FieldList& fields, const Verdict& verdict,
           const std::string& words) {
  const oracle::Fields received = carrier_of(fields);
  const oracle::Context expected = oracle::read_format(format, received);
  EXPECT_EQ(laws::shown(laws::context_of(verdict.context)), laws::shown(expected)) << words;
  if (format == "tracecontext") {
    EXPECT_EQ(verdict.valid, is_valid_tracecontext(received)) << words;
  } else if (format == "baggage") {
    EXPECT_EQ(verdict.valid, is_valid_baggage(received)) << words;
  } else if (verdict.valid) {
    const bool says_something =
        expected.has_trace() || expected.sampling != "defer" || !expected.baggage.empty();
    EXPECT_TRUE(says_something) << words;
  } else if (const auto found = oracle::translators.at(format)(received);
             found && format.starts_with("b3") && !received.first("b3")) {
    // Of B3's many fields, an empty one is no value, and is all that may be wrong.
    bool has_empty = false;
    for (const auto& [name, value] : received.entries()) {
      has_empty = has_empty || oracle::trim({value.begin(), value.end()}).empty();
    }
    EXPECT_TRUE(has_empty) << words;
  }
}

TEST(ValidFields, AreReadByTheReferenceAsTheContextThatTheyHave) {
  for (const auto& known : baton::registered_propagators()) {
    const std::string format(known.traits.name);
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Draw draw(seed);
      const ValidFields valid = draw_valid_fields(format, draw);
      ASSERT_FALSE(valid.fields.empty());
      for (const auto& [name, value] : valid.fields) EXPECT_TRUE(known.traits.owns(name)) << name;
      const Verdict verdict = judge(format, valid.fields);
      EXPECT_TRUE(verdict.valid) << rc::toString(valid.fields);
      EXPECT_EQ(verdict.context, valid.context);
      check(format, valid.fields, verdict, rc::toString(valid.fields));
      const FieldList respelled = baton::testing::respelled(valid.fields, draw);
      EXPECT_EQ(judge(format, respelled).context, valid.context) << rc::toString(respelled);
    }
  }
}

TEST(ValidFields, SayAllThatAFormatCan) {
  for (const auto& known : baton::registered_propagators()) {
    const std::string format(known.traits.name);
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      Draw draw(seed);
      const baton::Context context = draw_valid_fields(format, draw).context;
      const baton::SpanContext& span = context.span_context();
      if (span.is_valid()) seen.insert("ids");
      if (span.trace_id.is_valid() && !span.span_id.is_valid()) seen.insert("trace id alone");
      if (!span.trace_state.empty()) seen.insert("tracestate");
      if (!context.baggage().empty()) seen.insert("baggage");
      seen.insert(std::string(to_string(context.sampling())));
    }
    const baton::Vocabulary& says = known.traits.says;
    EXPECT_EQ(seen.contains("ids"), says.ids) << format;
    EXPECT_EQ(seen.contains("trace id alone"), says.lone_trace_id) << format;
    EXPECT_EQ(seen.contains("baggage"), says.baggage || says.lone_baggage) << format;
    EXPECT_EQ(seen.contains("tracestate"), says.trace_state || format == "datadog") << format;
    EXPECT_EQ(seen.contains("debug"), says.debug || says.lone_debug) << format;
  }
}

TEST(ValidFields, OfAnUnknownFormatAreNone) {
  Draw draw(1);
  EXPECT_TRUE(draw_valid_fields("pigeons", draw).fields.empty());
  EXPECT_TRUE(draw_nearly_valid("pigeons", draw).fields.empty());
  EXPECT_FALSE(judge("pigeons", {{"traceparent", "x"}}).valid);
}

TEST(Mutation, IsJudgedAsByTheReference) {
  for (const auto& known : baton::registered_propagators()) {
    const std::string format(known.traits.name);
    for (const Mutation mutation : all_mutations()) {
      for (std::uint64_t seed = 0; seed < 40; ++seed) {
        Draw draw(seed);
        const auto nearly = draw_nearly_valid(format, mutation, draw);
        if (!nearly) break;
        check(format, nearly->fields, nearly->verdict,
              nearly->words + " " + rc::toString(nearly->fields));
      }
    }
  }
}

/// The mutations that leave fields of a format valid in each, in none, or in some places.
std::map<std::string, std::string> verdicts_of(const std::string& format) {
  std::map<std::string, std::string> verdicts;
  for (const Mutation mutation : all_mutations()) {
    int valid = 0;
    int count = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      Draw draw(seed);
      const auto nearly = draw_nearly_valid(format, mutation, draw);
      if (!nearly) continue;
      ++count;
      valid += nearly->verdict.valid ? 1 : 0;
    }
    if (count == 0) continue;
    verdicts[std::string(name(mutation))] = valid == 0 ? "no" : valid == count ? "yes" : "some";
  }
  return verdicts;
}

TEST(Mutation, HasTheVerdictOfTheSpecification) {
  auto w3c = verdicts_of("tracecontext");
  for (const char* valid :
       {"blank_before", "blank_after", "tab_before", "name_capitalized", "name_uppercase",
        "version_future", "version_future_longer", "flags_all", "key_at_limit", "value_at_limit",
        "members_at_limit", "member_empty", "comma_at_end"}) {
    EXPECT_EQ(w3c[valid], "yes") << valid;
  }
  for (const char* invalid : {"digit_uppercase",
                              "digit_not_hex",
                              "id_zero",
                              "id_short",
                              "id_long",
                              "id_prefixed",
                              "id_dashed",
                              "delimiter_replaced",
                              "delimiter_doubled",
                              "delimiter_dropped",
                              "version_ff",
                              "version_00_longer",
                              "flags_missing",
                              "member_repeated",
                              "key_empty",
                              "key_uppercase",
                              "key_bad",
                              "member_value_empty",
                              "key_over_limit",
                              "value_over_limit",
                              "members_over_limit",
                              "control_byte",
                              "nul_byte",
                              "carriage_return",
                              "high_byte",

                              "field_contradicted"}) {
    EXPECT_EQ(w3c[invalid], "no") << invalid;
  }
  auto baggage = verdicts_of("baggage");
  for (const char* valid :
       {"members_at_limit", "bytes_at_limit", "member_empty", "comma_at_end", "member_repeated",
        "member_value_empty", "escape_cut", "escape_bad", "escape_nul", "escape_line_break",
        "escape_overlong", "escape_surrogate", "plus_sign", "key_uppercase"}) {
    EXPECT_EQ(baggage[valid], "yes") << valid;
  }
  for (const char* invalid : {"members_over_limit", "bytes_over_limit", "key_empty", "key_bad",
                              "raw_utf8", "quotes", "property_empty", "property_bad"}) {
    EXPECT_EQ(baggage[invalid], "no") << invalid;
  }
  EXPECT_FALSE(baggage.contains("id_zero"));
  auto b3 = verdicts_of("b3multi");
  EXPECT_EQ(b3["state_unknown"], "no");
  EXPECT_EQ(b3["empty_value"], "no");
  EXPECT_FALSE(b3.contains("version_ff"));
  auto datadog = verdicts_of("datadog");
  EXPECT_EQ(datadog["number_overflow"], "no");
  auto jaeger = verdicts_of("jaeger");
  EXPECT_EQ(jaeger["digit_uppercase"], "yes");
}

TEST(Mutation, OfAnIdOrAStateIsWhatItsWordsSay) {
  for (const auto& known : baton::registered_propagators()) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Draw draw(seed);
      if (const auto nearly = draw_nearly_valid(known.traits.name, Mutation::id_zero, draw)) {
        EXPECT_FALSE(nearly->verdict.context.span_context().is_valid())
            << nearly->words << " " << rc::toString(nearly->fields);
      }
      if (const auto nearly = draw_nearly_valid(known.traits.name, Mutation::state_unknown, draw)) {
        EXPECT_EQ(nearly->verdict.context.sampling(), baton::Sampling::defer)
            << nearly->words << " " << rc::toString(nearly->fields);
      }
    }
  }
}

TEST(Mutation, ChangesOneThing) {
  for (const auto& known : baton::registered_propagators()) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Draw draw(seed);
      const FieldList valid = draw_valid_fields(known.traits.name, draw).fields;
      for (const Mutation mutation : all_mutations()) {
        const auto mutated = mutate(valid, mutation, draw);
        if (!mutated) continue;
        ASSERT_NE(mutated->fields, valid);
        EXPECT_EQ(mutated->mutation, mutation);
        EXPECT_TRUE(mutated->words().starts_with(mutated->field + ": "));
        std::size_t changed = 0;
        if (mutated->fields.size() == valid.size()) {
          for (std::size_t i = 0; i < valid.size(); ++i) changed += valid[i] != mutated->fields[i];
          EXPECT_EQ(changed, 1U) << mutated->words();
        } else {
          EXPECT_LE(mutated->fields.size(), valid.size() + 1);
          EXPECT_GE(mutated->fields.size() + 1, valid.size());
        }
      }
    }
  }
}

TEST(Mutation, EachIsMadeInSomeFormatAndHasAName) {
  std::set<std::string_view> names;
  std::set<std::string_view> words;
  for (const Mutation mutation : all_mutations()) {
    names.insert(name(mutation));
    words.insert(to_string(mutation));
    const auto& formats = baton::registered_propagators();
    EXPECT_TRUE(std::any_of(formats.begin(), formats.end(), [&](const auto& known) {
      Draw draw(1);
      return draw_nearly_valid(known.traits.name, mutation, draw).has_value();
    })) << name(mutation);
  }
  EXPECT_EQ(names.size(), all_mutations().size());
  EXPECT_EQ(words.size(), all_mutations().size());
}

TEST(Mutation, OfNothingIsNothing) {
  Draw draw(1);
  for (const Mutation mutation : all_mutations()) {
    EXPECT_FALSE(mutate({}, mutation, draw)) << name(mutation);
  }
}

/// Any fields: those that a fuzzer has.
TEST(Mutation, TakesAnyFields) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Draw draw(seed);
    FieldList fields = draw.fields();
    fields.emplace_back("traceparent", draw.bytes(60));
    fields.emplace_back("tracestate", draw.bytes(20));
    fields.emplace_back(draw.bytes(3), draw.bytes(3));
    for (const Mutation mutation : all_mutations()) {
      if (const auto mutated = mutate(fields, mutation, draw)) fields = mutated->fields;
      if (fields.size() > 50) fields.resize(50);
      for (auto& [name, value] : fields) value.resize(std::min<std::size_t>(value.size(), 300));
    }
  }
}

/// `xray-lambda` also reads a variable of the process, which no field says.
TEST(Judge, DoesNotReadTheEnvironment) {
  ::setenv("_X_AMZN_TRACE_ID",
           "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", 1);
  const Verdict nothing = judge("xray-lambda", {});
  const Verdict broken = judge("xray-lambda", {{"X-Amzn-Trace-Id", "Root=1-5759e988"}});
  const Verdict good =
      judge("xray-lambda",
            {{"X-Amzn-Trace-Id",
              "Root=1-00000000-000000000000000000000007;Parent=0000000000000008;Sampled=1"}});
  ::unsetenv("_X_AMZN_TRACE_ID");
  EXPECT_FALSE(nothing.valid);
  EXPECT_EQ(nothing.context, baton::Context());
  EXPECT_FALSE(broken.valid);
  EXPECT_EQ(broken.context, baton::Context());
  EXPECT_TRUE(good.valid);
  EXPECT_EQ(good.context.trace_id(), baton::TraceId(0, 7));
}

}  // namespace
