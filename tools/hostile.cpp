// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/hostile.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "baton/registry.hpp"
#include "text/hex.hpp"
#include "tools/commands.hpp"

namespace baton::tool {
namespace {

using testing::Draw;
using testing::FieldList;
using testing::HostileRequest;

bool has_any(const FieldList& fields, std::string_view in_names, std::string_view in_values) {
  return std::any_of(fields.begin(), fields.end(), [&](const auto& field) {
    return field.first.find_first_of(in_names) != std::string::npos ||
           field.second.find_first_of(in_values) != std::string::npos;
  });
}

std::string title(const HostileRequest& request) { return request.format + ": " + request.attacks; }

/// A form in which requests are printed.
struct Form {
  std::string_view name;
  std::string_view cannot_say;
  std::string_view first_line;
  bool (*says)(const FieldList& fields);
  void (*append)(const HostileRequest& request, std::string& out);
};

bool says_lines(const FieldList& fields) { return !has_any(fields, ":\n", "\n"); }

void append_lines(const HostileRequest& request, std::string& out) {
  out += "# " + title(request) + "\n";
  for (const auto& [name, value] : request.fields) out.append(name + ": ").append(value) += '\n';
  out += '\n';
}

void append_quoted(std::string_view text, std::string& out) {
  out += '\'';
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  out += '\'';
}

/// curl reads a file if the first character is "@", and sends no field without a value unless a
/// semicolon stands for the colon.
bool says_curl(const FieldList& fields) {
  using namespace std::string_view_literals;
  return !has_any(fields, ":;\r\n\0"sv, "\r\n\0"sv) &&
         std::none_of(fields.begin(), fields.end(), [](const auto& field) {
           return field.first.empty() || field.first.starts_with('@');
         });
}

void append_curl(const HostileRequest& request, std::string& out) {
  // What is printed of the transfer has escapes of its own.
  std::string words = "%{http_code} ";
  for (const char c : title(request)) {
    if (c == '%') words += '%';
    if (c == '\\') words += '\\';
    words += c;
  }
  out += "curl -sS -m 10 -o /dev/null -w ";
  append_quoted(words + "\\n", out);
  for (const auto& [name, value] : request.fields) {
    out += " -H ";
    const bool is_blank = value.find_first_not_of(" \t") == std::string::npos;
    std::string field = name;
    if (is_blank) {
      field += ';';
    } else {
      field.append(": ").append(value);
    }
    append_quoted(field, out);
  }
  out += " \"$URL\"\n";
}

/// A character for each byte.
void append_json_string(std::string_view bytes, std::string& out) {
  out += '"';
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\') {
      out.append("\\u00") += detail::hex::to_char(byte >> 4U);
      out += detail::hex::to_char(byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_json(const HostileRequest& request, std::string& out) {
  out += "{\"format\":";
  append_json_string(request.format, out);
  out += ",\"attacks\":";
  append_json_string(request.attacks, out);
  out += ",\"fields\":[";
  for (const auto& [name, value] : request.fields) {
    if (out.back() == ']') out += ',';
    out += '[';
    append_json_string(name, out);
    out += ',';
    append_json_string(value, out);
    out += ']';
  }
  out += "]}\n";
}

void append_http(const HostileRequest& request, std::string& out) {
  out += "GET / HTTP/1.1\r\nHost: localhost\r\nX-Hostile: " + title(request) + "\r\n";
  for (const auto& [name, value] : request.fields) out.append(name + ": ").append(value) += "\r\n";
  out += "\r\n";
}

constexpr Form forms[] = {
    {"lines", "a line break, or a colon in a name", "", says_lines, append_lines},
    {"curl", "a line break, a zero byte, or such a name",
     ": \"${URL:?set it to the address of the service}\"\n", says_curl, append_curl},
    {"json", "", "", [](const FieldList&) { return true; }, append_json},
    {"http", "a line break, or a colon in a name", "", says_lines, append_http},
};

/// Writes requests up to a number.
class Printer {
 public:
  Printer(const Form& form, std::uint64_t wanted, FunctionRef<bool(std::string_view)> write)
      : form_(&form), wanted_(wanted), write_(write), is_read_(write(form.first_line)) {}

  [[nodiscard]] bool is_done() const { return printed_ >= wanted_ || !is_read_; }

  void print(const HostileRequest& request) {
    if (!form_->says(request.fields)) {
      ++left_out_;
      return;
    }
    text_.clear();
    form_->append(request, text_);
    is_read_ = write_(text_);
    ++printed_;
  }

  [[nodiscard]] Outcome outcome() const {
    Outcome outcome;
    if (left_out_ != 0) {
      outcome.err = complaint(std::to_string(left_out_) +
                              " cases are left out, since --as=" + std::string(form_->name) +
                              " cannot say " + std::string(form_->cannot_say));
    }
    return outcome;
  }

 private:
  const Form* form_;
  std::uint64_t wanted_;
  FunctionRef<bool(std::string_view)> write_;
  bool is_read_;
  std::uint64_t printed_ = 0;
  std::uint64_t left_out_ = 0;
  std::string text_;
};

}  // namespace

Outcome run_hostile(const Arguments& arguments, FunctionRef<bool(std::string_view)> write) {
  std::vector<std::string_view> formats;
  for (const RegisteredPropagator& known : registered_propagators()) {
    if (arguments.format == "all" || arguments.format == known.traits.name) {
      formats.push_back(known.traits.name);
    }
  }
  const Form& form =
      *std::find_if(std::begin(forms), std::end(forms),
                    [&arguments](const Form& each) { return each.name == arguments.as; });
  Printer printer(form, arguments.count.value_or(std::numeric_limits<std::uint64_t>::max()), write);
  for (const std::string_view format : formats) {
    for (const HostileRequest& request : testing::hostile_catalog(format)) {
      if (printer.is_done()) return printer.outcome();
      printer.print(request);
    }
  }
  if (!arguments.count) return printer.outcome();
  Draw draw(arguments.seed);
  while (!printer.is_done()) {
    const std::string_view format = formats[draw.number(0, formats.size() - 1)];
    printer.print(testing::draw_hostile_request(format, draw));
  }
  return printer.outcome();
}

}  // namespace baton::tool
