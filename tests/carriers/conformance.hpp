// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The requirements of every carrier. A carrier is tested through a *binding*, a type that gives
/// access to the fields of its transport:
///
///     struct VectorBinding {
///       using Storage = std::vector<std::pair<std::string, std::string>>;
///       static void add(Storage&, std::string_view name, std::string_view value);  // it arrives
///       static RawFields raw(const Storage&);                                      // it is sent
///       static auto carrier(Storage&);
///       static auto carrier(const Storage&);
///     };
///
/// and `static std::string shown(std::string_view name)` if `keys` does not visit names as they
/// arrive. Instantiate the suites that apply to it:
///
///     INSTANTIATE_TYPED_TEST_SUITE_P(Vector, CarrierTest, VectorBinding);

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/baton.hpp"

namespace carrier_conformance {

using RawFields = std::vector<std::pair<std::string, std::string>>;
using Values = std::vector<std::string>;

template <class Binding>
class CarrierFixture : public testing::Test {
 protected:
  using Storage = typename Binding::Storage;

  void arrive(std::string_view name, std::string_view value) {
    Binding::add(storage_, name, value);
  }
  auto reader() const { return Binding::carrier(storage_); }
  decltype(auto) writer() { return Binding::carrier(storage_); }
  RawFields raw() const { return Binding::raw(storage_); }

  RawFields sorted() const {
    RawFields fields = raw();
    std::sort(fields.begin(), fields.end());
    return fields;
  }

  Values all(std::string_view name) const {
    Values values;
    reader().get_all(name, [&](std::string_view value) {
      values.emplace_back(value);
      return true;
    });
    return values;
  }

  Values sorted_all(std::string_view name) const {
    Values values = all(name);
    std::sort(values.begin(), values.end());
    return values;
  }

  Values names() const {
    Values names;
    reader().keys([&](std::string_view name) {
      names.emplace_back(name);
      return true;
    });
    std::sort(names.begin(), names.end());
    return names;
  }

  /// These names as `keys` visits them.
  static Values shown(Values names) {
    if constexpr (requires { Binding::shown(std::string_view()); }) {
      for (std::string& name : names) name = Binding::shown(name);
    }
    return names;
  }

