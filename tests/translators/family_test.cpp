// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/http.hpp"
#include "baton/translators/jaeger.hpp"
#include "baton/translators/ottrace.hpp"
#include "support/guard_page.hpp"

namespace baton {
namespace {

using namespace std::string_literals;
using Map = std::map<std::string, std::string, std::less<>>;

Context with_baggage(std::string_view header) {
  Context context;
  context.set_baggage(Baggage::parse(header, {header.size(), header.size()}));
  return context;
}

std::string baggage_of(CarrierReader carrier, Context context = {}) {
  JaegerPropagator().extract(carrier, context);
  return std::string(context.baggage().header());
}

/// A case-insensitive carrier that counts its calls.
struct CountingCarrier {
  std::vector<std::string> names;
  std::size_t gets = 0;
  std::size_t names_shown = 0;
  std::size_t sets = 0;
  std::size_t erases = 0;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view) const {
    ++const_cast<CountingCarrier*>(this)->gets;
    return "v";
  }
  template <class Visitor>
  void get_all(std::string_view, Visitor&&) const {}
  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const std::string& name : names) {
      ++const_cast<CountingCarrier*>(this)->names_shown;
      if (!visit(std::string_view(name))) return;
    }
  }
  void set(std::string_view, std::string_view) { ++sets; }
  void erase(std::string_view) { ++erases; }
};

/// Counts how often all of its fields are passed over.
struct Passes {
  std::vector<std::string> names;
  bool shows_last_first = false;
  mutable std::size_t look_ups = 0;
  mutable std::size_t passes = 0;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    ++look_ups;
    const auto found = std::find(names.begin(), names.end(), name);
    return found != names.end() ? std::optional<std::string_view>(*found) : std::nullopt;
  }
  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    if (const auto value = get(name)) visit(*value);
  }
  template <class Visitor>
  void keys(Visitor&& visit) const {
    ++passes;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::size_t at = shows_last_first ? names.size() - 1 - i : i;
      if (!visit(std::string_view(names[at]))) return;
    }
  }
  template <class Visitor>
  void fields(Visitor&& visit) const {
    ++passes;
    for (const std::string& name : names) {
      if (!visit(std::string_view(name), std::string_view(name))) return;
    }
  }
};

/// Returns one list for any field.
struct ListCarrier {
  std::string_view list;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view) const { return std::nullopt; }
  template <class Visitor>
  void get_all(std::string_view, Visitor&& visit) const {
    visit(list);
  }
  template <class Visitor>
  void keys(Visitor&& visit) const {
    visit(std::string_view("jaeger-baggage"));
  }
};

TEST(FamilyTest, KeysAreInLowerCaseWhateverTheCarrier) {
  const Map map{{"Uberctx-Tenant-Id", "1"}};
  EXPECT_EQ(baggage_of(MapCarrier(map)), "tenant-id=1");
  const std::vector<std::pair<std::string, std::string>> fields{{"Uberctx-Tenant-Id", "1"}};
  EXPECT_EQ(baggage_of(http::HeaderCarrier(fields)), "tenant-id=1");
}

TEST(FamilyTest, AsManyFieldsAsTheLimitsAllowAreFoundInFewPasses) {
  Passes carrier;
  for (int i = 0; i < 179; ++i) carrier.names.push_back("uberctx-bad key" + std::to_string(i));
  for (int i = 0; i < 180; ++i) carrier.names.push_back("uberctx-key" + std::to_string(i));
  Context context;
  JaegerPropagator().extract(carrier, context);
  ASSERT_EQ(context.baggage().size(), 180U);
  EXPECT_EQ(context.baggage().get("key0"), "uberctx-key0");
  EXPECT_EQ(context.baggage().get("key179"), "uberctx-key179");
  EXPECT_LE(carrier.look_ups + carrier.passes, 20U);
}

TEST(FamilyTest, FieldsBeyondThoseThatAreKeptAreLookedUp) {
  Passes carrier{.names = {}, .shows_last_first = true};
  for (int i = 0; i < 1000; ++i) carrier.names.push_back("uberctx-key" + std::to_string(i));
  Context context;
  JaegerPropagator().extract(carrier, context);
  ASSERT_EQ(context.baggage().size(), 180U);
  EXPECT_EQ(context.baggage().get("key999"), "uberctx-key999");
  EXPECT_EQ(context.baggage().get("key820"), "uberctx-key820");
}

