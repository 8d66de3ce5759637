// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "json/decoded_texts.hpp"
#include "json/scanner.hpp"
#include "json/small_list.hpp"

namespace baton::json {

/// A member of an object. Its parts are views of the text, or of text that the Object decoded.
struct Member {
  std::string_view name;  ///< decoded
  const char* begin;      ///< the quote in front of the name
  Value value;
  std::string_view decoded;  ///< the text that it stands for, after the first request for that
  std::uint32_t edit = 0;    ///< for Edits: one more than the index of its change

  [[nodiscard]] const char* end() const noexcept { return value.text.data() + value.text.size(); }
};

/// The members of one object of a text, found by their names.
///
///     json::Object object;
///     if (object.read(scanner)) if (const json::Member* member = object.find("task")) …
///
/// A repeated name is an error, `duplicate_key`. Neither many members nor names chosen to collide
/// make it slow (see `keyed_hash`). Up to 32 members without escapes need no allocation. The text
/// must outlive it; throws `std::bad_alloc`, and nothing else.
class Object {
 public:
  Object() noexcept = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  /// Reads the next object, and its members' values by `read_value(name, value)`, which returns
  /// false after an error.
  template <class ReadValue>
  bool read(Scanner& scanner, ReadValue&& read_value) {
    if (!scanner.enter_object()) return false;
    inside_ = scanner.place();
    Value name;
    while (scanner.next_member(name)) {
      const std::optional<std::string_view> added = add(name);
      if (!added) return scanner.fail(ErrorCode::duplicate_key, name.text.data());
      if (!read_value(*added, members_.back().value)) return false;
    }
    return !scanner.failed();
  }
  bool read(Scanner& scanner) {
    return read(scanner, [&](std::string_view, Value& value) { return scanner.read(value); });
  }

  /// Reads an object, or null, that is the value of a member.
  template <class ReadValue>
  bool read_or_null(Scanner& scanner, Value& value, ReadValue&& read_value) {
    if (scanner.peek() == 'n') return scanner.read(value);
    const char* const begin = scanner.place();
    if (!read(scanner, std::forward<ReadValue>(read_value))) return false;
    value = {{begin, static_cast<std::size_t>(scanner.place() - begin)}, Type::object};
    return true;
  }
  bool read_or_null(Scanner& scanner, Value& value) {
    return read_or_null(scanner, value,
                        [&](std::string_view, Value& inner) { return scanner.read(inner); });
  }

  /// Whether an object was read.
  [[nodiscard]] explicit operator bool() const noexcept { return inside_ != nullptr; }
  /// The place right behind its `{`.
  [[nodiscard]] const char* inside() const noexcept { return inside_; }

  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] const Member& operator[](std::size_t i) const noexcept { return members_[i]; }
  [[nodiscard]] Member& operator[](std::size_t i) noexcept { return members_[i]; }

  static constexpr std::size_t none = std::size_t{0} - 1;
  [[nodiscard]] std::size_t index_of(std::string_view name) const noexcept {
    return std::size_t{*slot_of(name)} - 1;
  }
  [[nodiscard]] const Member* find(std::string_view name) const noexcept {
    const std::size_t index = index_of(name);
    return index == none ? nullptr : &members_[index];
  }
  /// The same if its value is not null.
  [[nodiscard]] const Member* find_non_null(std::string_view name) const noexcept {
    const Member* const member = find(name);
    return member == nullptr || member->value.type == Type::null ? nullptr : member;
  }

  /// The text of a member that is a string, decoded; nothing for other types. It is valid as long
  /// as the Object exists. Only one thread at a time may call this.
  [[nodiscard]] std::optional<std::string_view> text_of(std::size_t index) const;
  /// The same of the member with exactly that name, if there is one.
  [[nodiscard]] std::optional<std::string_view> text_of(std::string_view name) const {
    const std::size_t index = index_of(name);
    return index == none ? std::nullopt : text_of(index);
  }

 private:
  static constexpr std::size_t few = 32;
  static constexpr std::size_t few_slots = 2 * few;

  std::optional<std::string_view> add(const Value& name);
  /// The slot of that name, or the one for it if there is none.
  [[nodiscard]] std::uint32_t* slot_of(std::string_view name) const noexcept;
  void rehash(std::size_t size);

  const char* inside_ = nullptr;
  mutable SmallList<Member, few> members_;
  // One more than the index of a member; zero if there is none.
  std::array<std::uint32_t, few_slots> first_slots_{};
  std::vector<std::uint32_t> more_slots_;
  std::uint32_t* slots_ = first_slots_.data();
  std::size_t last_slot_ = few_slots - 1;  // their number is a power of two
  mutable DecodedTexts decoded_;
};

}  // namespace baton::json
