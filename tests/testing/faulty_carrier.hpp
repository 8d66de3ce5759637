// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/testing/carrier_conformance.hpp"

namespace carrier_faults {

/// What authors of carriers do wrong.
enum class Fault : std::uint8_t {
  none,
  empty_is_absent,
  absent_is_empty,
  name_begins,
  collapses_blanks,
  keys_omit_the_last,
  keys_ignore_the_visitor,
  values_are_cut,
  fields_omit_repeated,
  fields_ignore_the_visitor,
  fields_are_reversed,
  set_appends,
  set_cuts,
  set_clears_first,
  set_touches_the_next,
  set_decodes,
  set_replaces_the_first_alone,
  set_writes_case,
  set_ignores_b3,
  set_refuses_no_value,
  set_refuses_no_name,
  set_keeps_the_old_for_a_bad_value,
  erase_of_the_absent_takes_the_first,
  erase_does_nothing,
  erase_takes_the_first_alone,
  erase_minds_case,
  get_all_joins,
  get_all_ignores_the_visitor,
  get_all_gives_the_first_alone,
  get_all_gives_ten,
  get_gives_the_last,
  get_all_is_reversed,
  reads_with_case,
  folds_too_much,
  last,
};

inline Fault planted = Fault::none;
inline bool has(Fault fault) { return planted == fault; }

using Fields = baton::testing::FieldList;

inline char lower(char c) {
  if (has(Fault::folds_too_much)) return static_cast<char>(c | 0x20);
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

inline bool same(std::string_view a, std::string_view b) {
  if (has(Fault::name_begins) && a.size() > b.size()) a = a.substr(0, b.size());
  if (has(Fault::reads_with_case)) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// Fields as in HTTP, over a list, with the fault that is planted.
class FaultyCarrier {
 public:
  static constexpr bool names_without_case = true;

  explicit FaultyCarrier(const Fields& fields) : fields_(const_cast<Fields*>(&fields)) {}

  std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const auto& [other, value] : *fields_) {
      if (!same(other, name)) continue;
      if (!found || has(Fault::get_gives_the_last)) found = shown(value);
    }
    if (!found && has(Fault::absent_is_empty)) return "";
    if (found == "" && has(Fault::empty_is_absent)) return std::nullopt;
    return found;
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    std::vector<std::string_view> values;
    for (const auto& [other, value] : *fields_) {
      if (same(other, name)) values.push_back(shown(value));
    }
    if (has(Fault::get_all_is_reversed)) std::reverse(values.begin(), values.end());
    if (has(Fault::get_all_gives_the_first_alone) && values.size() > 1) values.resize(1);
    if (has(Fault::get_all_gives_ten) && values.size() > 10) values.resize(10);
    if (has(Fault::get_all_joins) && values.size() > 1) {
      joined_.clear();
      for (const std::string_view value : values) joined_.append(value).append(",");
      values = {joined_};
    }
    for (const std::string_view value : values) {
      if (!visit(value) && !has(Fault::get_all_ignores_the_visitor)) return;
    }
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const auto& [name, value] : *fields_) {
      if (has(Fault::keys_omit_the_last) && name == fields_->back().first) continue;
      if (!visit(std::string_view(name)) && !has(Fault::keys_ignore_the_visitor)) return;
    }
  }

  template <class Visitor>
  void fields(Visitor&& visit) const {
    Fields fields = *fields_;
    if (has(Fault::fields_are_reversed)) std::reverse(fields.begin(), fields.end());
    static std::vector<Fields> kept;  // for the views of the chain
    kept.push_back(std::move(fields));
    std::vector<std::string_view> seen;
    for (const auto& [name, value] : kept.back()) {
      if (has(Fault::fields_omit_repeated) && std::count(seen.begin(), seen.end(), name)) continue;
      seen.emplace_back(name);
      if (!visit(std::string_view(name), shown(value)) && !has(Fault::fields_ignore_the_visitor)) {
        return;
      }
    }
  }

  void set(std::string_view name, std::string_view value) {
    if (has(Fault::set_ignores_b3) && same(name.substr(0, 2), "b3")) return;
    std::string key(name);
    if (!has(Fault::set_writes_case)) std::transform(key.begin(), key.end(), key.begin(), lower);
    const bool is_bad = (!has(Fault::set_refuses_no_value) && !is_sound_value(value)) ||
                        (!has(Fault::set_refuses_no_name) && !is_sound_name(name));
    if (is_bad && has(Fault::set_keeps_the_old_for_a_bad_value)) return;
    if (has(Fault::set_clears_first)) {
      for (auto& [other, old] : *fields_) {
        if (same(other, name)) old.assign(old.size(), '?');
      }
    }
    std::string text(value);
    if (has(Fault::set_cuts)) text.resize(std::min<std::size_t>(text.size(), 50));
    if (has(Fault::set_decodes)) text = decoded(text);
    if (!has(Fault::set_appends)) remove(name, has(Fault::set_replaces_the_first_alone), false);
    if (has(Fault::set_touches_the_next) && fields_->size() > 1) fields_->back().second = text;
    if (!is_bad) fields_->emplace_back(key, text);
  }

