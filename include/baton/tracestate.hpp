// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "baton/detail/shared_text.hpp"
#include "baton/parse_error.hpp"

namespace baton {

class TraceState;

namespace detail {
class TraceStateParser;
const SharedText& shared_text_of(const TraceState& value) noexcept;
}  // namespace detail

/// The `tracestate` field: the data of each tracing system on the path, newest first.
///
///     auto state = baton::TraceState::parse("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
///     state->get("congo");                       // "t61rcWkgMzE"
///     auto ours = state->set("baton", "hop:2");  // "baton=hop:2,rojo=…,congo=…"
///
///     list   = list-member 0*31( OWS "," OWS list-member )
///     member = key "=" value / OWS
///     key    = ( lcalpha / DIGIT ) 0*255( lcalpha / DIGIT / "_" / "-" / "*" / "/" / "@" )
///     value  = 0*255( chr ) nblk-chr   ; printable ASCII without "," and "=", no blank at the end
///
/// W3C Trace Context Level 2, §3.3. Immutable; a copy costs one reference count, and any thread may
/// read or copy it. The views that it returns are valid as long as a copy of it exists.
class TraceState {
 public:
  static constexpr std::string_view field = "tracestate";
  static constexpr std::size_t max_members = 32;
  static constexpr std::size_t max_key_size = 256;
  static constexpr std::size_t max_value_size = 256;

  struct Member {
    std::string_view key;
    std::string_view value;
    friend bool operator==(const Member&, const Member&) = default;
  };
  class const_iterator;

  TraceState() noexcept = default;

  /// Reads one field. Ignores empty members, and all but the first of members with the same key.
  /// Errors: `bad_key`, `key_too_long`, `missing_equals`, `bad_value`, `empty_value`,
  /// `value_too_long`, `too_many_members`, `out_of_memory`. At most one allocation.
  [[nodiscard]] static expected<TraceState> parse(std::string_view value) noexcept;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view key) const noexcept;

  /// A copy with the member at the front, the place of a changed member, and without the key's old
  /// member. Drops the last member if there would be more than `max_members`.
  /// Errors: `bad_key`, `key_too_long` (offset in `key`), `bad_value`, `empty_value`,
  /// `value_too_long` (offset in `value`), `out_of_memory`.
  [[nodiscard]] expected<TraceState> set(std::string_view key,
                                         std::string_view value) const noexcept;

  /// A copy without the member; the same state if the key is absent. Empty if there is no memory
  /// for the other members.
  [[nodiscard]] TraceState erase(std::string_view key) const noexcept;

  [[nodiscard]] bool empty() const noexcept { return text_.view().empty(); }
  /// The number of members. Linear.
  [[nodiscard]] std::size_t size() const noexcept;

  [[nodiscard]] const_iterator begin() const noexcept;
  [[nodiscard]] const_iterator end() const noexcept;

  /// The field's value, without white space or empty members. If it is empty, send no field.
  [[nodiscard]] std::string_view header() const noexcept { return text_.view(); }

  /// The field's value in at most `max_bytes`, whole members only. Drops members longer than 128
  /// characters first, then those at the end (§3.3.1.5).
  [[nodiscard]] std::string header(std::size_t max_bytes) const;

  friend bool operator==(const TraceState& a, const TraceState& b) noexcept {
    return a.header() == b.header();
  }

 private:
  friend class detail::TraceStateParser;
  friend const detail::SharedText& detail::shared_text_of(const TraceState& value) noexcept;
  explicit TraceState(detail::SharedText text) noexcept : text_(std::move(text)) {}

  detail::SharedText text_;  // members joined by one comma, nothing else
};

class TraceState::const_iterator {
 public:
  using iterator_category = std::input_iterator_tag;  // `operator*` returns a value
  using iterator_concept = std::forward_iterator_tag;
  using value_type = Member;
  using difference_type = std::ptrdiff_t;
  using pointer = const Member*;
  using reference = Member;

  const_iterator() noexcept = default;
  reference operator*() const noexcept { return member_; }
  pointer operator->() const noexcept { return &member_; }
  const_iterator& operator++() noexcept {
    read();
    return *this;
  }
  const_iterator operator++(int) noexcept {
    const_iterator before = *this;
    read();
    return before;
  }
  friend bool operator==(const const_iterator& a, const const_iterator& b) noexcept {
    return a.member_.key.data() == b.member_.key.data();
  }

 private:
  friend class TraceState;
  explicit const_iterator(std::string_view text) noexcept : rest_(text) { read(); }
  void read() noexcept;

  std::string_view rest_;
  Member member_;
};

inline TraceState::const_iterator TraceState::begin() const noexcept {
  return const_iterator(text_.view());
}
inline TraceState::const_iterator TraceState::end() const noexcept { return {}; }

inline const detail::SharedText& detail::shared_text_of(const TraceState& value) noexcept {
  return value.text_;
}

}  // namespace baton
