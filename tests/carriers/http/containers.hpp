// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <deque>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "baton/carriers/http.hpp"
#include "baton/testing/fields.hpp"

/// The containers of header fields that HeaderCarrier is tested with.
namespace http_test {

using baton::http::HeaderCarrier;
using baton::testing::FieldList;

struct Entry {
  std::string name;
  std::string value;
  bool sensitive = false;
};

struct WrappedValue {
  std::string value;
  bool sensitive = false;
};

inline char fold(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// As in libraries whose maps ignore case.
struct CaseInsensitiveLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return fold(x) < fold(y); });
  }
};
/// The same, and its order is known.
struct KnownCaseInsensitiveLess : CaseInsensitiveLess {};
struct CaseInsensitiveEqual {
  bool operator()(const std::string& a, const std::string& b) const {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return fold(x) == fold(y); });
  }
};
struct CaseInsensitiveHash {
  std::size_t operator()(std::string text) const {
    std::transform(text.begin(), text.end(), text.begin(), fold);
    return std::hash<std::string>()(text);
  }
};

}  // namespace http_test

template <>
inline constexpr auto baton::http::name_order<http_test::KnownCaseInsensitiveLess> =
    baton::http::NameOrder::without_case;

namespace http_test {

template <class Container>
concept IsMap = requires { typename Container::mapped_type; };
template <class Container>
concept HasUniqueNames = IsMap<Container> && requires(Container& map) {
  map.insert(typename Container::value_type()).second;
};
template <class Container>
concept IgnoresCase =
    requires { requires std::is_base_of_v<CaseInsensitiveLess, typename Container::key_compare>; };

template <class Container>
struct HeaderBinding {
  using Storage = Container;
  static constexpr bool holds_repeated_names = !HasUniqueNames<Container>;
  // Hash multimaps have an order of their own for repeated fields.
  static constexpr bool keeps_order =
      holds_repeated_names && !requires { typename Container::hasher; };
  static constexpr bool holds_mixed_case = holds_repeated_names || !IgnoresCase<Container>;
  static constexpr bool writes_lines = true;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    if constexpr (IsMap<Container>) {
      storage.insert({std::string(name), {std::string(value)}});
    } else {
      storage.push_back({std::string(name), std::string(value)});
    }
  }
  static FieldList raw(const Storage& storage) {
    using Traits = baton::http::FieldTraits<typename Container::value_type>;
    FieldList fields;
    for (const auto& field : storage)
      fields.emplace_back(Traits::name(field), Traits::value(field));
    return fields;
  }
  static auto carrier(Storage& storage) { return HeaderCarrier(storage); }
  static auto carrier(const Storage& storage) { return HeaderCarrier(storage); }
};

using Pairs = HeaderBinding<std::vector<std::pair<std::string, std::string>>>;
using PairList = HeaderBinding<std::list<std::pair<std::string, std::string>>>;
using PairDeque = HeaderBinding<std::deque<std::pair<std::string, std::string>>>;
using Entries = HeaderBinding<std::vector<Entry>>;
using Map = HeaderBinding<std::map<std::string, std::string>>;
using FoldingMap = HeaderBinding<std::map<std::string, std::string, CaseInsensitiveLess>>;
using HashMap = HeaderBinding<std::unordered_map<std::string, std::string>>;
using Multimap = HeaderBinding<std::multimap<std::string, std::string>>;
using WrappedMultimap = HeaderBinding<std::multimap<std::string, WrappedValue>>;
using FoldingMultimap = HeaderBinding<std::multimap<std::string, std::string, CaseInsensitiveLess>>;
using HashMultimap = HeaderBinding<std::unordered_multimap<std::string, std::string>>;
using FoldingHashMultimap = HeaderBinding<
    std::unordered_multimap<std::string, std::string, CaseInsensitiveHash, CaseInsensitiveEqual>>;
using TransparentMap = HeaderBinding<std::map<std::string, std::string, std::less<>>>;
using KnownFoldingMap = HeaderBinding<std::map<std::string, std::string, KnownCaseInsensitiveLess>>;
using KnownFoldingMultimap =
    HeaderBinding<std::multimap<std::string, std::string, KnownCaseInsensitiveLess>>;

using Everything =
    testing::Types<Pairs, PairList, PairDeque, Entries, Map, FoldingMap, HashMap, Multimap,
                   WrappedMultimap, FoldingMultimap, HashMultimap, FoldingHashMultimap,
                   TransparentMap, KnownFoldingMap, KnownFoldingMultimap>;
using ManySpellings =
    testing::Types<Pairs, PairList, PairDeque, Entries, Map, HashMap, Multimap, WrappedMultimap,
                   FoldingMultimap, HashMultimap, FoldingHashMultimap>;

}  // namespace http_test
