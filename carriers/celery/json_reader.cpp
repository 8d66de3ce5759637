#include "json_reader.hpp"

#include <charconv>

namespace baton::celery::detail {
namespace {

ErrorCode to_code(const boost::json::error_code& error) noexcept {
  return error == boost::json::error::too_deep ? ErrorCode::too_deep : ErrorCode::bad_value;
}

}  // namespace

bool JsonReader::fail(ErrorCode code, const char* place) noexcept {
  error_ = {code, static_cast<std::size_t>(place - text_.data())};
  return false;
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
  const json::Member* const member = find(object, name);
  if (member == nullptr) return true;
  if (!expect(member->value, json::Type::number)) return false;
  const std::string_view text = member->value.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return (error == std::errc() && end == text.data() + text.size()) ||
         fail(ErrorCode::bad_number, text.data());
}

bool JsonReader::read(const json::Value& value, boost::json::value& out) {
  boost::json::parse_options options;
  options.max_depth = max_depth_;
  boost::json::parser parser({}, options);
  boost::json::error_code error;
  const std::size_t read = parser.write(value.text.data(), value.text.size(), error);
  if (error) return fail(to_code(error), value.text.data() + read);
  out = parser.release();
  return true;
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

const json::Member* find(const json::Object& object, std::string_view name) noexcept {
  const json::Member* const member = object.find(name);
  return member == nullptr || member->value.type == json::Type::null ? nullptr : member;
}

}  // namespace baton::celery::detail
