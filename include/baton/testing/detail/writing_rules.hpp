// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "baton/testing/carrier_fixture.hpp"
#include "baton/testing/detail/reading_rules.hpp"

/// What is required of all carriers that write.
namespace baton::testing::detail {

template <class Binding>
void set_adds_and_replaces(CarrierFixture<Binding>& carrier) {
  carrier.set("a", "1");
  carrier.expect_sent({{"a", "1"}});
  carrier.set("a", "2");
  carrier.expect_sent({{"a", "2"}});
}

template <class Binding>
void set_writes_byte_for_byte(CarrierFixture<Binding>& carrier) {
  carrier.set("a", every_character);
  carrier.expect_sent({{"a", std::string(every_character)}});
}

template <class Binding>
void set_copies_what_it_is_given(CarrierFixture<Binding>& carrier) {
  std::string name(40, 'n');
  std::string value(60, 'v');
  carrier.set(name, value);
  // A carrier that kept views would show this.
  name.assign(name.size(), '?');
  value.assign(value.size(), '?');
  carrier.expect_sent({{std::string(40, 'n'), std::string(60, 'v')}});
}

template <class Binding>
void set_takes_its_own_views(CarrierFixture<Binding>& carrier) {
  const std::string value(60, 'v');
  carrier.arrive("a", value);
  carrier.set_to_own("a", "a");
  carrier.expect_sent({{"a", value}});
  carrier.set_to_own("b", "a");
  carrier.expect_sent({{"a", value}, {"b", value}});
}

template <class Binding>
void set_and_erase_leave_others_alone(CarrierFixture<Binding>& carrier) {
  carrier.arrive("before", "1");
  carrier.arrive("a", "2");
  carrier.arrive("behind", "3");
  carrier.set("a", "new");
  carrier.expect_sent({{"a", "new"}, {"before", "1"}, {"behind", "3"}});
  carrier.erase("a");
  carrier.expect_sent({{"before", "1"}, {"behind", "3"}});
}

template <class Binding>
void erase_of_the_absent_is_harmless(CarrierFixture<Binding>& carrier) {
  carrier.erase("a");
  carrier.arrive("b", "1");
  carrier.erase("a");
  carrier.expect_sent({{"b", "1"}});
}

template <class Binding>
void carries_a_full_context(CarrierFixture<Binding>& carrier) {
  const PropagatorChain chain = chain_of("tracecontext,baggage");
  carrier.inject(chain, full_context());
  ExtractReport report;
  carrier.expect(chain.extract(carrier.reader(), &report) == full_context(),
                 "What a chain extracts is not the context that it injected");
  carrier.expect_equal("The number of reported issues is", report.issue_count(), 0U);
}

template <class Binding>
void carries_b3(CarrierFixture<Binding>& carrier) {
  for (const std::string_view encoding : {"b3", "b3multi"}) {
    carrier.reset();
    Context sent = full_context();
    sent.set_sampling(Sampling::debug);
    carrier.inject(chain_of(encoding), sent);
    const Context got = chain_of(encoding).extract(carrier.reader());
    const std::string begin = "By " + std::string(encoding) + ", the extracted ";
    carrier.expect_equal(begin + "trace id is", got.span_context().trace_id.to_string(),
                         sent.span_context().trace_id.to_string());
    carrier.expect_equal(begin + "span id is", got.span_context().span_id.to_string(),
                         sent.span_context().span_id.to_string());
    carrier.expect_equal(begin + "decision is", to_string(got.sampling()), "debug");
  }
}

template <class Binding>
void an_empty_context_clears_what_is_stale(CarrierFixture<Binding>& carrier) {
  const PropagatorChain chain = chain_of("tracecontext,baggage,b3,b3multi");
  carrier.arrive("unrelated", "1");
  carrier.inject(chain, full_context());
  carrier.inject(chain, Context());
  carrier.expect_sent({{"unrelated", "1"}});
}

template <class Binding>
void baggage_cannot_smuggle_a_field(CarrierFixture<Binding>& carrier) {
  using namespace std::string_view_literals;
  constexpr std::string_view evil = "x\r\nEvil: 1\0\n,other=1;p"sv;
  Context context;
  context.set_baggage(context.baggage().set("user", evil).value());
  carrier.inject(chain_of("baggage"), context);
  const FieldList fields = carrier.raw();
  carrier.expect_equal("The number of fields that are sent is", fields.size(), 1U);
  for (const auto& [name, value] : fields) {
    carrier.expect(
        value.find_first_of("\r\n\0,;"sv) == std::string::npos,
        "The value is sent with characters that end it: " + ::testing::PrintToString(value));
  }
  const Context got = chain_of("baggage").extract(carrier.reader());
  carrier.expect(got.baggage().get("user") == evil, "The value is not read back as it was");
}

template <class Binding>
void add_writing_rules(std::vector<CarrierRule<Binding>>& rules) {
  append(rules, {{"SetAddsAndReplaces", "set gives the name one value, the new one",
                  set_adds_and_replaces<Binding>},
                 {"SetWritesByteForByte", "a value is sent as set gave it, byte for byte",
                  set_writes_byte_for_byte<Binding>},
                 {"SetCopiesWhatItIsGiven", "set copies the name and the value",
                  set_copies_what_it_is_given<Binding>},
                 {"SetTakesItsOwnViews", "set may be given a view of what the carrier holds",
                  set_takes_its_own_views<Binding>},
                 {"SetAndEraseLeaveOthersAlone", "set and erase leave other names alone",
                  set_and_erase_leave_others_alone<Binding>},
                 {"EraseOfTheAbsentIsHarmless", "erase of an absent name does nothing",
                  erase_of_the_absent_is_harmless<Binding>},
                 {"CarriesAFullContext", "a chain reads back all that W3C's fields say",
                  carries_a_full_context<Binding>},
                 {"CarriesB3", "a chain reads back what B3's fields say", carries_b3<Binding>},
                 {"AnEmptyContextClearsWhatIsStale",
                  "an empty context leaves no field of an earlier one, and all other fields",
                  an_empty_context_clears_what_is_stale<Binding>},
                 {"BaggageCannotSmuggleAField", "a value of the baggage remains inside its field",
                  baggage_cannot_smuggle_a_field<Binding>}});
}

}  // namespace baton::testing::detail
