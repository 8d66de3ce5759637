// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "baton/detail/ascii.hpp"
#include "baton/testing/carrier_fixture.hpp"

/// What is required of all carriers that read.
namespace baton::testing::detail {

inline constexpr std::string_view one_parent =
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
inline constexpr std::string_view other_parent =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// All visible characters, with blanks inside.
inline constexpr std::string_view every_character =
    R"(!"#$%&'()* +,-./01234  56789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstuvwxyz{|}~)";

template <class Binding>
void append(std::vector<CarrierRule<Binding>>& rules,
            std::initializer_list<CarrierRule<Binding>> more) {
  for (const CarrierRule<Binding>& rule : more) rules.push_back(rule);
}

/// Fields in a list, for a chain to write to.
struct FieldWriter {
  void set(std::string_view name, std::string_view value) { fields.emplace_back(name, value); }
  void erase(std::string_view) {}
  FieldList fields;
};

template <class Binding>
void binding_says_what_it_holds(CarrierFixture<Binding>& carrier) {
  carrier.arrive("a", "1");
  carrier.arrive("a", "2");
  carrier.expect(
      (carrier.raw().size() == 2) == holds_repeated_names<Binding>,
      holds_repeated_names<Binding>
          ? "The binding says `holds_repeated_names`, but the storage does not hold both"
          : "The storage holds both, but the binding does not say `holds_repeated_names`");
  if (!names_without_case<CarrierOf<Binding>>) return;
  carrier.reset();
  carrier.arrive("a", "1");
  carrier.arrive("A", "2");
  std::set<std::string> names;
  for (const auto& [name, value] : carrier.raw()) names.insert(name);
  carrier.expect((names.size() == 2) == holds_mixed_case<Binding>,
                 holds_mixed_case<Binding>
                     ? "The binding says `holds_mixed_case`, but the storage does not hold both"
                     : "The storage holds both, but the binding does not say `holds_mixed_case`");
}

template <class Binding>
void absent_is_not_empty(CarrierFixture<Binding>& carrier) {
  carrier.arrive("empty", "");
  carrier.expect_value("empty", "");
  carrier.expect_values("empty", {""});
  carrier.expect_value("absent", std::nullopt);
  carrier.expect_values("absent", {});
}

template <class Binding>
void compares_whole_names(CarrierFixture<Binding>& carrier) {
  carrier.arrive("baggage", "1");
  carrier.expect_value("baggag", std::nullopt);
  carrier.expect_value("baggages", std::nullopt);
  carrier.expect_value("", std::nullopt);
}

template <class Binding>
void gives_values_byte_for_byte(CarrierFixture<Binding>& carrier) {
  carrier.arrive("a", every_character);
  carrier.expect_value("a", every_character);
  carrier.expect_values("a", {std::string(every_character)});
}

template <class Binding>
void keys_show_every_name(CarrierFixture<Binding>& carrier) {
  carrier.arrive("one", "1");
  carrier.arrive("two", "");
  carrier.arrive("three", "3");
  carrier.expect_equal("keys() visits", carrier.names(), carrier.shown({"one", "three", "two"}));
}

template <class Binding>
void keys_stop_when_told_to(CarrierFixture<Binding>& carrier) {
  carrier.arrive("one", "1");
  carrier.arrive("two", "2");
  int seen = 0;
  carrier.reader().keys([&](std::string_view) {
    ++seen;
    return false;
  });
  carrier.expect_equal("The number of names that keys() visits for a visitor that returns false is",
                       seen, 1);
}

template <class Binding>
void reads_a_full_context(CarrierFixture<Binding>& carrier) {
  const PropagatorChain chain = chain_of("tracecontext,baggage");
  FieldWriter sent;
  chain.inject(full_context(), sent);
  for (const auto& [name, value] : sent.fields) carrier.arrive(name, value);
  ExtractReport report;
  const Context got = chain.extract(carrier.reader(), &report);
  carrier.expect(got == full_context(), "What a chain extracts is not the context that was sent");
  carrier.expect_equal("The number of reported issues is", report.issue_count(), 0U);
}

// ---- The optional `fields` ----

template <class Carrier>
concept HasFields = requires(const Carrier& carrier, FieldVisitor visit) { carrier.fields(visit); };

/// The same carrier without `fields`.
template <class Carrier>
class WithoutFields {
 public:
  static constexpr bool has_binary_fields = baton::has_binary_fields<Carrier>;
  static constexpr bool last_field_counts = baton::last_field_counts<Carrier>;
  static constexpr bool names_without_case = baton::names_without_case<Carrier>;
  static constexpr bool prefers_exact_names = baton::prefers_exact_names<Carrier>;

  explicit WithoutFields(const Carrier& carrier) : carrier_(carrier) {}
  std::optional<std::string_view> get(std::string_view name) const { return carrier_.get(name); }
  void get_all(std::string_view name, TextVisitor visit) const { carrier_.get_all(name, visit); }
  void keys(TextVisitor visit) const { carrier_.keys(visit); }

