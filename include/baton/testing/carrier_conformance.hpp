// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Tests, by GoogleTest, that a carrier of yours is one: that it satisfies what
/// `baton/carrier.hpp` requires, and that Baton's formats pass through it.
///
/// A carrier is tested through a *binding*, which gives access to the fields of its transport
/// without the carrier. For the carrier that Baton has for a vector of pairs:
///
///     #include <baton/carriers/http.hpp>
///     #include <baton/testing/carrier_conformance.hpp>
///
///     struct MailBinding {
///       using Storage = std::vector<std::pair<std::string, std::string>>;
///
///       // A field arrives.
///       static void add(Storage& storage, std::string_view name, std::string_view value) {
///         storage.emplace_back(name, value);
///       }
///       // What is sent.
///       static baton::testing::FieldList raw(const Storage& storage) { return storage; }
///       static auto carrier(Storage& storage) {
///         return baton::http::HeaderCarrier(storage);
///       }
///       static auto carrier(const Storage& storage) {
///         return baton::http::HeaderCarrier(storage);
///       }
///
///       static constexpr bool holds_repeated_names = true;  // several fields with one name,
///       static constexpr bool keeps_order = true;           // in the order of their arrival,
///       static constexpr bool holds_mixed_case = true;      // in any spelling
///       static constexpr bool writes_lines = true;          // a line break would end a field
///     };
///
///     BATON_TEST_CARRIER(Mail, MailBinding);
///
/// That registers a test for each rule that applies. The carrier's traits (`names_without_case`,
/// `last_field_counts`, `prefers_exact_names`, `fields`) and those members of the binding decide
/// which do; a rule of its own checks that the binding tells the truth. A storage must be empty
/// when it is default-constructed.
///
/// Beside those members (see `baton/testing/carrier_fixture.hpp`) a binding may have
/// - `static constexpr bool is_read_only = true`, for a carrier without `set` and `erase`: then it
///   needs no `carrier(Storage&)`;
/// - `static std::string shown(std::string_view name)`, the name under which `keys` visits a field
///   that arrived with that one, if it is another.
///
/// A failure names the rule, and tells what was done and what the carrier answered. Tests that are
/// yours alone may derive from `CarrierFixture<MailBinding>`.

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/testing/carrier_fixture.hpp"
#include "baton/testing/detail/reading_rules.hpp"
#include "baton/testing/detail/repeated_rules.hpp"
#include "baton/testing/detail/spelling_rules.hpp"
#include "baton/testing/detail/writing_rules.hpp"

namespace baton::testing {

/// The rules that apply to a binding.
template <class Binding>
std::vector<CarrierRule<Binding>> carrier_rules() {
  using Storage = typename Binding::Storage;
  static_assert(ReadableCarrier<CarrierOf<Binding>>,
                "carrier(const Storage&) must return a carrier with get, get_all and keys");
  static_assert(holds_repeated_names<Binding> || !keeps_order<Binding>,
                "keeps_order is about fields that are repeated: say holds_repeated_names as well");
  std::vector<CarrierRule<Binding>> rules;
  detail::add_reading_rules(rules);
  if constexpr (!is_read_only<Binding>) {
    using Writer = std::remove_cvref_t<decltype(Binding::carrier(std::declval<Storage&>()))>;
    static_assert(WritableCarrier<Writer>,
                  "carrier(Storage&) must return a carrier with set and erase, unless the binding "
                  "says is_read_only");
    static_assert(
        requires { Binding::writes_lines; },
        "the binding must say whether a line break would end a field: writes_lines");
    detail::add_writing_rules(rules);
  }
  if constexpr (holds_repeated_names<Binding>) detail::add_repeated_rules(rules);
  if constexpr (names_without_case<CarrierOf<Binding>>) detail::add_spelling_rules(rules);
  if constexpr (!is_read_only<Binding> && writes_lines<Binding>) detail::add_line_rules(rules);
  return rules;
}

namespace detail {

template <class Binding>
class CarrierRuleTest final : public CarrierFixture<Binding> {
 public:
  explicit CarrierRuleTest(const CarrierRule<Binding>& rule) : rule_(rule) {}
  void TestBody() override {
    this->follow(rule_.text);
    rule_.check(*this);
  }

 private:
  CarrierRule<Binding> rule_;
};

template <class... Bindings>
struct CarrierTests {
  static bool add(const std::string& suite, const char* file, int line) {
    std::size_t number = 0;
    const auto name = [&] {
      return sizeof...(Bindings) == 1 ? suite : suite + "/" + std::to_string(number++);
    };
    (add_one<Bindings>(name(), file, line), ...);
    return true;
  }

 private:
  template <class Binding>
  static void add_one(const std::string& suite, const char* file, int line) {
    for (const CarrierRule<Binding>& rule : carrier_rules<Binding>()) {
      ::testing::RegisterTest(
          suite.c_str(), rule.name, nullptr, nullptr, file, line,
          [rule]() -> CarrierFixture<Binding>* { return new CarrierRuleTest<Binding>(rule); });
    }
  }
};

template <class... Bindings>
struct CarrierTests<::testing::Types<Bindings...>> : CarrierTests<Bindings...> {};

}  // namespace detail

}  // namespace baton::testing

/// Registers the tests NAME/Carrier.RULE for a binding; for several ones, or `::testing::Types` of
/// them, NAME/Carrier/0.RULE and so on.
#define BATON_TEST_CARRIER(name, ...)                                                      \
  [[maybe_unused]] static const bool baton_has_tests_of_##name =                           \
      ::baton::testing::detail::CarrierTests<__VA_ARGS__>::add(#name "/Carrier", __FILE__, \
                                                               __LINE__)
