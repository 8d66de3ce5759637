// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "baton/testing/carrier_fixture.hpp"
#include "baton/testing/detail/reading_rules.hpp"

/// What is required of carriers whose storage holds several fields with one name.
namespace baton::testing::detail {

template <class Binding>
void keeps_instances_apart(CarrierFixture<Binding>& carrier) {
  carrier.arrive("a", "1,2");
  carrier.arrive("b", "x");
  carrier.arrive("a", "");
  carrier.arrive("a", "3");
  carrier.expect_sorted_values("a", {"", "1,2", "3"});
}

template <class Binding>
void get_all_stops_when_told_to(CarrierFixture<Binding>& carrier) {
  for (const std::string_view value : {"1", "2", "3"}) carrier.arrive("a", value);
  int seen = 0;
  carrier.reader().get_all("a", [&](std::string_view) { return ++seen < 2; });
  carrier.expect_equal(
      "The number of values that get_all() visits for a visitor that returns false at the second "
      "is",
      seen, 2);
}

template <class Binding>
void two_traceparents_are_none_or_the_last(CarrierFixture<Binding>& carrier) {
  carrier.arrive("traceparent", one_parent);
  carrier.arrive("traceparent", other_parent);
  ExtractReport report;
  const Context got = chain_of("tracecontext").extract(carrier.reader(), &report);
  if (last_field_counts<CarrierOf<Binding>>) {
    carrier.expect_equal("The carrier says `last_field_counts`. The extracted span id is",
                         got.span_context().span_id.to_string(), "b7ad6b7169203331");
    carrier.expect_equal("The number of reported issues is", report.issue_count(), 0U);
    return;
  }
  carrier.expect(got == Context(), "A chain extracts one of the two");
  carrier.expect_equal("The number of reported issues is", report.issue_count(), 1U);
  if (report.issue_count() == 1) {
    carrier.expect_equal("The reported error is", name(report.issues()[0].error.code),
                         name(ErrorCode::repeated_field));
  }
}

template <class Binding>
void baggage_limits_hold_over_all_instances(CarrierFixture<Binding>& carrier) {
  for (int i = 0; i < 200; ++i) carrier.arrive("baggage", "k" + std::to_string(i) + "=v");
  carrier.expect_equal("The number of extracted members is",
                       chain_of("baggage").extract(carrier.reader()).baggage().size(), 180U);
}

template <class Binding>
void set_replaces_all(CarrierFixture<Binding>& carrier) {
  for (const std::string_view value : {"1", "2", "3"}) {
    carrier.arrive("a", value);
    carrier.arrive("b", value);
  }
  carrier.set("a", "new");
  carrier.expect_sent({{"a", "new"}, {"b", "1"}, {"b", "2"}, {"b", "3"}});
}

template <class Binding>
void erase_takes_all(CarrierFixture<Binding>& carrier) {
  for (const std::string_view value : {"1", "2", "3"}) {
    carrier.arrive("a", value);
    carrier.arrive("b", value);
  }
  carrier.erase("a");
  carrier.expect_sent({{"b", "1"}, {"b", "2"}, {"b", "3"}});
}

template <class Binding>
void set_takes_a_view_of_a_later_instance(CarrierFixture<Binding>& carrier) {
  const std::string longer(60, 'v');
  carrier.arrive("a", "1");
  carrier.arrive("a", longer);
  carrier.set_to_own("a", "a");
  carrier.expect_sent({{"a", longer}});
}

// ---- Those that also keep the order ----

template <class Binding>
void get_gives_the_first_or_the_last(CarrierFixture<Binding>& carrier) {
  carrier.arrive("a", "z");
  carrier.arrive("a", "a");
  carrier.expect_value("a", last_field_counts<CarrierOf<Binding>> ? "a" : "z");
}

template <class Binding>
void get_all_keeps_the_order(CarrierFixture<Binding>& carrier) {
  carrier.arrive("a", "3");
  carrier.arrive("b", "x");
  carrier.arrive("a", "1");
  carrier.arrive("c", "x");
  carrier.arrive("a", "2");
  carrier.expect_values("a", {"3", "1", "2"});
}

template <class Binding>
void several_fields_are_one_list(CarrierFixture<Binding>& carrier) {
  carrier.arrive("traceparent", other_parent);
  carrier.arrive("tracestate", "z=1,y=2");
  carrier.arrive("baggage", "z=1");
  carrier.arrive("tracestate", "");
  carrier.arrive("tracestate", "a=3");
  carrier.arrive("baggage", "a=2,z=3");
  const Context context = chain_of("tracecontext,baggage").extract(carrier.reader());
  carrier.expect_equal("The extracted tracestate is", context.span_context().trace_state.header(),
                       "z=1,y=2,a=3");
  carrier.expect_equal("The extracted baggage is", context.baggage().header(), "z=1,a=2,z=3");
}

template <class Binding>
void add_repeated_rules(std::vector<CarrierRule<Binding>>& rules) {
  append(rules,
         {{"KeepsInstancesApart", "get_all visits each field of a name by itself",
           keeps_instances_apart<Binding>},
          {"GetAllStopsWhenToldTo", "get_all stops as soon as the visitor returns false",
           get_all_stops_when_told_to<Binding>},
          {"TwoTraceparentsAreNoneOrTheLast",
           "of two traceparents none counts or, with `last_field_counts`, the last one",
           two_traceparents_are_none_or_the_last<Binding>},
          {"BaggageLimitsHoldOverAllInstances", "limits hold over all fields of a name together",
           baggage_limits_hold_over_all_instances<Binding>}});
  if constexpr (!is_read_only<Binding>) {
    append(rules,
           {{"SetReplacesAll", "set replaces all values of the name", set_replaces_all<Binding>},
            {"EraseTakesAll", "erase removes all values of the name", erase_takes_all<Binding>},
            {"SetTakesAViewOfALaterInstance", "set may be given a view of any field of the name",
             set_takes_a_view_of_a_later_instance<Binding>}});
  }
  if constexpr (keeps_order<Binding>) {
    append(rules,
           {{"GetGivesTheFirstOrTheLast",
             "get returns the first value of a name or, with `last_field_counts`, the last one",
             get_gives_the_first_or_the_last<Binding>},
            {"GetAllKeepsTheOrder", "get_all visits the values of a name in their order",
             get_all_keeps_the_order<Binding>},
            {"SeveralFieldsAreOneList", "several fields of a list are one list, in their order",
             several_fields_are_one_list<Binding>}});
  }
}

}  // namespace baton::testing::detail