  Storage storage_{};
};

template <class Binding>
using CarrierOf = decltype(Binding::carrier(std::declval<const typename Binding::Storage&>()));

inline baton::PropagatorChain chain_of(std::string_view names) {
  return baton::make_chain(names).chain;
}

inline baton::Context full_context() {
  baton::Context context;
  context.set_span_context(
      {baton::TraceId(0x0af7651916cd43dd, 0x8448eb211c80319c), baton::SpanId(0xb7ad6b7169203331),
       baton::TraceFlags(0x03), true,
       baton::TraceState::parse("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE").value()});
  context.set_baggage(baton::Baggage::parse("userId=Am%C3%A9lie;ttl=60;internal,empty=,b==c"));
  return context;
}

// ---- Every carrier ----

template <class Binding>
class CarrierTest : public CarrierFixture<Binding> {};
TYPED_TEST_SUITE_P(CarrierTest);

TYPED_TEST_P(CarrierTest, SatisfiesTheConcepts) {
  static_assert(baton::ReadableCarrier<decltype(this->reader())>);
  static_assert(baton::WritableCarrier<decltype(this->writer())>);
  this->arrive("a", "1");
  const auto carrier = this->reader();
  EXPECT_EQ(baton::CarrierReader(carrier).get("a"), "1");
}

TYPED_TEST_P(CarrierTest, AbsentIsNotEmpty) {
  this->arrive("empty", "");
  EXPECT_EQ(this->reader().get("empty"), "");
  EXPECT_EQ(this->all("empty"), Values{""});
  EXPECT_EQ(this->reader().get("absent"), std::nullopt);
  EXPECT_EQ(this->all("absent"), Values{});
}

TYPED_TEST_P(CarrierTest, ComparesWholeNames) {
  this->arrive("baggage", "1");
  EXPECT_EQ(this->reader().get("baggag"), std::nullopt);
  EXPECT_EQ(this->reader().get("baggages"), std::nullopt);
  EXPECT_EQ(this->reader().get(""), std::nullopt);
}

TYPED_TEST_P(CarrierTest, KeysShowEveryName) {
  this->arrive("one", "1");
  this->arrive("two", "");
  this->arrive("three", "3");
  EXPECT_EQ(this->names(), this->shown({"one", "three", "two"}));
}

TYPED_TEST_P(CarrierTest, KeysStopWhenToldTo) {
  this->arrive("one", "1");
  this->arrive("two", "2");
  int seen = 0;
  this->reader().keys([&](std::string_view) {
    ++seen;
    return false;
  });
  EXPECT_EQ(seen, 1);
}

TYPED_TEST_P(CarrierTest, SetAddsAndReplaces) {
  this->writer().set("a", "1");
  EXPECT_EQ(this->raw(), (RawFields{{"a", "1"}}));
  this->writer().set("a", "2");
  EXPECT_EQ(this->raw(), (RawFields{{"a", "2"}}));
}

TYPED_TEST_P(CarrierTest, SetCopiesWhatItIsGiven) {
  {
    const std::string name(40, 'n');
    const std::string value(60, 'v');
    this->writer().set(name, value);
  }
  EXPECT_EQ(this->raw(), (RawFields{{std::string(40, 'n'), std::string(60, 'v')}}));
}

TYPED_TEST_P(CarrierTest, SetTakesItsOwnViews) {
  const std::string value(60, 'v');
  this->arrive("a", value);
  this->writer().set("a", *this->writer().get("a"));
  this->writer().set("b", *this->writer().get("a"));
  EXPECT_EQ(this->sorted(), (RawFields{{"a", value}, {"b", value}}));
}

TYPED_TEST_P(CarrierTest, SetAndEraseLeaveOthersAlone) {
  this->arrive("before", "1");
  this->arrive("a", "2");
  this->arrive("behind", "3");
  this->writer().set("a", "new");
  EXPECT_EQ(this->sorted(), (RawFields{{"a", "new"}, {"before", "1"}, {"behind", "3"}}));
  this->writer().erase("a");
  EXPECT_EQ(this->sorted(), (RawFields{{"before", "1"}, {"behind", "3"}}));
}

TYPED_TEST_P(CarrierTest, EraseOfTheAbsentIsHarmless) {
  this->writer().erase("a");
  this->arrive("b", "1");
  this->writer().erase("a");
  EXPECT_EQ(this->raw(), (RawFields{{"b", "1"}}));
}

TYPED_TEST_P(CarrierTest, CarriesAFullContext) {
  const baton::Context sent = full_context();
  chain_of("tracecontext,baggage").inject(sent, this->writer());
  baton::ExtractReport report;
  EXPECT_EQ(chain_of("tracecontext,baggage").extract(this->reader(), &report), sent);
  EXPECT_EQ(report.issue_count(), 0U);
}

TYPED_TEST_P(CarrierTest, CarriesB3) {
  for (const std::string_view encoding : {"b3", "b3multi"}) {
    this->storage_ = {};
    baton::Context sent = full_context();
    sent.set_sampling(baton::Sampling::debug);
    chain_of(encoding).inject(sent, this->writer());
    const baton::Context got = chain_of(encoding).extract(this->reader());
    EXPECT_EQ(got.span_context().trace_id, sent.span_context().trace_id) << encoding;
    EXPECT_EQ(got.span_context().span_id, sent.span_context().span_id) << encoding;
    EXPECT_EQ(got.sampling(), baton::Sampling::debug) << encoding;
  }
}

TYPED_TEST_P(CarrierTest, AnEmptyContextClearsWhatIsStale) {
  const baton::PropagatorChain chain = chain_of("tracecontext,baggage,b3,b3multi");
  this->arrive("unrelated", "1");
  chain.inject(full_context(), this->writer());
  chain.inject(baton::Context(), this->writer());
  EXPECT_EQ(this->raw(), (RawFields{{"unrelated", "1"}}));
}

TYPED_TEST_P(CarrierTest, BaggageCannotSmuggleAField) {
  using namespace std::string_view_literals;
  baton::Context context;
  context.set_baggage(context.baggage().set("user", "x\r\nEvil: 1\0\n,other=1;p"sv).value());
  chain_of("baggage").inject(context, this->writer());
  ASSERT_EQ(this->raw().size(), 1U);
  EXPECT_EQ(this->raw()[0].second.find_first_of("\r\n\0,;"sv), std::string::npos);
  EXPECT_EQ(chain_of("baggage").extract(this->reader()).baggage().get("user"),
            "x\r\nEvil: 1\0\n,other=1;p"sv);
}

REGISTER_TYPED_TEST_SUITE_P(CarrierTest, SatisfiesTheConcepts, AbsentIsNotEmpty, ComparesWholeNames,
                            KeysShowEveryName, KeysStopWhenToldTo, SetAddsAndReplaces,
                            SetCopiesWhatItIsGiven, SetTakesItsOwnViews,
                            SetAndEraseLeaveOthersAlone, EraseOfTheAbsentIsHarmless,
                            CarriesAFullContext, CarriesB3, AnEmptyContextClearsWhatIsStale,
                            BaggageCannotSmuggleAField);

// ---- Carriers that can hold a field several times ----

template <class Binding>
class MultiValueCarrierTest : public CarrierFixture<Binding> {};
TYPED_TEST_SUITE_P(MultiValueCarrierTest);

TYPED_TEST_P(MultiValueCarrierTest, KeepsInstancesApart) {
  this->arrive("a", "1,2");
  this->arrive("b", "x");
  this->arrive("a", "");
  this->arrive("a", "3");
  EXPECT_EQ(this->sorted_all("a"), (Values{"", "1,2", "3"}));
}

TYPED_TEST_P(MultiValueCarrierTest, GetAllStopsWhenToldTo) {
  for (const std::string_view value : {"1", "2", "3"}) this->arrive("a", value);
  int seen = 0;
  this->reader().get_all("a", [&](std::string_view) { return ++seen < 2; });
  EXPECT_EQ(seen, 2);
}

TYPED_TEST_P(MultiValueCarrierTest, SetReplacesAll) {
  for (const std::string_view value : {"1", "2", "3"}) {
    this->arrive("a", value);
    this->arrive("b", value);
  }
  this->writer().set("a", "new");
  EXPECT_EQ(this->sorted(), (RawFields{{"a", "new"}, {"b", "1"}, {"b", "2"}, {"b", "3"}}));
}

TYPED_TEST_P(MultiValueCarrierTest, SetTakesAViewOfALaterInstance) {
  const std::string longer(60, 'v');
  this->arrive("a", "1");
  this->arrive("a", longer);
  std::string_view later;
  auto carrier = this->writer();
  carrier.get_all("a", [&](std::string_view value) {
    if (value.size() > 1) later = value;
    return true;
  });
  carrier.set("a", later);
  EXPECT_EQ(this->raw(), (RawFields{{"a", longer}}));
}

TYPED_TEST_P(MultiValueCarrierTest, EraseTakesAll) {
  for (const std::string_view value : {"1", "2", "3"}) {
    this->arrive("a", value);
    this->arrive("b", value);
  }
  this->writer().erase("a");
  EXPECT_EQ(this->sorted(), (RawFields{{"b", "1"}, {"b", "2"}, {"b", "3"}}));
}

TYPED_TEST_P(MultiValueCarrierTest, TwoTraceparentsAreNoneOrTheLast) {
  this->arrive("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  this->arrive("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  baton::ExtractReport report;
  if (baton::last_field_counts<CarrierOf<TypeParam>>) {
    const baton::Context context = chain_of("tracecontext").extract(this->reader(), &report);
    EXPECT_EQ(context.span_context().span_id, baton::SpanId(0xb7ad6b7169203331));
    EXPECT_EQ(report.issue_count(), 0U);
    return;
  }
  EXPECT_EQ(chain_of("tracecontext").extract(this->reader(), &report), baton::Context());
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0].error.code, baton::ErrorCode::repeated_field);
}

