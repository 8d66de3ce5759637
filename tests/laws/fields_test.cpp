// SPDX-License-Identifier: Apache-2.0
// A chain reads a carrier that visits its fields in one pass as one in which it looks them up.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/carriers/http.hpp"
#include "baton/detail/lookup.hpp"
#include "laws/chain_laws.hpp"
#include "laws/generators.hpp"
#include "laws/header_model.hpp"
#include "support/spelling.hpp"

namespace {

using generators::Draw;
using generators::drawn;
using generators::FieldList;

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

/// Names are compared exactly.
class ExactCarrier {
 public:
  explicit ExactCarrier(const FieldList& list) : list_(&list) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    for (const auto& [each, value] : *list_) {
      if (each == name) return value;
    }
    return std::nullopt;
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    for (const auto& [each, value] : *list_) {
      if (each == name && !visit(value)) return;
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

/// The same carrier without `fields`.
template <class Carrier>
class LookedUp {
 public:
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

RC_GTEST_PROP(FieldsLaws, OnePassFindsWhatLookUpsFind, (bool first_match)) {
  const FieldList list = *drawn(any_fields).as("fields");
  const auto formats = *drawn([](Draw& draw) { return draw.formats(); }).as("formats");
  const baton::PropagatorChain chain = laws::chain_of(formats, first_match);
  check(baton::http::HeaderCarrier(list), chain);
  check(MessageCarrier(Headers{&list}), chain);
  check(ExactCarrier(list), chain);
}

}  // namespace