TEST(FamilyTest, OfSpellingsTheFirstCountsOrTheOneInLowerCaseWhereNamesAreExact) {
  const Map map{{"UBERCTX-A", "1"}, {"Uberctx-a", "2"}, {"uberctx-a", "3"}};
  EXPECT_EQ(baggage_of(MapCarrier(map)), "a=3");
  const Map capitals{{"UBERCTX-A", "1"}, {"Uberctx-a", "2"}};
  EXPECT_EQ(baggage_of(MapCarrier(capitals)), "a=1");
  const std::vector<std::pair<std::string, std::string>> fields{
      {"UBERCTX-A", "1"}, {"Uberctx-a", "2"}, {"uberctx-a", "3"}};
  EXPECT_EQ(baggage_of(http::HeaderCarrier(fields)), "a=1");
}

TEST(FamilyTest, ANameIsEverySpellingOfAKeyThatIsThere) {
  const Map map{{"uberctx-userid", "evil"}, {"uberctx-b", "2"}};
  EXPECT_EQ(baggage_of(MapCarrier(map), with_baggage("userId=1")), "userId=1,b=2");
  Context context = with_baggage("userId=1");
  const Map evil{{"uberctx-userid", "evil"}};
  EXPECT_EQ(JaegerPropagator().extract(MapCarrier(evil), context), Extracted::baggage);
  EXPECT_EQ(context.baggage().header(), "userId=1");
}

TEST(FamilyTest, NamesAreWrittenInLowerCaseAndOnce) {
  Map map{{"uberctx-tenant", "stale"}, {"uberctx-b", "stale"}};
  JaegerPropagator().inject(with_baggage("Tenant=ok,TENANT=evil,tenant=evil,B=2"), MapCarrier(map));
  EXPECT_EQ(map, (Map{{"uberctx-b", "2"}, {"uberctx-tenant", "ok"}}));
  map.clear();
  JaegerPropagator().inject(with_baggage("Tenant=ok,TENANT=evil"), MapCarrier(map));
  EXPECT_EQ(map, (Map{{"uberctx-tenant", "ok"}}));
}

TEST(FamilyTest, ATwinThatCannotBeSaidErasesNothing) {
  const Context context = with_baggage("a=%0A,A=ok,AA=ok,aA=%0A,c=%0A,C=%0A").child();
  Map map{{"ot-baggage-c", "stale"}};
  OtTracePropagator().inject(context, MapCarrier(map));
  std::erase_if(map, [](const auto& field) { return field.first.starts_with("ot-tracer-"); });
  EXPECT_EQ(map, (Map{{"ot-baggage-a", "ok"}, {"ot-baggage-aa", "ok"}}));
}

// At most one call per member: for 2^7 spellings of one key, and for a pair of each key.
TEST(FamilyTest, CallsOfTheCarrierAreLinearInTheMembers) {
  constexpr std::size_t members = 128;
  for (const bool is_one_key : {true, false}) {
    std::string header;
    CountingCarrier carrier;
    for (std::size_t i = 0; i < members; ++i) {
      std::string key = is_one_key ? "abcdefg" : "k" + std::to_string(i / 2);
      for (std::size_t bit = 0; bit < 7 && is_one_key; ++bit) {
        if ((i >> bit & 1U) != 0) key[bit] = static_cast<char>(key[bit] - 'a' + 'A');
      }
      if (!is_one_key && i % 2 == 1) key[0] = 'K';
      carrier.names.push_back("uberctx-" + key);
      header += (header.empty() ? "" : ",") + key + "=v";
    }
    JaegerPropagator().inject(with_baggage(header), carrier);
    EXPECT_EQ(carrier.sets, is_one_key ? 1 : members / 2);
    EXPECT_LE(carrier.erases, 3U);

    Context context;
    JaegerPropagator().extract(carrier, context);
    EXPECT_EQ(context.baggage().size(), is_one_key ? 1 : members / 2);
    EXPECT_EQ(carrier.gets, 1 + context.baggage().size()) << "the ids, and each new key";
  }
}

