// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "baton/testing/carrier_fixture.hpp"
#include "baton/testing/detail/reading_rules.hpp"

namespace baton::testing::detail {

// ---- Carriers with `names_without_case` ----

template <class Binding>
void reads_any_case(CarrierFixture<Binding>& carrier) {
  carrier.arrive("TraceParent", "1");
  for (const std::string_view name : {"traceparent", "TRACEPARENT", "TraceParent", "tRACEpARENT"}) {
    carrier.expect_value(name, "1");
    carrier.expect_values(name, {"1"});
  }
}

template <class Binding>
void folds_letters_alone(CarrierFixture<Binding>& carrier) {
  carrier.arrive("x-^_a", "1");
  carrier.expect_value("X-^_A", "1");
  carrier.expect_value("x-~_a", std::nullopt);
  carrier.expect_value(
      "x-^\x7f"
      "a",
      std::nullopt);
  carrier.expect_value("\x0d-^_a", std::nullopt);
}

template <class Binding>
void set_replaces_any_case_and_writes_lowercase(CarrierFixture<Binding>& carrier) {
  carrier.arrive("Baggage", "old");
  carrier.set("BAGGAGE", "new");
  carrier.expect_sent({{"baggage", "new"}});
  carrier.set("X-New", "1");
  carrier.expect_sent({{"baggage", "new"}, {"x-new", "1"}});
}

template <class Binding>
void erase_takes_any_case(CarrierFixture<Binding>& carrier) {
  carrier.arrive("Baggage", "old");
  carrier.erase("bAGGAGE");
  carrier.expect_sent({});
}

// ---- Those whose storage holds several spellings ----

template <class Binding>
void spellings_are_one_field(CarrierFixture<Binding>& carrier) {
  carrier.arrive("baggage", "1");
  carrier.arrive("BAGGAGE", "2");
  carrier.arrive("Baggage", "3");
  carrier.expect_sorted_values("bAgGaGe", {"1", "2", "3"});
}

template <class Binding>
void set_replaces_all_spellings(CarrierFixture<Binding>& carrier) {
  carrier.arrive("baggage", "1");
  carrier.arrive("BAGGAGE", "2");
  carrier.arrive("Baggage", "3");
  carrier.set("Baggage", "new");
  carrier.expect_sent({{"baggage", "new"}});
}

template <class Binding>
void erase_takes_all_spellings(CarrierFixture<Binding>& carrier) {
  carrier.arrive("baggage", "1");
  carrier.arrive("BAGGAGE", "2");
  carrier.erase("Baggage");
  carrier.expect_sent({});
}

// ---- Those that say `prefers_exact_names` ----

template <class Binding>
void the_exact_name_hides_others(CarrierFixture<Binding>& carrier) {
  carrier.arrive("baggage", "exact=1");
  carrier.arrive("Baggage", "other=2");
  carrier.expect_value("baggage", "exact=1");
  carrier.expect_values("baggage", {"exact=1"});
  carrier.expect_value("Baggage", "other=2");
  carrier.expect_values("Baggage", {"other=2"});
  carrier.expect_sorted_values("BAGGAGE", {"exact=1", "other=2"});
}

template <class Binding>
void add_spelling_rules(std::vector<CarrierRule<Binding>>& rules) {
  append(rules,
         {{"ReadsAnyCase", "with `names_without_case`, a name is found in any case",
           reads_any_case<Binding>},
          {"FoldsLettersAlone", "only ASCII letters have a case", folds_letters_alone<Binding>}});
  if constexpr (holds_mixed_case<Binding>) {
    rules.push_back({"SpellingsAreOneField", "a name is one name, however it is spelled",
                     spellings_are_one_field<Binding>});
  }
  if constexpr (holds_mixed_case<Binding> && prefers_exact_names<CarrierOf<Binding>>) {
    rules.push_back({"TheExactNameHidesOthers",
                     "with `prefers_exact_names`, a name as asked hides those in another case",
                     the_exact_name_hides_others<Binding>});
  }
  if constexpr (!is_read_only<Binding>) {
    append(rules,
           {{"SetReplacesAnyCaseAndWritesLowercase",
             "with `names_without_case`, set replaces a name in any case, in lowercase",
             set_replaces_any_case_and_writes_lowercase<Binding>},
            {"EraseTakesAnyCase", "with `names_without_case`, erase takes a name in any case",
             erase_takes_any_case<Binding>}});
    if constexpr (holds_mixed_case<Binding>) {
      append(rules, {{"SetReplacesAllSpellings", "set replaces all spellings of the name",
                      set_replaces_all_spellings<Binding>},
                     {"EraseTakesAllSpellings", "erase removes all spellings of the name",
                      erase_takes_all_spellings<Binding>}});
    }
  }
}

// ---- Carriers of fields that end at a line break ----

inline constexpr FormatTraits careless_format = {
    .name = "careless", .specification = "", .fields = {}};

/// A propagator of another author, which writes unsafe fields.
class CarelessPropagator final : public Propagator {
 public:
  CarelessPropagator() noexcept : Propagator(careless_format) {}
  Extracted extract(CarrierReader, Context&, ExtractReport*) const override {
    return Extracted::nothing;
  }
  void inject(const Context&, CarrierWriter carrier) const override {
    carrier.set("x-careless", "1\r\nEvil: 2");
    carrier.set("x-careless\r\nEvil", "2");
  }
};

template <class Binding>
void refuses_bad_values_and_drops_the_old_one(CarrierFixture<Binding>& carrier) {
  for (int byte = 0; byte < 256; ++byte) {
    carrier.reset();
    carrier.arrive("a", "old");
    const std::string value = std::string("x") + static_cast<char>(byte) + "y";
    carrier.set("a", value);
    const bool is_bad = (byte < 0x20 && byte != '\t') || byte == 0x7f;
    carrier.expect_sent(is_bad ? FieldList{} : FieldList{{"a", value}});
  }
}

template <class Binding>
void refuses_bad_names(CarrierFixture<Binding>& carrier) {
  constexpr std::string_view token = "!#$%&'*+-.^_`|~";
  for (int byte = 0; byte < 256; ++byte) {
    carrier.reset();
    const char c = static_cast<char>(byte);
    const bool is_small = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool is_capital = c >= 'A' && c <= 'Z';
    const bool is_good = is_small || is_capital || token.find(c) != std::string_view::npos;
    carrier.set(std::string("x") + c, "1");
    const bool folds = is_capital && names_without_case<CarrierOf<Binding>>;
    const std::string written = std::string("x") + static_cast<char>(folds ? c | 0x20 : c);
    carrier.expect_sent(is_good ? FieldList{{written, "1"}} : FieldList{});
  }
  carrier.set("", "1");
  carrier.expect_value("", std::nullopt);
}

template <class Binding>
void a_careless_propagator_breaks_nothing(CarrierFixture<Binding>& carrier) {
  carrier.note("A propagator sets a value, and a name, with a line break");
  CarelessPropagator().inject(Context(), carrier.writer());
  carrier.expect_sent({});
}

template <class Binding>
void add_line_rules(std::vector<CarrierRule<Binding>>& rules) {
  append(rules,
         {{"RefusesBadValuesAndDropsTheOldOne",
           "a value with a control character is not sent, and the old value neither",
           refuses_bad_values_and_drops_the_old_one<Binding>},
          {"RefusesBadNames", "a name that is no token of HTTP is not sent",
           refuses_bad_names<Binding>},
          {"ACarelessPropagatorBreaksNothing", "no propagator can add a line to what is sent",
           a_careless_propagator_breaks_nothing<Binding>}});
}

}  // namespace baton::testing::detail
