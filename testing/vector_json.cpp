// SPDX-License-Identifier: Apache-2.0
#include "testing/vector_json.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "testing/characters.hpp"

namespace baton::testing::detail {
namespace {

std::string_view view_of(json::string_view text) { return {text.data(), text.size()}; }

/// What Boost.JSON calls while it parses: looks at keys only, since of two equal ones its own
/// values keep the last.
class KeyWatch {
 public:
  static constexpr std::size_t max_object_size = max_file_bytes;
  static constexpr std::size_t max_array_size = max_file_bytes;
  static constexpr std::size_t max_key_size = max_file_bytes;
  static constexpr std::size_t max_string_size = max_file_bytes;

  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] bool has_repeated() const { return has_repeated_; }

  bool on_object_begin(json::error_code& /*error*/) {
    seen_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t /*size*/, json::error_code& /*error*/) {
    seen_.pop_back();
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t /*size*/, json::error_code& /*error*/) {
    part_ += view_of(part);
    return true;
  }
  bool on_key(json::string_view last, std::size_t /*size*/, json::error_code& error) {
    part_ += view_of(last);
    key_ = std::exchange(part_, {});
    has_repeated_ = !seen_.back().insert(key_).second;
    if (has_repeated_) error = json::error::syntax;
    return !has_repeated_;
  }

  // NOLINTBEGIN(readability-convert-member-functions-to-static)
  bool on_document_begin(json::error_code& /*error*/) { return true; }
  bool on_document_end(json::error_code& /*error*/) { return true; }
  bool on_array_begin(json::error_code& /*error*/) { return true; }
  bool on_array_end(std::size_t /*size*/, json::error_code& /*error*/) { return true; }
  bool on_string_part(json::string_view /*part*/, std::size_t /*size*/,
                      json::error_code& /*error*/) {
    return true;
  }
  bool on_string(json::string_view /*part*/, std::size_t /*size*/, json::error_code& /*error*/) {
    return true;
  }
  bool on_number_part(json::string_view /*part*/, json::error_code& /*error*/) { return true; }
  bool on_int64(std::int64_t /*number*/, json::string_view /*text*/, json::error_code& /*error*/) {
    return true;
  }
  bool on_uint64(std::uint64_t /*number*/, json::string_view /*text*/,
                 json::error_code& /*error*/) {
    return true;
  }
  bool on_double(double /*number*/, json::string_view /*text*/, json::error_code& /*error*/) {
    return true;
  }
  bool on_bool(bool /*value*/, json::error_code& /*error*/) { return true; }
  bool on_null(json::error_code& /*error*/) { return true; }
  bool on_comment_part(json::string_view /*part*/, json::error_code& /*error*/) { return true; }
  bool on_comment(json::string_view /*text*/, json::error_code& /*error*/) { return true; }
  // NOLINTEND(readability-convert-member-functions-to-static)

 private:
  std::vector<std::set<std::string>> seen_;  // one for each object that is open
  std::string part_;
  std::string key_;
  bool has_repeated_ = false;
};

}  // namespace

void fail(const std::string& what) { throw std::runtime_error(what); }

const json::value* find(const json::object& object, std::string_view key) {
  return object.if_contains(json::string_view(key.data(), key.size()));
}

const json::value& member_of(const json::object& object, std::string_view key) {
  const json::value* const member = find(object, key);
  if (member == nullptr) fail("there is no \"" + std::string(key) + "\"");
  return *member;
}

void only_keys(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& entry : object) {
    const std::string_view key = view_of(entry.key());
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail("unknown key \"" + std::string(key) + "\"");
    }
  }
}

void needs(const json::object& object, std::string_view key, std::string_view needed) {
  if (find(object, key) == nullptr || find(object, needed) != nullptr) return;
  fail("\"" + std::string(key) + "\" needs \"" + std::string(needed) + "\"");
}

const json::array& array_of(const json::value& value) {
  const auto* array = value.if_array();
  if (array == nullptr) fail("not an array");
  return *array;
}

const json::object& object_of(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) fail("not an object");
  return *object;
}

bool bool_of(const json::value& value) {
  if (!value.is_bool()) fail("neither true nor false");
  return value.get_bool();
}

/// Limits may be beyond what a machine with 32 bits can count, which is no limit there.
std::size_t number_of(const json::value& value) {
  if (!value.is_int64() || value.get_int64() < 0) fail("not a number");
  constexpr std::uint64_t most = std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(std::min(static_cast<std::uint64_t>(value.get_int64()), most));
}

std::string string_of(const json::value& value) {
  const auto* string = value.if_string();
  if (string == nullptr) fail("not a string");
  return {string->data(), string->size()};
}

std::string filled_member_of(const json::object& object, std::string_view key) {
  std::string string = string_of(member_of(object, key));
  if (string.empty()) fail("\"" + std::string(key) + "\" is empty");
  return string;
}

std::string hex_member_of(const json::object& object, std::string_view key, std::size_t digits) {
  std::string text = string_of(member_of(object, key));
  if (text.size() != digits || text.find_first_not_of(hex_digits) != std::string::npos) {
    fail("\"" + std::string(key) + "\" is not lowercase hex of " + std::to_string(digits) +
         " digits");
  }
  return text;
}

std::string unhexed(const json::value& value) {
  const std::string digits = string_of(value);
  if (digits.size() % 2 != 0) fail("an odd number of digits");
  if (digits.find_first_not_of(hex_digits) != std::string::npos) fail("not lowercase hex");
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const std::size_t high = hex_digits.find(digits[i]);
    bytes += static_cast<char>(high << 4U | hex_digits.find(digits[i + 1]));
  }
  return bytes;
}

json::value parse_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot read " + path);
  std::string text;
  std::array<char, 4096> piece;
  do {
    file.read(piece.data(), piece.size());
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  } while (file && text.size() <= max_file_bytes);
  if (text.size() > max_file_bytes) fail(path + ": more than 16 MiB");

  json::error_code error;
  json::value value = json::parse(text, error);
  if (error) fail(path + ": " + error.message());
  json::basic_parser<KeyWatch> keys{json::parse_options()};
  keys.write_some(false, text.data(), text.size(), error);
  if (keys.handler().has_repeated()) fail(path + ": two keys \"" + keys.handler().key() + '"');
  return value;
}

}  // namespace baton::testing::detail