TYPED_TEST_P(MultiValueCarrierTest, BaggageLimitsHoldOverAllInstances) {
  for (int i = 0; i < 200; ++i) this->arrive("baggage", "k" + std::to_string(i) + "=v");
  EXPECT_EQ(chain_of("baggage").extract(this->reader()).baggage().size(), 180U);
}

REGISTER_TYPED_TEST_SUITE_P(MultiValueCarrierTest, KeepsInstancesApart, GetAllStopsWhenToldTo,
                            SetReplacesAll, SetTakesAViewOfALaterInstance, EraseTakesAll,
                            TwoTraceparentsAreNoneOrTheLast, BaggageLimitsHoldOverAllInstances);

// ---- Those of them that also keep the order of the instances ----

template <class Binding>
class OrderedCarrierTest : public CarrierFixture<Binding> {};
TYPED_TEST_SUITE_P(OrderedCarrierTest);

TYPED_TEST_P(OrderedCarrierTest, GetGivesTheFirstOrTheLast) {
  this->arrive("a", "z");
  this->arrive("a", "a");
  EXPECT_EQ(this->reader().get("a"), baton::last_field_counts<CarrierOf<TypeParam>> ? "a" : "z");
}

TYPED_TEST_P(OrderedCarrierTest, GetAllKeepsTheOrder) {
  this->arrive("a", "3");
  this->arrive("b", "x");
  this->arrive("a", "1");
  this->arrive("c", "x");
  this->arrive("a", "2");
  EXPECT_EQ(this->all("a"), (Values{"3", "1", "2"}));
}

