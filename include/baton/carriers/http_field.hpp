// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/detail/ascii.hpp"
#include "baton/detail/load.hpp"

namespace baton::http {

/// Whether two field names are equal, without regard to the case of ASCII letters.
[[nodiscard]] constexpr bool equal_names(std::string_view a, std::string_view b) noexcept {
  return detail::equals_ignoring_case(a, b);
}

/// Whether it is a valid field name: `1*tchar`, RFC 9110, §5.6.2.
[[nodiscard]] constexpr bool is_field_name(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), detail::is_token_character);
}

/// Whether it is a valid field value: no control characters but tab, RFC 9110, §5.5.
[[nodiscard]] constexpr bool is_field_value(std::string_view value) noexcept {
  constexpr auto is_valid = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return !detail::is_control(c) || c == '\t'; });
  };
  constexpr std::size_t step = sizeof(std::uint64_t);
  if (std::is_constant_evaluated() || value.size() < step) return is_valid(value);
  // Eight characters at a time; the last eight may overlap those before. Only eight with a control
  // character, which may be a tab, are looked at one by one.
  for (std::size_t i = 0; i < value.size(); i += step) {
    const char* const text = value.data() + std::min(i, value.size() - step);
    if (detail::has_control(detail::load<std::uint64_t>(text)) && !is_valid({text, step}))
      return false;
  }
  return true;
}

namespace internal {

/// Text that is not a bare pointer, which might be null or unterminated.
template <class T>
concept Text = std::convertible_to<const T&, std::string_view> && !std::is_pointer_v<T>;

/// A value with flags beside it, as libraries for HTTP/2 have in their maps.
template <class T>
concept WrappedText = !Text<T> && requires(const T& wrapped) {
  { wrapped.value } -> Text;
};

template <class T>
  requires Text<T> || WrappedText<T>
constexpr std::string_view text(const T& value) noexcept {
  if constexpr (Text<T>) {
    return value;
  } else {
    return value.value;
  }
}

/// Text that owns its bytes: a view would dangle.
template <class T>
concept OwningText = Text<T> && requires(T& target, std::size_t size) { target.assign(size, 'x'); };

template <class T>
concept Assignable = OwningText<T> || (WrappedText<T> && requires(T& wrapped) {
                       { wrapped.value } -> OwningText;
                     });

/// Whether the two have bytes in common.
inline bool overlap(std::string_view a, std::string_view b) noexcept {
  constexpr std::less<> is_before;  // of unrelated pointers as well
  return is_before(a.data(), b.data() + b.size()) && is_before(b.data(), a.data() + a.size());
}

/// Assigns in place, so that the target's memory is used again. The value may be a part of it.
template <Assignable T>
void assign_text(T& target, std::string_view value) {
  if constexpr (OwningText<T>) {
    if (overlap(target, value)) {
      T copy{};
      copy.assign(value.data(), value.size());
      target = std::move(copy);
    } else {
      target.assign(value.data(), value.size());
    }
  } else {
    assign_text(target.value, value);
  }
}

using detail::is_lowercase;

template <OwningText T>
void make_lowercase(T& target) {
  for (char& c : target) c = detail::to_lower(c);
}

template <OwningText T>
void assign_lowercase(T& target, std::string_view name) {
  target.assign(name.data(), name.size());
  make_lowercase(target);
}

template <class T>
concept Pair = requires(const T& field) {
  requires Text<std::remove_cvref_t<decltype(field.first)>>;
  text(field.second);
};

template <class T>
concept NameValue = !Pair<T> && requires(const T& field) {
  requires Text<std::remove_cvref_t<decltype(field.name)>>;
  requires Text<std::remove_cvref_t<decltype(field.value)>>;
};

}  // namespace internal

/// How to read and write one element of a container of header fields. Pairs and structs with
/// members `name` and `value` are known; specialize it for other types. `assign` is needed only to
/// write, on a default-constructed element, and must write the name in lowercase. With `overwrite`,
/// which is optional, `set` writes over an element that is there: it must put the element's own
/// name in lowercase, and the value may be a view of the element.
///
///     template <>
///     struct baton::http::FieldTraits<nghttp2_nv> {
///       static std::string_view name(const nghttp2_nv& field) {
///         return {reinterpret_cast<const char*>(field.name), field.namelen};
///       }
///       static std::string_view value(const nghttp2_nv& field) {
///         return {reinterpret_cast<const char*>(field.value), field.valuelen};
///       }
///     };
template <class Field>
struct FieldTraits;

template <internal::Pair Field>
struct FieldTraits<Field> {
  static std::string_view name(const Field& field) noexcept { return field.first; }
  static std::string_view value(const Field& field) noexcept {
    return internal::text(field.second);
  }
  static void assign(Field& field, std::string_view name, std::string_view value)
    requires requires {
      internal::assign_lowercase(field.first, name);
      internal::assign_text(field.second, value);
    }
  {
    internal::assign_lowercase(field.first, name);
    internal::assign_text(field.second, value);
  }
  static void overwrite(Field& field, std::string_view value)
    requires requires {
      internal::make_lowercase(field.first);
      internal::assign_text(field.second, value);
    }
  {
    internal::assign_text(field.second, value);
    internal::make_lowercase(field.first);
  }
};

template <internal::NameValue Field>
struct FieldTraits<Field> {
  static std::string_view name(const Field& field) noexcept { return field.name; }
  static std::string_view value(const Field& field) noexcept { return field.value; }
  static void assign(Field& field, std::string_view name, std::string_view value)
    requires requires {
      internal::assign_lowercase(field.name, name);
      internal::assign_text(field.value, value);
    }
  {
    internal::assign_lowercase(field.name, name);
    internal::assign_text(field.value, value);
  }
  static void overwrite(Field& field, std::string_view value)
    requires requires {
      internal::make_lowercase(field.name);
      internal::assign_text(field.value, value);
    }
  {
    internal::assign_text(field.value, value);
    internal::make_lowercase(field.name);
  }
};

/// An element whose name and value can be read.
template <class Field>
concept ReadableField = requires(const Field& field) {
  { FieldTraits<std::remove_cv_t<Field>>::name(field) } -> std::convertible_to<std::string_view>;
  { FieldTraits<std::remove_cv_t<Field>>::value(field) } -> std::convertible_to<std::string_view>;
};

}  // namespace baton::http
