// SPDX-License-Identifier: Apache-2.0
// A chain reads a carrier that visits its fields in one pass as one in which it looks them up.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "baton/carriers/http.hpp"
#include "baton/detail/lookup.hpp"
#include "baton/testing/rapidcheck.hpp"
#include "baton/translators/jaeger.hpp"
#include "laws/chain_laws.hpp"
#include "laws/header_model.hpp"
#include "support/spelling.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;
using baton::testing::FieldList;

/// The headers of a message.
struct Headers {
  struct Header {
    std::string_view name;
    std::optional<std::string_view> value;
  };
  const FieldList* list;

  [[nodiscard]] std::size_t size() const { return list->size(); }
  [[nodiscard]] Header at(std::size_t i) const {
    const auto& [name, value] = (*list)[i];
    if (value == "null") return {name, std::nullopt};
    return {name, value};
  }
};
using MessageCarrier = baton::detail::lookup::ListCarrier<Headers>;

/// Names are compared exactly, or without regard to case.
template <bool last, bool binary, bool any_case>
class ListOf {
 public:
  static constexpr bool last_field_counts = last;
  static constexpr bool has_binary_fields = binary;
  static constexpr bool names_without_case = any_case;

  explicit ListOf(const FieldList& list) : list_(&list) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> found;
    get_all(name, [&found](std::string_view value) {
      found = value;
      return last;
    });
    return found;
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    for (const auto& [each, value] : *list_) {
      const bool is_it = any_case ? baton::detail::equals_ignoring_case(each, name) : each == name;
      if (is_it && !visit(value)) return;
    }
  }
  void keys(baton::TextVisitor visit) const {
    for (const auto& [name, value] : *list_) {
      if (!visit(name)) return;
    }
  }
  void fields(baton::FieldVisitor visit) const {
    for (const auto& [name, value] : *list_) {
      if (!visit(name, value)) return;
    }
  }

 private:
  const FieldList* list_;
};

struct LessIgnoringCase {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const {
    return std::ranges::lexicographical_compare(a, b, {}, baton::detail::to_lower,
                                                baton::detail::to_lower);
  }
};

template <class Map>
Map map_of(const FieldList& list) {
  Map map;
  for (const auto& [name, value] : list) map.insert_or_assign(name, value);
  return map;
}

/// A format of one's own, whose prefix begins the names of other formats.
class CountingPropagator final : public baton::Propagator {
 public:
  CountingPropagator() noexcept : Propagator(constant_traits) {}

  baton::Extracted extract(baton::CarrierReader carrier, baton::Context& context,
                           baton::ExtractReport* /*report*/) const override {
    std::size_t count = 0;
    carrier.keys([&count](std::string_view name) {
      if (baton::detail::equals_ignoring_case(name.substr(0, prefixes[0].size()), prefixes[0])) {
        ++count;
      }
      return true;
    });
    if (count == 0) return baton::Extracted::nothing;
    context.set_baggage(baton::Baggage::parse("count=" + std::to_string(count)));
    return baton::Extracted::baggage;
  }
  void inject(const baton::Context& /*context*/, baton::CarrierWriter /*carrier*/) const override {}

 private:
  static constexpr std::array<std::string_view, 1> prefixes{"x-"};
  static constexpr baton::FormatTraits constant_traits{.name = "counting",
                                                       .specification = "this test",
                                                       .fields = {},
                                                       .prefixes = prefixes,
                                                       .says = {.baggage = true}};
};

/// The same carrier without `fields`.
template <class Carrier>
class LookedUp {
 public:
  static constexpr bool has_binary_fields = baton::has_binary_fields<Carrier>;
  static constexpr bool last_field_counts = baton::last_field_counts<Carrier>;
  static constexpr bool names_without_case = baton::names_without_case<Carrier>;
  static constexpr bool prefers_exact_names = baton::prefers_exact_names<Carrier>;

  explicit LookedUp(const Carrier& carrier) : carrier_(&carrier) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    return carrier_->get(name);
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    carrier_->get_all(name, visit);
  }
  void keys(baton::TextVisitor visit) const { carrier_->keys(visit); }

 private:
  const Carrier* carrier_;
};

/// Many fields of a family, for few keys and in any spelling, with others between them.
FieldList any_family(Draw& draw) {
  FieldList list;
  const std::size_t count = draw.one_in(4) ? draw.number(0, 400) : draw.number(0, 40);
  const std::size_t keys = draw.number(1, count + 1);
  const std::size_t spellings = draw.one_in(2) ? 1 : draw.number(1, 4000);
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = draw.one_in(10) ? "uberctx" : "uberctx-";
    if (draw.one_in(20)) name += std::string(draw.number(0, 100), 'x');
    name += "key" + std::to_string(draw.number(0, keys));
    if (draw.one_in(30)) name += ' ';
    list.emplace_back(baton::test::spelling(name, draw.number(0, spellings)),
                      draw.one_in(12) ? "null" : "v" + std::to_string(i));
  }
  return list;
}