TYPED_TEST_P(OrderedCarrierTest, SeveralFieldsAreOneList) {
  this->arrive("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  this->arrive("tracestate", "z=1,y=2");
  this->arrive("baggage", "z=1");
  this->arrive("tracestate", "");
  this->arrive("tracestate", "a=3");
  this->arrive("baggage", "a=2,z=3");
  const baton::Context context = chain_of("tracecontext,baggage").extract(this->reader());
  EXPECT_EQ(context.span_context().trace_state.header(), "z=1,y=2,a=3");
  EXPECT_EQ(context.baggage().header(), "z=1,a=2,z=3");
}

REGISTER_TYPED_TEST_SUITE_P(OrderedCarrierTest, GetGivesTheFirstOrTheLast, GetAllKeepsTheOrder,
                            SeveralFieldsAreOneList);

// ---- Carriers whose names are ASCII-case-insensitive ----

template <class Binding>
class CaseInsensitiveCarrierTest : public CarrierFixture<Binding> {};
TYPED_TEST_SUITE_P(CaseInsensitiveCarrierTest);

TYPED_TEST_P(CaseInsensitiveCarrierTest, ReadsAnyCase) {
  static_assert(baton::names_without_case<CarrierOf<TypeParam>>);
  this->arrive("TraceParent", "1");
  for (const std::string_view name : {"traceparent", "TRACEPARENT", "TraceParent", "tRACEpARENT"}) {
    EXPECT_EQ(this->reader().get(name), "1") << name;
    EXPECT_EQ(this->all(name), Values{"1"}) << name;
  }
}

TYPED_TEST_P(CaseInsensitiveCarrierTest, FoldsLettersAlone) {
  this->arrive("x-^_a", "1");
  EXPECT_EQ(this->reader().get("X-^_A"), "1");
  EXPECT_EQ(this->reader().get("x-~_a"), std::nullopt);
  EXPECT_EQ(this->reader().get("x-^\x7f"
                               "a"),
            std::nullopt);
  EXPECT_EQ(this->reader().get("\x0d-^_a"), std::nullopt);
}

TYPED_TEST_P(CaseInsensitiveCarrierTest, SetReplacesAnyCaseAndWritesLowercase) {
  this->arrive("Baggage", "old");
  this->writer().set("BAGGAGE", "new");
  EXPECT_EQ(this->raw(), (RawFields{{"baggage", "new"}}));
  this->writer().set("X-New", "1");
  EXPECT_EQ(this->sorted(), (RawFields{{"baggage", "new"}, {"x-new", "1"}}));
}

TYPED_TEST_P(CaseInsensitiveCarrierTest, EraseTakesAnyCase) {
  this->arrive("Baggage", "old");
  this->writer().erase("bAGGAGE");
  EXPECT_EQ(this->raw(), RawFields{});
}

REGISTER_TYPED_TEST_SUITE_P(CaseInsensitiveCarrierTest, ReadsAnyCase, FoldsLettersAlone,
                            SetReplacesAnyCaseAndWritesLowercase, EraseTakesAnyCase);

// ---- Case-insensitive carriers that can hold one name in several spellings ----

template <class Binding>
class MixedCaseCarrierTest : public CarrierFixture<Binding> {};
TYPED_TEST_SUITE_P(MixedCaseCarrierTest);

TYPED_TEST_P(MixedCaseCarrierTest, SpellingsAreOneField) {
  this->arrive("baggage", "1");
  this->arrive("BAGGAGE", "2");
  this->arrive("Baggage", "3");
  EXPECT_EQ(this->sorted_all("bAgGaGe"), (Values{"1", "2", "3"}));
  this->writer().set("Baggage", "new");
  EXPECT_EQ(this->raw(), (RawFields{{"baggage", "new"}}));
}

TYPED_TEST_P(MixedCaseCarrierTest, EraseTakesAllSpellings) {
  this->arrive("baggage", "1");
  this->arrive("BAGGAGE", "2");
  this->writer().erase("Baggage");
  EXPECT_EQ(this->raw(), RawFields{});
}

REGISTER_TYPED_TEST_SUITE_P(MixedCaseCarrierTest, SpellingsAreOneField, EraseTakesAllSpellings);

// ---- Carriers of headers that end at a line break: nothing unprintable may be sent ----

template <class Binding>
class HeaderSafeCarrierTest : public CarrierFixture<Binding> {};
TYPED_TEST_SUITE_P(HeaderSafeCarrierTest);

/// A propagator of another author, which writes unsafe values.
inline constexpr baton::FormatTraits careless = {
    .name = "careless", .specification = "", .fields = {}};

class CarelessPropagator final : public baton::Propagator {
 public:
  CarelessPropagator() noexcept : Propagator(careless) {}
  baton::Extracted extract(baton::CarrierReader, baton::Context&,
                           baton::ExtractReport*) const override {
    return baton::Extracted::nothing;
  }
  void inject(const baton::Context&, baton::CarrierWriter carrier) const override {
    carrier.set("x-careless", "1\r\nEvil: 2");
    carrier.set("x-careless\r\nEvil", "2");
  }
};

TYPED_TEST_P(HeaderSafeCarrierTest, RefusesBadValuesAndDropsTheOldOne) {
  for (int byte = 0; byte < 256; ++byte) {
    this->storage_ = {};
    this->arrive("a", "old");
    const std::string value = std::string("x") + static_cast<char>(byte) + "y";
    this->writer().set("a", value);
    const bool bad = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    EXPECT_EQ(this->raw(), bad ? RawFields{} : (RawFields{{"a", value}})) << byte;
  }
}

TYPED_TEST_P(HeaderSafeCarrierTest, RefusesBadNames) {
  constexpr std::string_view token = "!#$%&'*+-.^_`|~";
  for (int byte = 0; byte < 256; ++byte) {
    this->storage_ = {};
    const char c = static_cast<char>(byte);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    const bool good = letter || capital || token.find(c) != std::string_view::npos;
    this->writer().set(std::string("x") + c, "1");
    const std::string written = std::string("x") + static_cast<char>(capital ? c | 0x20 : c);
    EXPECT_EQ(this->raw(), good ? (RawFields{{written, "1"}}) : RawFields{}) << byte;
  }
  this->writer().set("", "1");
  EXPECT_EQ(this->reader().get(""), std::nullopt);
}

TYPED_TEST_P(HeaderSafeCarrierTest, ACarelessPropagatorBreaksNothing) {
  CarelessPropagator().inject(baton::Context(), this->writer());
  EXPECT_EQ(this->raw(), RawFields{});
}

REGISTER_TYPED_TEST_SUITE_P(HeaderSafeCarrierTest, RefusesBadValuesAndDropsTheOldOne,
                            RefusesBadNames, ACarelessPropagatorBreaksNothing);

}  // namespace carrier_conformance
