// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/object.hpp"
#include "json/splice.hpp"

namespace baton::json {

/// What is to become of an object's members. Nothing happens before `write`.
///
/// Names match in any case (ASCII letters alone): `set` leaves one member of a name, spelled as it
/// is given, and `erase` leaves none. Each looks at all members once.
///
/// Members that are set keep their place; new ones come behind all others, in the order in which
/// they were set first. Where a member goes, the comma beside it goes, and nothing else.
class Edits {
 public:
  /// Both must outlive it. An object has one Edits at most.
  Edits(Object& object, Splice& splice) noexcept : object_(&object), splice_(&splice) {}

  /// Gives a member the value `before`, `text` as a string, `after`.
  void set(std::string_view name, std::string_view text, std::string_view before = {},
           std::string_view after = {});
  void erase(std::string_view name);
  /// Erases the members whose names `is_unwanted` is true for, in one pass over all that were read.
  template <class IsUnwanted>
  void erase_if(IsUnwanted&& is_unwanted) {
    for (std::size_t i = 0; i < object_->size(); ++i) {
      if (is_unwanted((*object_)[i].name)) change_of(i).kind = Kind::erase;
    }
  }

  /// Shows every member that is to be set: `visit(name, is_new)`. False takes the change back; a
  /// member that was there then goes, since it is stale.
  template <class Visitor>
  void filter(Visitor&& visit) {
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      Change& change = changes_[i];
      const bool is_new = change.kind == Kind::add;
      if ((!is_new && change.kind != Kind::set) || visit(name_of(change), is_new)) continue;
      change.kind = is_new ? Kind::nothing : Kind::erase;
    }
  }

  /// Lets `inner`, the edits of an object that is the value of a member, be written with these.
  void nest(std::string_view member, Edits& inner) noexcept {
    inner_place_ = object_->index_of(member);
    inner_ = &inner;
  }

  /// Hands the changes to the splice.
  void write();
  /// The same for an object that is a member of another: where it is absent or null, it is made for
  /// new members. `is_alone` says whether nothing stands in the other object, or will.
  void write_into(const Object& parent, std::string_view name, bool& is_alone);

  /// How many members nobody has set or erased.
  [[nodiscard]] std::size_t untouched() const noexcept;

 private:
  enum class Kind : std::uint8_t { nothing, set, add, erase };

  struct Change {
    Kind kind;
    std::size_t member;
    std::size_t piece;  // of the splice: the value, or `,"name":value` of a new member
    std::size_t size;
    std::size_t name_size;  // of `,"name":`
  };

  [[nodiscard]] std::string_view name_of(const Change& change) const noexcept;
  Change* find_added(std::string_view written_name) noexcept;
  Change& change_of(std::size_t member);
  void erase_other_cases(std::string_view name);
  [[nodiscard]] bool adds() const noexcept;
  void write_added(const char* place, bool is_first);

  Object* object_;
  Splice* splice_;
  SmallList<Change, 24> changes_;
  Edits* inner_ = nullptr;
  std::size_t inner_place_ = Object::none;
};

}  // namespace baton::json
