// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "json/object.hpp"
#include "json/splice.hpp"

namespace baton::json {

/// Changes to an object's members. Only `write` makes them.
///
/// Names match in any case (ASCII letters only): `set` leaves one member of a name, spelled as
/// given, and `erase` leaves none. Each visits all members once.
///
/// Members that are set keep their place; new ones are written behind all others, in the order in
/// which they were first set. An erased member is removed with the comma beside it, and nothing
/// else.
class Edits {
 public:
  /// Both must outlive it. An object must have at most one Edits.
  Edits(Object& object, Splice& splice) noexcept : object_(&object), splice_(&splice) {}

  /// Gives a member the value `before`, `text` as a string, `after`.
  void set(std::string_view name, std::string_view text, std::string_view before = {},
           std::string_view after = {});
  /// The same for a member that was read, and for no other spelling of its name.
  void set(std::size_t member, std::string_view text);
  void erase(std::string_view name);
  /// Erases the members that are neither set nor erased yet, and for whose names `is_unwanted` is
  /// true, in one pass over all that were read.
  template <class IsUnwanted>
  void erase_if(IsUnwanted&& is_unwanted) {
    for (std::size_t i = 0; i < object_->size(); ++i) {
      const Member& member = (*object_)[i];
      if (member.edit == 0 && is_unwanted(member.name)) change_of(i).is_set = false;
    }
  }

  /// Shows the name of every member that is to be set. If `visit` returns false, the member is not
  /// set; an existing one is then erased, since it is stale.
  template <class Visitor>
  void filter(Visitor&& visit) {
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      Change& change = changes_[i];
      if (change.is_set && !visit(name_of(change))) change.is_set = false;
    }
  }

  /// Writes `inner`, the edits of an object that is the value of a member, with these. If the value
  /// is absent or null, an object is made for new members.
  void nest(std::string_view name, Edits& inner) {
    nested_.push_back({object_->index_of(name), name, &inner});
  }

  /// Makes the changes in the splice.
  void write();

  /// How many members are neither set nor erased.
  [[nodiscard]] std::size_t untouched() const noexcept;

 private:
  struct Change {
    bool is_set;          // or erased
    std::size_t member;   // `Object::none` for a new one
    Splice::Piece name;   // of a new one
    Splice::Piece piece;  // the value, or `,"name":value` of a new member
  };
  struct Nested {
    std::size_t member;  // `Object::none` if there is none
    std::string_view name;
    Edits* edits;
  };

  [[nodiscard]] std::string_view name_of(const Change& change) const noexcept {
    return change.member == Object::none ? splice_->text_of(change.name)
                                         : (*object_)[change.member].name;
  }
  Change& change_of(std::size_t member);
  /// The change of the member of exactly that name, or of a new one. Erases the other spellings.
  Change* find(std::string_view name);
  /// Only for an object that is absent or null: whether members are to be set in it.
  [[nodiscard]] bool adds() const noexcept;
  void write_as_value_of(const Member& member);
  void write_new(const char* place, bool is_first);

  Object* object_;
  Splice* splice_;
  SmallList<Change, 24> changes_;
  SmallList<Nested, 2> nested_;
};

}  // namespace baton::json