 private:
  const Carrier& carrier_;
};

template <class Binding>
FieldList visited_fields(const CarrierFixture<Binding>& carrier) {
  FieldList fields;
  carrier.reader().fields([&](std::string_view name, std::string_view value) {
    fields.emplace_back(name, value);
    return true;
  });
  return fields;
}

/// For a name that the carrier has in just this spelling.
template <class Carrier>
bool is_same_name(std::string_view a, std::string_view b) {
  if (!names_without_case<Carrier> || prefers_exact_names<Carrier>) return a == b;
  return baton::detail::equals_ignoring_case(a, b);
}

template <class Binding>
void expect_fields_agree(CarrierFixture<Binding>& carrier) {
  const FieldList fields = visited_fields(carrier);
  std::set<std::string> visited;
  for (const auto& [name, value] : fields) visited.insert(name);
  const Values names = carrier.names();
  carrier.expect_equal("The names that fields() visits are", visited,
                       std::set<std::string>(names.begin(), names.end()));
  for (const std::string& asked : visited) {
    Values values;
    for (const auto& [name, value] : fields) {
      if (is_same_name<CarrierOf<Binding>>(name, asked)) values.push_back(value);
    }
    carrier.expect_equal(
        "The values that fields() visits for \"" + asked + "\", and get_all(), are", values,
        carrier.all(asked));
  }
  if constexpr (has_index<CarrierOf<Binding>>) {
    carrier.expect_equal("size() is", carrier.reader().size(), fields.size());
  }
}

template <class Binding>
void fields_agree_with_the_rest(CarrierFixture<Binding>& carrier) {
  expect_fields_agree(carrier);
  carrier.arrive("b", "1");
  carrier.arrive("a", "2");
  carrier.arrive("empty", "");
  expect_fields_agree(carrier);
  if (holds_repeated_names<Binding>) {
    for (const std::string_view value : {"z", "", "a"}) carrier.arrive("b", value);
    expect_fields_agree(carrier);
  }
  if (holds_mixed_case<Binding>) {
    carrier.arrive("B", "4");
    carrier.arrive("C", "5");
    expect_fields_agree(carrier);
  }
}

template <class Binding>
void fields_stop_when_told_to(CarrierFixture<Binding>& carrier) {
  for (const std::string_view name : {"one", "two", "three"}) carrier.arrive(name, "1");
  int seen = 0;
  carrier.reader().fields([&](std::string_view, std::string_view) { return ++seen < 2; });
  carrier.expect_equal(
      "The number of fields that fields() visits for a visitor that returns false at the second is",
      seen, 2);
}

template <class Binding>
void expect_chain_reads_the_same(CarrierFixture<Binding>& carrier) {
  const auto&& reader = carrier.reader();
  for (const std::string_view names : {"tracecontext,baggage", "b3,jaeger,tracecontext,baggage"}) {
    const PropagatorChain chain = chain_of(names);
    ExtractReport by_fields;
    ExtractReport by_names;
    carrier.expect(chain.extract(reader, &by_fields) ==
                       chain.extract(WithoutFields<CarrierOf<Binding>>(reader), &by_names),
                   "The chain \"" + std::string(names) +
                       "\" extracts another context by fields() than by get() and get_all()");
    carrier.expect_equal("The number of issues that it reports by fields(), and by get(), is",
                         by_fields.issue_count(), by_names.issue_count());
  }
}

template <class Binding>
void a_chain_reads_the_same_by_fields(CarrierFixture<Binding>& carrier) {
  carrier.arrive("unrelated", "1");
  carrier.arrive("traceparent", one_parent);
  carrier.arrive("baggage", "a=1,b=2");
  carrier.arrive("uberctx-user", "x");
  expect_chain_reads_the_same(carrier);
  if (holds_mixed_case<Binding>) {
    carrier.arrive("TraceParent", other_parent);
    carrier.arrive("Baggage", "b=3,c=4");
    expect_chain_reads_the_same(carrier);
  }
  if (holds_repeated_names<Binding>) {
    carrier.arrive("tracestate", "a=1");
    carrier.arrive("tracestate", "");
    carrier.arrive("tracestate", "b=2");
    carrier.arrive("baggage", "c=5");
    expect_chain_reads_the_same(carrier);
    carrier.arrive("traceparent", other_parent);
    expect_chain_reads_the_same(carrier);
  }
}

template <class Binding>
void add_reading_rules(std::vector<CarrierRule<Binding>>& rules) {
  append(rules, {{"TheBindingSaysWhatItHolds", "a binding says what its storage can hold",
                  binding_says_what_it_holds<Binding>},
                 {"AbsentIsNotEmpty", "an empty value is a value, and an absent name has none",
                  absent_is_not_empty<Binding>},
                 {"ComparesWholeNames", "a name is neither the beginning nor the end of another",
                  compares_whole_names<Binding>},
                 {"GivesValuesByteForByte", "a value is what arrived, byte for byte",
                  gives_values_byte_for_byte<Binding>},
                 {"KeysShowEveryName", "keys visits every name", keys_show_every_name<Binding>},
                 {"KeysStopWhenToldTo", "keys stops as soon as the visitor returns false",
                  keys_stop_when_told_to<Binding>},
                 {"ReadsAFullContext", "a chain reads all that W3C's fields say",
                  reads_a_full_context<Binding>}});
  if constexpr (HasFields<CarrierOf<Binding>>) {
    append(rules,
           {{"FieldsAgreeWithTheRest",
             "fields visits what keys and get_all visit, in the same order, no more and no less",
             fields_agree_with_the_rest<Binding>},
            {"FieldsStopWhenToldTo", "fields stops as soon as the visitor returns false",
             fields_stop_when_told_to<Binding>},
            {"AChainReadsTheSameByFields",
             "a chain extracts by fields what it extracts by get, get_all and keys",
             a_chain_reads_the_same_by_fields<Binding>}});
  }
}

}  // namespace baton::testing::detail