  void erase(std::string_view name) {
    if (has(Fault::erase_does_nothing)) return;
    const std::size_t before = fields_->size();
    remove(name, has(Fault::erase_takes_the_first_alone), has(Fault::erase_minds_case));
    if (has(Fault::erase_of_the_absent_takes_the_first) && fields_->size() == before &&
        before > 0) {
      fields_->erase(fields_->begin());
    }
  }

 private:
  static std::string_view shown(const std::string& value) {
    if (has(Fault::values_are_cut)) return std::string_view(value).substr(0, 54);
    if (!has(Fault::collapses_blanks)) return value;
    static std::vector<std::string> kept;
    kept.reserve(1000);
    std::string text = value;
    text.erase(
        std::unique(text.begin(), text.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
        text.end());
    return kept.emplace_back(text);
  }

  static bool is_sound_value(std::string_view value) {
    return std::none_of(value.begin(), value.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
  }
  static bool is_sound_name(std::string_view name) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             others.find(c) != std::string_view::npos;
    });
  }
  static std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%' && i + 2 < text.size()) {
        out += static_cast<char>(std::strtol(text.substr(i + 1, 2).c_str(), nullptr, 16));
        i += 2;
      } else {
        out += text[i];
      }
    }
    return out;
  }

  void remove(std::string_view name, bool only_first, bool with_case) {
    bool found = false;
    std::erase_if(*fields_, [&](const auto& field) {
      const bool is_it =
          (with_case ? field.first == name : same(field.first, name)) && !(only_first && found);
      found = found || is_it;
      return is_it;
    });
  }

  Fields* fields_;
  mutable std::string joined_;
};

struct FaultyBinding {
  using Storage = Fields;
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  static constexpr bool holds_mixed_case = true;
  static constexpr bool writes_lines = true;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    storage.emplace_back(name, value);
  }
  static baton::testing::FieldList raw(const Storage& storage) { return storage; }
  static FaultyCarrier carrier(Storage& storage) { return FaultyCarrier(storage); }
  static FaultyCarrier carrier(const Storage& storage) { return FaultyCarrier(storage); }
};

/// Keeps views of what it is given.
class ViewCarrier {
 public:
  using Storage = std::vector<std::pair<std::string_view, std::string_view>>;

  explicit ViewCarrier(const Storage& fields) : fields_(const_cast<Storage*>(&fields)) {}
  std::optional<std::string_view> get(std::string_view name) const {
    for (const auto& [other, value] : *fields_) {
      if (other == name) return value;
    }
    return std::nullopt;
  }
  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    if (const auto value = get(name)) visit(*value);
  }
  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const auto& [name, value] : *fields_) {
      if (!visit(name)) return;
    }
  }
  void set(std::string_view name, std::string_view value) {
    erase(name);
    fields_->emplace_back(name, value);
  }
  void erase(std::string_view name) {
    std::erase_if(*fields_, [&](const auto& field) { return field.first == name; });
  }

 private:
  Storage* fields_;
};

struct ViewBinding {
  using Storage = ViewCarrier::Storage;
  static constexpr bool writes_lines = false;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    static std::list<std::string> kept;
    ViewCarrier(storage).set(kept.emplace_back(name), kept.emplace_back(value));
  }
  static baton::testing::FieldList raw(const Storage& storage) {
    return {storage.begin(), storage.end()};
  }
  static ViewCarrier carrier(Storage& storage) { return ViewCarrier(storage); }
  static ViewCarrier carrier(const Storage& storage) { return ViewCarrier(storage); }
};

// Bindings and traits that say what is not so.

struct RepeatsUnsaid : FaultyBinding {
  static constexpr bool holds_repeated_names = false;
  static constexpr bool keeps_order = false;
};
struct RepeatsInvented : ViewBinding {
  static constexpr bool holds_repeated_names = true;
};
struct SpellingsUnsaid : FaultyBinding {
  static constexpr bool holds_mixed_case = false;
};
struct PrefersUntruly : FaultyBinding {
  struct Carrier : FaultyCarrier {
    using FaultyCarrier::FaultyCarrier;
    static constexpr bool prefers_exact_names = true;
  };
  static Carrier carrier(Storage& storage) { return Carrier(storage); }
  static Carrier carrier(const Storage& storage) { return Carrier(storage); }
};

}  // namespace carrier_faults
