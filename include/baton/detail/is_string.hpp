// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

namespace baton::detail {

/// Text of the standard library, which `std::less` and `std::equal_to` compare by its bytes.
template <class T>
inline constexpr bool is_string = std::is_same_v<T, std::string_view>;
template <class Allocator>
inline constexpr bool is_string<std::basic_string<char, std::char_traits<char>, Allocator>> = true;

}  // namespace baton::detail
