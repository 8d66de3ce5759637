// SPDX-License-Identifier: Apache-2.0
#include "carriers/celery/tasks/repr.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <string_view>

namespace baton::celery::internal {
namespace {

constexpr std::size_t longest = 1024;
constexpr int deepest = 5;
constexpr std::string_view rest = "...";

// NOLINTBEGIN(misc-no-recursion): to the deepest level that is written
class Writer {
 public:
  void write_tuple(const boost::json::array& values) {
    out_ += '(';
    write_elements(values, 1);
    out_ += values.size() == 1 ? ",)" : ")";
  }

  void write_object(const boost::json::object& object, int depth) {
    out_ += '{';
    bool is_first = true;
    for (const auto& [name, value] : object) {
      if (is_full()) break;
      if (!std::exchange(is_first, false)) out_ += ", ";
      write_text(name);
      out_ += ": ";
      write(value, depth + 1);
    }
    out_ += '}';
  }

  std::string finish() && {
    if (!is_full()) return std::move(out_);
    std::size_t end = longest - rest.size();
    while ((static_cast<unsigned char>(out_[end]) & 0xC0) == 0x80) --end;  // inside of a character
    out_.resize(end);
    return std::move(out_ += rest);
  }

 private:
  [[nodiscard]] bool is_full() const noexcept { return out_.size() > longest; }

  void write_elements(const boost::json::array& values, int depth) {
    bool is_first = true;
    for (const boost::json::value& value : values) {
      if (is_full()) return;
      if (!std::exchange(is_first, false)) out_ += ", ";
      write(value, depth);
    }
  }

  void write(const boost::json::value& value, int depth) {
    switch (value.kind()) {
      case boost::json::kind::null: out_ += "None"; return;
      case boost::json::kind::bool_: out_ += value.get_bool() ? "True" : "False"; return;
      case boost::json::kind::int64: write_number(value.get_int64()); return;
      case boost::json::kind::uint64: write_number(value.get_uint64()); return;
      case boost::json::kind::double_: write_double(value.get_double()); return;
      case boost::json::kind::string: write_text(value.get_string()); return;
      default: break;
    }
    if (depth >= deepest) {
      out_ += rest;
    } else if (value.is_object()) {
      write_object(value.get_object(), depth);
    } else {
      out_ += '[';
      write_elements(value.get_array(), depth + 1);
      out_ += ']';
    }
  }

  template <class Number>
  void write_number(Number number) {
    char digits[32];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  }

  /// Python writes an exponent below 1e-4 and from 1e16 on, and a point otherwise.
  void write_double(double number) {
    const double size = std::abs(number);
    const bool is_plain = size == 0 || (size >= 1e-4 && size < 1e16);
    char digits[40];
    char* const end =
        std::to_chars(digits, digits + sizeof digits, number,
                      is_plain ? std::chars_format::fixed : std::chars_format::scientific)
            .ptr;
    out_.append(digits, end);
    if (is_plain && std::find(digits, end, '.') == end) out_ += ".0";
  }

  void write_text(std::string_view text) {
    const bool has_single = text.find('\'') != std::string_view::npos;
    const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
    out_ += quote;
    for (const char c : text.substr(0, longest)) write_character(c, quote);
    out_ += quote;
  }

  void write_character(char c, char quote) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out_ += "\\n";
    } else if (c == '\r') {
      out_ += "\\r";
    } else if (c == '\t') {
      out_ += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      (out_ += "\\x") += {hex[byte >> 4], hex[byte & 15]};
    } else {
      if (c == quote || c == '\\') out_ += '\\';
      out_ += c;
    }
  }

  std::string out_;
};
// NOLINTEND(misc-no-recursion)

}  // namespace

std::string repr_of_args(const boost::json::array& args) {
  Writer writer;
  writer.write_tuple(args);
  return std::move(writer).finish();
}

std::string repr_of_kwargs(const boost::json::object& kwargs) {
  Writer writer;
  writer.write_object(kwargs, 0);
  return std::move(writer).finish();
}

}  // namespace baton::celery::internal
