// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "baton/testing/vectors.hpp"

/// JSON of the kinds that the schema of the vectors asks for: anything else throws.
namespace baton::testing::detail {

namespace json = boost::json;

/// What a file may have, as it is and when its texts are expanded.
constexpr std::size_t max_file_bytes = std::size_t{1} << 24U;

/// Boost.JSON throws as well: `guarded` makes a result of both.
[[noreturn]] void fail(const std::string& what);

template <class Function>
auto guarded(Function function) -> VectorResult<decltype(function())> {
  try {
    return function();
  } catch (const std::exception& error) {
    return tl::unexpected(std::string(error.what()));
  }
}

const json::value* find(const json::object& object, std::string_view key);
/// `find`, if the key is required.
const json::value& member_of(const json::object& object, std::string_view key);
void only_keys(const json::object& object, std::initializer_list<std::string_view> known);
/// If the object has `key`, it has `needed`, too.
void needs(const json::object& object, std::string_view key, std::string_view needed);

const json::array& array_of(const json::value& value);
const json::object& object_of(const json::value& value);
bool bool_of(const json::value& value);
std::size_t number_of(const json::value& value);
/// A string itself, and none of the other ways to say a text.
std::string string_of(const json::value& value);
/// A required string that is not empty.
std::string filled_member_of(const json::object& object, std::string_view key);
/// A required string of that many digits.
std::string hex_member_of(const json::object& object, std::string_view key, std::size_t digits);
/// Any even number of digits, as the bytes that they say.
std::string unhexed(const json::value& value);

/// Refuses a key that an object has twice.
json::value parse_file(const std::string& path);

}  // namespace baton::testing::detail
