// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <optional>

#include "containers.hpp"
#include "oracle/text.hpp"

namespace {

using namespace http_test;

/// The headers as a list: what HeaderCarrier must do, slowly and obviously.
struct Model {
  static constexpr std::string_view token =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  FieldList fields;

  [[nodiscard]] static bool is_same(const std::string& a, const std::string& b) {
    return oracle::ascii_lower(a) == oracle::ascii_lower(b);
  }
  [[nodiscard]] std::vector<std::string> all(const std::string& name) const {
    std::vector<std::string> values;
    for (const auto& [other, value] : fields) {
      if (is_same(other, name)) values.push_back(value);
    }
    return values;
  }
  void set(const std::string& name, const std::string& value) {
    const auto first = std::find_if(fields.begin(), fields.end(),
                                    [&](const auto& field) { return is_same(field.first, name); });
    const auto place = first - fields.begin();
    erase(name);
    if (name.empty() || !oracle::all_of(name, token) || oracle::contains(value, '\n')) return;
    fields.insert(fields.begin() + place, {oracle::ascii_lower(name), value});
  }
  void erase(const std::string& name) {
    std::erase_if(fields, [&](const auto& field) { return is_same(field.first, name); });
  }
};

/// Names that collide, and others that lie beside them in some order.
rc::Gen<std::string> any_name() {
  return rc::gen::oneOf(
      rc::gen::element<std::string>("traceparent", "TraceParent", "tRACEPARENT", "TRACEPARENT",
                                    "Traceparent", "traceparenT", "t", "T", "u", "U", "S", "s",
                                    "tracestate", "TRACEPARENS", "traceparenu", "", "a b", "z", "Z",
                                    "[", "@", "`", "{", "\x80",
                                    "\xff"
                                    "a",
                                    "\xff"
                                    "A",
                                    "1", "^q"),
      rc::gen::container<std::string>(rc::gen::element('a', 'A', 'b', 'B', '-', '~', '\xc3')));
}
rc::Gen<std::string> any_value() {
  return rc::gen::element<std::string>("", "1", "two", "a\tb", "a\nb",
                                       "a value that no string keeps inside itself");
}

template <class Binding>
void check(const FieldList& fields, const FieldList& changes) {
  using Traits = baton::http::FieldTraits<typename Binding::Storage::value_type>;
  constexpr bool is_map = requires { typename Binding::Storage::mapped_type; };
  typename Binding::Storage storage;
  for (const auto& [name, value] : fields) Binding::add(storage, name, value);
  const auto carrier = Binding::carrier(storage);
  const auto all = [&](std::string_view name, std::size_t most) {
    std::vector<std::string> values;
    carrier.get_all(name, [&](std::string_view value) {
      values.emplace_back(value);
      return values.size() < most;
    });
    return values;
  };
  for (std::size_t step = 0; step < changes.size(); ++step) {
    const auto& [name, value] = changes[step];
    Model model{Binding::raw(storage)};
    const std::vector<std::string> expected = model.all(name);
    RC_ASSERT(all(name, expected.size() + 1) == expected);
    RC_ASSERT(
        carrier.get(name) ==
        (expected.empty() ? std::nullopt : std::optional<std::string_view>(expected.front())));
    if (!expected.empty()) RC_ASSERT(all(name, 1) == std::vector<std::string>{expected.front()});

    // Every second name and value is a view of the container.
    std::string_view used_name = name;
    std::string_view used_value = value;
    if (!storage.empty() && step % 2 == 1) {
      const auto field = std::next(storage.begin(), step * 7 % storage.size());
      used_name = Traits::name(*field);
      used_value = Traits::value(*std::next(storage.begin(), step * 5 % storage.size()));
      used_value = used_value.substr(std::min<std::size_t>(used_value.size(), step % 3));
    }
    auto writer = Binding::carrier(storage);
    if (step % 3 == 2) {
      model.erase(std::string(used_name));
      writer.erase(used_name);
    } else {
      model.set(std::string(used_name), std::string(used_value));
      writer.set(used_name, used_value);
    }
    FieldList now = Binding::raw(storage);
    if constexpr (is_map) {
      std::sort(now.begin(), now.end());
      std::sort(model.fields.begin(), model.fields.end());
    }
    RC_ASSERT(now == model.fields);
  }
}

template <class Binding>
void check_any() {
  // More fields than those for which a walk is as good as bounds, or fewer.
  const auto size = *rc::gen::inRange<std::size_t>(0, 40);
  const auto fields = *rc::gen::container<FieldList>(size, rc::gen::pair(any_name(), any_value()));
  const auto changes = *rc::gen::container<FieldList>(rc::gen::pair(any_name(), any_value()));
  check<Binding>(fields, changes);
}

RC_GTEST_PROP(HeaderCarrierLaws, Map, ()) { check_any<Map>(); }
RC_GTEST_PROP(HeaderCarrierLaws, TransparentMap, ()) { check_any<TransparentMap>(); }
RC_GTEST_PROP(HeaderCarrierLaws, FoldingMap, ()) { check_any<FoldingMap>(); }
RC_GTEST_PROP(HeaderCarrierLaws, KnownFoldingMap, ()) { check_any<KnownFoldingMap>(); }
RC_GTEST_PROP(HeaderCarrierLaws, Multimap, ()) { check_any<Multimap>(); }
RC_GTEST_PROP(HeaderCarrierLaws, WrappedMultimap, ()) { check_any<WrappedMultimap>(); }
RC_GTEST_PROP(HeaderCarrierLaws, KnownFoldingMultimap, ()) { check_any<KnownFoldingMultimap>(); }
RC_GTEST_PROP(HeaderCarrierLaws, HashMultimap, ()) { check_any<HashMultimap>(); }
RC_GTEST_PROP(HeaderCarrierLaws, Pairs, ()) { check_any<Pairs>(); }
RC_GTEST_PROP(HeaderCarrierLaws, PairList, ()) { check_any<PairList>(); }
RC_GTEST_PROP(HeaderCarrierLaws, Entries, ()) { check_any<Entries>(); }

}  // namespace
