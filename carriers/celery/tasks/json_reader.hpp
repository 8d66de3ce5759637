// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string_view>

#include "baton/carriers/celery/tasks/consume.hpp"
#include "json/object.hpp"
#include "json/scanner.hpp"

namespace baton::celery::internal {

/// One JSON text and its values: checked by the scanner, which knows places, and converted to those
/// of Boost.JSON. The first error remains, with its place in the whole text.
class JsonReader {
 public:
  JsonReader(std::string_view part, std::string_view text, const Limits& limits) noexcept
      : part_(part), text_(text), limits_(limits) {}

  [[nodiscard]] tl::unexpected<MessageError> error() const {
    return tl::unexpected<MessageError>({part_, error_});
  }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  bool fail(ErrorCode code, const char* place) noexcept;
  /// Takes the error, if there is one, of another reader of the text.
  bool check(const ParseError& error) noexcept;
  /// Takes the error of a scanner that has read `inner`, a piece of the text.
  bool fail(const json::Scanner& scanner, std::string_view inner) noexcept;

  /// Reads the members of the object that `inner` consists of.
  bool read_members(std::string_view inner, json::Object& object);

  /// Fails if a value is not of that type.
  bool expect(const json::Value& value, json::Type type) noexcept;

  /// Reads the value of a member, if it exists and is not null.
  bool read(const json::Object& object, std::string_view name, std::string& out);
  bool read(const json::Object& object, std::string_view name, std::uint32_t& out);
  /// Makes a value of each member of `object`, which is itself the value of a member of the text.
  bool read(const json::Object& object, boost::json::object& out);
  /// Makes a value, of that type.
  bool read(const json::Value& value, boost::json::value& out);
  bool read(const json::Value& value, boost::json::array& out);
  bool read(const json::Value& value, boost::json::object& out);

 private:
  bool make(const json::Value& value, boost::json::value& out, std::size_t level);

  std::string_view part_;
  std::string_view text_;
  Limits limits_;
  ParseError error_;
};

}  // namespace baton::celery::internal
