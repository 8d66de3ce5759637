// SPDX-License-Identifier: Apache-2.0
#include "carriers/celery/tasks/json_reader.hpp"

#include <charconv>
#include <string>

#include "json/strings.hpp"
#include "text/decimal.hpp"

namespace baton::celery::internal {
namespace {

template <class Number>
std::optional<Number> whole(std::string_view text) noexcept {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

// NOLINTBEGIN(misc-no-recursion): to the maximal depth
/// Makes values of a text, with the numbers as exact as a double can be: Boost.JSON 1.81 reads
/// their last digits wrong, makes NaN of `0e400`, and infinities of numbers just below the largest
/// double. The text must be one that a scanner has read, so that only a limit can be exceeded.
class ValueMaker {
 public:
  ValueMaker(json::Scanner& scanner, const Limits& limits) noexcept
      : scanner_(&scanner), limits_(&limits) {}

  /// Makes the next value, at that level.
  bool make(boost::json::value& out, std::size_t level) {
    const char first = scanner_->peek();
    const bool is_object = first == '{';
    if (!is_object && first != '[') {
      make_scalar(out);
      return true;
    }
    if (level > limits_->depth) return scanner_->fail(ErrorCode::too_deep, scanner_->place());
    return is_object ? make_object(out.emplace_object(), level)
                     : make_array(out.emplace_array(), level);
  }

 private:
  bool make_object(boost::json::object& out, std::size_t level) {
    scanner_->enter_object();
    for (json::Value name; scanner_->next_member(name);) {
      if (out.size() == limits_->members) {
        return scanner_->fail(ErrorCode::too_many_members, name.text.data());
      }
      if (!make(out[text_of(name)], level + 1)) return false;
    }
    return true;
  }

  bool make_array(boost::json::array& out, std::size_t level) {
    scanner_->enter_array();
    while (scanner_->next_element()) {
      if (!make(out.emplace_back(nullptr), level + 1)) return false;
    }
    return true;
  }

  void make_scalar(boost::json::value& out) {
    json::Value scalar;
    scanner_->read(scalar);
    switch (scalar.type) {
      case json::Type::string: out = text_of(scalar); break;
      case json::Type::number: out = number_of(scalar.text); break;
      case json::Type::boolean: out = scalar.text == "true"; break;
      default: out = nullptr;
    }
  }

  std::string_view text_of(const json::Value& string) {
    if (!string.has_escapes) return string.inside();
    decoded_.clear();
    json::append_decoded(string.inside(), decoded_);
    return decoded_;
  }

  static boost::json::value number_of(std::string_view text) {
    if (const auto number = whole<std::int64_t>(text)) return *number;
    if (const auto number = whole<std::uint64_t>(text)) return *number;
    double number = 0;
    if (detail::read_decimal(text, number)) return number;
    // The scanner refuses numbers that are too large: one that is out of range is too small.
    return text.front() == '-' ? -0.0 : 0.0;
  }

  json::Scanner* scanner_;
  const Limits* limits_;
  std::string decoded_;
};
// NOLINTEND(misc-no-recursion)

constexpr std::size_t level_of_members = 2;  // of values in the text's one value

}  // namespace

bool JsonReader::fail(ErrorCode code, const char* place) noexcept {
  error_ = {code, static_cast<std::size_t>(place - text_.data())};
  return false;
}

bool JsonReader::check(const ParseError& error) noexcept {
  if (error) error_ = error;
  return !error;
}

bool JsonReader::fail(const json::Scanner& scanner, std::string_view inner) noexcept {
  return fail(scanner.error().code, inner.data() + scanner.error().offset);
}

bool JsonReader::read_members(std::string_view inner, json::Object& object) {
  json::Scanner scanner(inner);
  return (object.read(scanner) && scanner.finish()) || fail(scanner, inner);
}

bool JsonReader::expect(const json::Value& value, json::Type type) noexcept {
  return value.type == type || fail(ErrorCode::wrong_type, value.text.data());
}

bool JsonReader::read(const json::Object& object, std::string_view name, std::string& out) {
  const std::size_t index = object.index_of(name);
  if (index == json::Object::none || object[index].value.type == json::Type::null) return true;
  const auto text = object.text_of(index);
  if (!text) return fail(ErrorCode::wrong_type, object[index].value.text.data());
  out = *text;
  return true;
}

bool JsonReader::read(const json::Object& object, std::string_view name, std::uint32_t& out) {
  const json::Member* const member = object.find_non_null(name);
  if (member == nullptr) return true;
  if (!expect(member->value, json::Type::number)) return false;
  const std::string_view text = member->value.text;
  const auto number = whole<std::uint32_t>(text);
  if (!number) return fail(ErrorCode::bad_number, text.data());
  out = *number;
  return true;
}

bool JsonReader::make(const json::Value& value, boost::json::value& out, std::size_t level) {
  json::Scanner scanner(value.text);
  return ValueMaker(scanner, limits_).make(out, level) || fail(scanner, value.text);
}

bool JsonReader::read(const json::Object& object, boost::json::object& out) {
  if (object && limits_.depth < level_of_members) {
    return fail(ErrorCode::too_deep, object.inside() - 1);
  }
  if (object.size() > limits_.members) {
    return fail(ErrorCode::too_many_members, object[limits_.members].begin);
  }
  out.reserve(object.size());
  for (std::size_t i = 0; i < object.size(); ++i) {
    if (!make(object[i].value, out[object[i].name], level_of_members + 1)) return false;
  }
  return true;
}

bool JsonReader::read(const json::Value& value, boost::json::value& out) {
  return make(value, out, level_of_members);
}

bool JsonReader::read(const json::Value& value, boost::json::array& out) {
  boost::json::value made;
  if (!expect(value, json::Type::array) || !read(value, made)) return false;
  out = std::move(made.get_array());
  return true;
}

bool JsonReader::read(const json::Value& value, boost::json::object& out) {
  boost::json::value made;
  if (!expect(value, json::Type::object) || !read(value, made)) return false;
  out = std::move(made.get_object());
  return true;
}

}  // namespace baton::celery::internal