/// Fields that are nearly valid, in some order, with names in some case and others between them.
FieldList any_fields(Draw& draw) {
  FieldList list = draw.fields();
  const std::size_t copies = draw.one_in(8) ? 20 : draw.number(0, 3);
  for (std::size_t i = 0; i < copies && !list.empty(); ++i) {
    list.push_back(list[draw.number(0, list.size() - 1)]);
  }
  for (auto& [name, value] : list) {
    if (draw.one_in(3)) name = baton::test::spelling(name, draw.number(0, 4000));
    if (draw.one_in(12)) value = "null";
    if (draw.one_in(12)) name += draw.one_in(2) ? "x" : "-";
  }
  for (std::size_t i = list.size(); i > 1; --i) {
    if (draw.one_in(2)) std::swap(list[i - 1], list[draw.number(0, i - 1)]);
  }
  return list;
}

struct Result {
  baton::Extracted found{};
  baton::Context context;
  std::vector<baton::ExtractReport::Issue> issues;
  std::string_view format;
  std::string_view disagreeing_format;

  friend bool operator==(const Result&, const Result&) = default;
};

Result extract(const baton::PropagatorChain& chain, baton::CarrierReader carrier) {
  Result result;
  baton::ExtractReport report;
  result.found = chain.extract(carrier, result.context, &report);
  result.issues.assign(report.issues().begin(), report.issues().end());
  result.format = report.format();
  result.disagreeing_format = report.disagreeing_format();
  return result;
}

template <class Carrier>
void check(const Carrier& carrier, const baton::PropagatorChain& chain) {
  RC_ASSERT(extract(chain, carrier) == extract(chain, LookedUp(carrier)));
}

/// The chain, sometimes with the format of one's own.
baton::PropagatorChain any_chain() {
  const auto formats = *drawn([](Draw& draw) { return draw.formats(); }).as("formats");
  const bool first_match = *rc::gen::arbitrary<bool>();
  const baton::PropagatorChain chain = laws::chain_of(formats, first_match);
  if (*rc::gen::inRange(0, 3) != 0) return chain;
  std::vector<baton::PropagatorChain::Entry> entries(chain.readers().begin(),
                                                     chain.readers().end());
  entries.push_back(std::make_shared<CountingPropagator>());
  return baton::PropagatorChain(entries, chain.policy());
}

void check_lists(const FieldList& list, const baton::PropagatorChain& chain) {
  check(baton::http::HeaderCarrier(list), chain);
  check(MessageCarrier(Headers{&list}), chain);
  check(ListOf<false, false, false>(list), chain);
  check(ListOf<true, false, false>(list), chain);
  check(ListOf<true, false, true>(list), chain);
  check(ListOf<false, true, true>(list), chain);
  check(ListOf<true, true, true>(list), chain);
}

RC_GTEST_PROP(FieldsLaws, OnePassFindsWhatLookUpsFind, ()) {
  const FieldList list = *drawn(any_fields).as("fields");
  check_lists(list, any_chain());
}

RC_GTEST_PROP(FieldsLaws, OnePassFindsTheFamilyThatLookUpsFind, ()) {
  const FieldList list = *drawn(any_family).as("fields");
  const std::size_t members = *rc::gen::element<std::size_t>(180, 30, 10, 1);
  const std::size_t bytes = *rc::gen::element<std::size_t>(8192, 200, 20);
  const auto jaeger = std::make_shared<baton::JaegerPropagator>(
      baton::BaggageLimits{.max_members = members, .max_bytes = bytes});
  const baton::PropagatorChain chain({std::make_shared<baton::BaggagePropagator>(), jaeger});
  check_lists(list, chain);
  FieldList behind_baggage = list;
  behind_baggage.emplace_back("baggage", "Key0=0,key1=1,KEY2=2");
  check_lists(behind_baggage, chain);
  const auto exact = map_of<std::map<std::string, std::string>>(list);
  check(baton::MapCarrier(exact), chain);
}

RC_GTEST_PROP(FieldsLaws, TheSizeOfAMapDoesNotMatter, ()) {
  FieldList list = *drawn(any_fields).as("fields");
  if (*rc::gen::arbitrary<bool>() && list.size() > 8) list.resize(8);
  const baton::PropagatorChain chain = any_chain();
  const auto exact = map_of<std::map<std::string, std::string>>(list);
  check(baton::MapCarrier(exact), chain);
  const auto unordered = map_of<std::unordered_map<std::string, std::string>>(list);
  check(baton::MapCarrier(unordered), chain);
  const auto without_case = map_of<std::map<std::string, std::string, LessIgnoringCase>>(list);
  check(baton::MapCarrier(without_case), chain);
  check(baton::http::HeaderCarrier(exact), chain);
  check(baton::http::HeaderCarrier(without_case), chain);
}

}  // namespace
