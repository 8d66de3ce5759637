// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "baton/testing/rapidcheck.hpp"
#include "laws/carrier_of.hpp"
#include "laws/format_laws.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;
using baton::testing::FieldList;

baton::TraceState some_trace_state() {
  const std::string dd = *drawn([](Draw& draw) { return draw.dd_member(); }).as("dd");
  const std::string others = "rojo=1,congo=2";
  return baton::TraceState::parse(*rc::gen::inRange(0, 2) == 0 ? others : others + ",dd=" + dd)
      .value();
}

/// All that a context can have, or only some of it.
baton::Context some_context() {
  const auto high = *rc::gen::element<std::uint64_t>(0, 1, 0x80f198ee56343ba8, ~std::uint64_t{0});
  const auto low = *rc::gen::arbitrary<std::uint64_t>();
  const auto span = *rc::gen::arbitrary<std::uint64_t>();
  const auto sampling = static_cast<baton::Sampling>(*rc::gen::inRange(0, 4));
  const FieldList baggage = *drawn([](Draw& draw) {
                               FieldList members(draw.number(0, 6));
                               for (auto& [key, value] : members) {
                                 key =
                                     draw.one_in(2) ? draw.text_of("aAbB", 1) : draw.baggage_key();
                                 value = draw.one_in(3) ? draw.bytes(8) : draw.utf8(5);
                               }
                               return members;
                             }).as("baggage");
  baton::Context context;
  if (*rc::gen::inRange(0, 4) != 0) {
    baton::SpanContext ids{baton::TraceId(high, low), baton::SpanId(span),
                           baton::TraceFlags(baton::TraceFlags::random_bit), true,
                           some_trace_state()};
    if (*rc::gen::inRange(0, 4) == 0) ids.span_id = baton::SpanId();  // a trace id alone
    RC_PRE(ids.trace_id.is_valid());
    context.set_span_context(ids);
  }
  context.set_sampling(sampling);
  baton::BaggageBuilder builder;
  for (const auto& [key, value] : baggage) static_cast<void>(builder.set(key, value));
  context.set_baggage(builder.build());
  return context;
}

RC_GTEST_PROP(FormatLaws, EveryFormatBringsBackWhatItCanSay, ()) {
  const baton::Context context = some_context();
  for (const auto& known : baton::registered_propagators()) {
    laws::check_format_round_trip(*known.make({}), context);
  }
}

RC_GTEST_PROP(FormatLaws, ATranslationLosesWhatEitherFormatCannotSayAndNoMore, ()) {
  const baton::Context context = some_context();
  std::vector<std::string> formats;
  for (const auto& known : baton::registered_propagators()) formats.emplace_back(known.traits.name);
  for (const std::string& from : formats) {
    oracle::Fields old_fields;
    laws::format_of(from)->inject(context, old_fields);
    baton::Context between;
    laws::format_of(from)->extract(old_fields, between);
    for (const std::string& to : formats) {
      oracle::Fields new_fields;
      laws::format_of(to)->inject(between, new_fields);
      baton::Context after;
      laws::format_of(to)->extract(new_fields, after);
      laws::require_equal(laws::context_of(after),
                          oracle::said_by(to, oracle::said_by(from, laws::context_of(context))),
                          "from " + from + " to " + to);
    }
  }
}

RC_GTEST_PROP(FormatLaws, HoldForFieldsThatAreNearlyValid, ()) {
  const baton::Context context = some_context();
  for (const auto& [format, reader] : oracle::translators) {
    oracle::Fields sent;
    laws::format_of(format)->inject(context, sent);
    FieldList list;
    for (const auto& [name, value] : sent.entries()) {
      list.emplace_back(name, std::string(value.begin(), value.end()));
    }
    const FieldList damaged =
        *drawn([&list](Draw& draw) {
           FieldList some;
           for (const auto& [name, value] : list) {
             if (draw.one_in(8)) continue;
             if (draw.one_in(8)) some.emplace_back(name, draw.bytes(40));
             some.emplace_back(name, draw.one_in(3) ? value : draw.damaged(value));
           }
           return some;
         }).as(format);
    laws::check_format(format, laws::carrier_of(damaged));
  }
}

RC_GTEST_PROP(FormatLaws, HoldForAnyBytes, (const std::vector<std::string>& values)) {
  for (const auto& [format, reader] : oracle::translators) {
    const baton::FormatTraits& traits = laws::format_of(format)->traits();
    std::vector<std::string> names(traits.fields.begin(), traits.fields.end());
    names.insert(names.end(), traits.also_reads.begin(), traits.also_reads.end());
    for (const std::string_view prefix : traits.prefixes) {
      for (const char* key : {"k", "K", "a b", ""}) names.push_back(std::string(prefix) + key);
    }
    oracle::Fields fields;
    for (std::size_t i = 0; i < values.size(); ++i) fields.add(names[i % names.size()], values[i]);
    laws::check_format(format, fields);
    laws::check_binary_format(format, fields);
  }
}

TEST(FormatLaws, EveryFormatHasItsReferenceReader) {
  for (const baton::RegisteredPropagator& known : baton::registered_propagators()) {
    const std::string name(known.traits.name);
    const bool is_w3c = name == "tracecontext" || name == "baggage";
    EXPECT_EQ(oracle::translators.contains(name), !is_w3c) << name;
  }
}

}  // namespace
