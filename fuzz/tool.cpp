// SPDX-License-Identifier: Apache-2.0
#include "fuzz/input.hpp"
#include "laws/require.hpp"
#include "oracle/percent.hpp"
#include "tools/escape.hpp"
#include "tools/fields.hpp"
#include "tools/probe/url.hpp"

namespace {

using laws::require;
using laws::require_same;
namespace tool = baton::tool;

void check_fields(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> expected;
  bool is_valid = true;
  for (const std::string& line : oracle::split(text, '\n')) {
    if (line.empty()) break;
    if (line.starts_with("# ")) continue;
    std::string name;
    std::string value;
    is_valid = oracle::cut(line, ':', name, value);
    if (!is_valid) break;
    expected.emplace_back(name, value.starts_with(' ') ? value.substr(1) : value);
  }
  const auto fields = tool::parse_fields(text);
  require(fields.has_value() == is_valid, "each line has a colon");
  if (!fields) {
    require(fields.error().starts_with("line "), "an error names the line");
    return;
  }
  require(fields->all().size() == expected.size(), "as many fields as the reference reads");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    require_same(fields->all()[i].name, expected[i].first, "the name");
    require_same(fields->all()[i].value, expected[i].second, "the value");
  }
  tool::FieldWriter writer;
  for (const auto& [name, value] : expected) writer.set(name, value);
  const std::string written = writer.lines({});
  const auto again = tool::parse_fields(written);
  const bool is_comment = written.starts_with("# ") || written.find("\n# ") != std::string::npos;
  require(is_comment || again.has_value(), "what is written can be read");
  for (const auto& [name, value] : expected) {
    if (is_comment) break;
    const auto has_name = [&](const auto& one) {
      return oracle::ascii_lower(one.first) == oracle::ascii_lower(name);
    };
    const auto last = std::ranges::find_if(expected.rbegin(), expected.rend(), has_name);
    require(again->get(name) == last->second, "the last of a name is written");
  }
}

void check_url(const std::string& text) {
  const auto url = tool::probe::parse_url(text);
  const auto place = tool::probe::parse_host_and_port(text);
  require(!place || (!place->host.empty() && text.find(':') != std::string::npos), "both parts");
  if (!url) {
    require(!url.error().empty(), "an error has words");
    return;
  }
  require(url->port != 0 && !url->host.empty(), "there is a place to connect to");
  const std::string line = url->authority() + url->target;
  for (const char c : line) require(c > 0x20 && c < 0x7f, "it fits into a line of a request");
  require(url->target.front() == '/' && url->target.find('#') == std::string::npos,
          "the target is a path");
  const auto again = tool::probe::parse_url("http://" + line);
  require(
      again && again->host == url->host && again->port == url->port && again->target == url->target,
      "what it says is the same URL");
  const auto same = tool::probe::parse_host_and_port(url->authority());
  require(same && same->host == url->host && same->port == url->port, "so is its place");
}

/// The bytes that `escape` has written.
std::string unescaped(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
    } else if (text[i + 1] == '\\') {
      bytes += text[++i];
    } else {
      const int high = oracle::hex_value(text[i + 2]);
      bytes += static_cast<char>(high * 16 + oracle::hex_value(text[i + 3]));
      i += 3;
    }
  }
  return bytes;
}

void check_escape(const std::string& text) {
  const std::string escaped = tool::escape(text);
  std::size_t width = 0;
  for (const char c : text) width += tool::escaped_width(c);
  require(escaped.size() == width, "it has the width that was told");
  for (const char c : escaped) require(c >= 0x20 && c < 0x7f, "all of it is printable");
  require_same(unescaped(escaped), text, "no byte is lost");

  const std::string line = tool::escape_controls(text);
  require_same(unescaped(line), text, "no byte is lost");
  require_same(oracle::to_utf8(line), line, "it is UTF-8");
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    require(byte >= 0x20 && byte != 0x7f, "nothing controls a terminal");
    const bool is_c1 =
        byte == 0xc2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) < 0xa0;
    require(!is_c1, "nothing controls a terminal");
  }
}

}  // namespace

/// Choice 0: lines of fields, as of a file. 1: a URL. Others: a text to show.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string text = oracle::join(input.lines(), "\n");
  switch (input.choice()) {
    case 0: check_fields(text); break;
    case 1: check_url(text); break;
    default: check_escape(text);
  }
  return 0;
}