TEST(FamilyTest, WorkStopsAfterAsManyBadKeysAsThereMayBeMembers) {
  constexpr std::size_t most = 180;
  for (const char* name : {"uberctx-a b", "uberctx-", "uberctx-a", "UBERCTX-A"}) {
    const CountingCarrier carrier{std::vector<std::string>(10'000, name)};
    Context context;
    ExtractReport report;
    JaegerPropagator().extract(carrier, context, &report);
    const std::size_t walk_for_presence = carrier.names.size();
    EXPECT_LE(carrier.names_shown - walk_for_presence, most + 2) << name;
    EXPECT_LE(report.issue_count(), most + 2) << name;
    EXPECT_LE(carrier.gets, 3U) << name << ": the ids, those that are reported, and one key";
  }
}

TEST(FamilyTest, AKeyBeyondTheLimitOfBytesIsReportedAndNotLookedUp) {
  const JaegerPropagator few_bytes({.max_bytes = 8});
  for (const std::size_t size : {7U, 8U, 9U, 1000U}) {
    const CountingCarrier carrier{{"uberctx-" + std::string(size, 'k')}};
    Context context;
    ExtractReport report;
    few_bytes.extract(carrier, context, &report);
    EXPECT_TRUE(context.baggage().empty()) << size;
    ASSERT_EQ(report.issue_count(), 2U) << size;
    EXPECT_EQ(report.issues()[0].field, "uber-trace-id") << size;
    EXPECT_EQ(report.issues()[1].error, (ParseError{ErrorCode::too_many_bytes, 0})) << size;
    EXPECT_EQ(carrier.gets, size <= 8 ? 3U : 2U) << size << ", two are those of the ids";
  }
}

TEST(FamilyTest, WhatIsBeforeAKeyBeyondTheLimitOfBytesIsRead) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"uberctx-a", "1"}, {"uberctx-" + std::string(9, 'k'), "v"}};
  Context context;
  JaegerPropagator({.max_bytes = 8}).extract(http::HeaderCarrier(fields), context);
  EXPECT_EQ(context.baggage().header(), "a=1");
}

TEST(FamilyTest, ThereMayBeNoLimits) {
  constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();
  const std::vector<std::pair<std::string, std::string>> fields = {{"uberctx-a", "1"},
                                                                   {"uberctx-b", "2"}};
  Context context;
  JaegerPropagator({any_number, any_number}).extract(http::HeaderCarrier(fields), context);
  EXPECT_EQ(context.baggage().header(), "a=1,b=2");
}

TEST(FamilyTest, NothingBeyondTheLimitOfBytesIsLookedAt) {
  const BaggageLimits limits;
  const std::string entry = "a=1,";
  for (const std::string& filling : {std::string(","), std::string(" "), std::string("x"),
                                     std::string("=,"), std::string("y,"), std::string("a=2,")}) {
    std::string list = entry;
    while (list.size() <= limits.max_bytes) list += filling;
    list.resize(limits.max_bytes + 1);
    const test::TextBeforeGuardPage text(list);
    Context context;
    ExtractReport report;
    JaegerPropagator().extract(ListCarrier{text.view(1'000'000)}, context, &report);
    EXPECT_EQ(context.baggage().header(), "a=1") << filling;
    EXPECT_GE(report.issue_count(), 1U) << filling;
    EXPECT_LE(report.issue_count(), limits.max_members + 1) << filling;
  }
}

/// The baggage of lists that are instances of one field, and how many issues there are.
std::pair<std::string, std::size_t> read_lists(const std::vector<std::string>& lists) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const std::string& list : lists) fields.emplace_back("jaeger-baggage", list);
  Context context;
  ExtractReport report;
  JaegerPropagator().extract(http::HeaderCarrier(fields), context, &report);
  return {std::string(context.baggage().header()), report.issue_count()};
}

TEST(FamilyTest, TheLimitOfBytesIsThatOfAllInstancesTogether) {
  const std::size_t most = BaggageLimits().max_bytes;
  const std::size_t first = most - 100;
  const std::string last = "a=1";
  const auto read = [&](std::size_t second) {
    const std::string filling(second - last.size(), ',');
    return read_lists({std::string(first, ','), filling + last, "b=2"});
  };
  // The comma between counts. What follows the limit is reported once.
  EXPECT_EQ(read(99), std::pair("a=1"s, std::size_t{1}));
  EXPECT_EQ(read(100), std::pair(""s, std::size_t{1}));
}

TEST(FamilyTest, NoInstanceIsReadBehindTheLimitOfMembers) {
  std::string list = "a=1";
  for (std::size_t i = 0; i <= BaggageLimits().max_members; ++i) list += ",a=2";
  EXPECT_EQ(read_lists({list, "b=2", "c=3"}), std::pair("a=1"s, std::size_t{1}));
}

}  // namespace
}  // namespace baton
