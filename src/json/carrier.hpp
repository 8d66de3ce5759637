// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "core/lookup.hpp"
#include "json/edits.hpp"
#include "json/object.hpp"

namespace baton::json {

/// Reads the members of an object that are strings, by names as `lookup` compares them; any other
/// value counts as absent.
class ObjectReader {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;
  static constexpr bool prefers_exact_names = true;

  explicit ObjectReader(const Object& object) noexcept : object_(&object) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const auto exact = object_->text_of(name);
    return exact ? exact : lookup::find_last(*this, name);
  }
  void get_all(std::string_view name, TextVisitor visit) const {
    if (const auto exact = object_->text_of(name)) {
      visit(*exact);
    } else {
      lookup::visit_values(*this, name, visit);
    }
  }
  void keys(TextVisitor visit) const { lookup::visit_names(*this, visit); }

  /// Shows the names of the members that are neither strings nor null; null counts as no value.
  template <class Visitor>
  void visit_wrong_types(Visitor&& visit) const {
    for (std::size_t i = 0; i < size(); ++i) {
      const Type type = (*object_)[i].value.type;
      if (type != Type::string && type != Type::null) visit((*object_)[i].name);
    }
  }

  // The list of `lookup`.

  struct MaybeText {
    explicit operator bool() const noexcept { return (*object)[index].value.type == Type::string; }
    std::string_view operator*() const { return object->text_of(index).value_or(""); }
    operator std::optional<std::string_view>() const { return object->text_of(index); }
    const Object* object;
    std::size_t index;
  };
  struct Header {
    std::string_view name;
    MaybeText value;
  };
  [[nodiscard]] std::size_t size() const noexcept { return object_->size(); }
  [[nodiscard]] Header at(std::size_t i) const noexcept {
    return {(*object_)[i].name, {object_, i}};
  }

 private:
  const Object* object_;
};

/// Records changes to an object's members, all of them strings. Names are written in lowercase.
class ObjectWriter {
 public:
  explicit ObjectWriter(Edits& edits) noexcept : edits_(&edits) {}
  void set(std::string_view name, std::string_view value) {
    lookup::with_lowercase(name, [&](std::string_view key) { edits_->set(key, value); });
  }
  void erase(std::string_view name) {
    lookup::with_lowercase(name, [&](std::string_view key) { edits_->erase(key); });
  }

 private:
  Edits* edits_;
};

}  // namespace baton::json
