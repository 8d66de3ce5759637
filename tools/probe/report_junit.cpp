// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "tools/escape.hpp"
#include "tools/probe/report.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::size_t max_text = 2048;  // of a field that was sent

/// Text for XML 1.0, in which no control character may occur, nor U+FFFE and U+FFFF.
std::string xml(std::string_view text) {
  std::string out;
  const std::string readable = escape_controls(text);
  for (std::size_t i = 0; i < readable.size(); ++i) {
    const std::string_view piece = std::string_view(readable).substr(i, 3);
    if (piece == "\xef\xbf\xbe" || piece == "\xef\xbf\xbf") {
      out += escape(piece);
      i += 2;
      continue;
    }
    const char c = readable[i];
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

void add_attribute(std::string& out, std::string_view name, std::string_view value) {
  out.append(" ").append(name).append("=\"").append(xml(value)).append("\"");
}

void add_details(std::string& out, const Result& result) {
  for (const std::string& line : result.row->lines)
    out.append("sent: ").append(xml(shortened(line, max_text))) += '\n';
  for (const Finding& finding : result.findings) {
    out.append(finding.mistake->name).append(": ").append(finding.mistake->meaning) += '\n';
    out.append("expected: ").append(xml(finding.expected)) += '\n';
    out.append("got: ").append(xml(finding.got)) += '\n';
    out.append("clause: ").append(xml(finding.clause)).append(", ");
    out.append(to_string(finding.level)) += '\n';
  }
}

void add_case(std::string& out, const Result& result) {
  out += "    <testcase";
  add_attribute(out, "classname", "baton.probe." + std::string(group_of(*result.row)));
  add_attribute(out, "name", result.row->name);
  add_attribute(out, "time", std::to_string(result.seen->seconds));
  out += ">\n";
  if (result.grade == Grade::failed) {
    std::string names;
    for (const Finding& finding : result.findings) {
      if (!names.empty()) names += ", ";
      names += finding.mistake->name;
    }
    out += "      <failure";
    add_attribute(out, "type", result.findings.front().mistake->name);
    add_attribute(out, "message", names);
    out += ">";
    add_details(out, result);
    out += "</failure>\n";
  } else if (result.grade == Grade::not_run) {
    out += "      <skipped/>\n";
  } else if (result.grade == Grade::warned || result.grade == Grade::noted) {
    out += "      <system-out>";
    add_details(out, result);
    out += "</system-out>\n";
  }
  out += "    </testcase>\n";
}

void add_suite(std::string& out, std::span<const Result> results) {
  const auto count = [results](Grade grade) {
    return std::to_string(
        std::count_if(results.begin(), results.end(),
                      [grade](const Result& result) { return result.grade == grade; }));
  };
  out += "  <testsuite";
  add_attribute(out, "name", group_of(*results.front().row));
  add_attribute(out, "tests", std::to_string(results.size()));
  add_attribute(out, "failures", count(Grade::failed));
  add_attribute(out, "errors", "0");
  add_attribute(out, "skipped", count(Grade::not_run));
  out += ">\n";
  for (const Result& result : results) add_case(out, result);
  out += "  </testsuite>\n";
}

}  // namespace

std::string to_junit(const Report& report) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites";
  add_attribute(out, "name", "baton probe " + report.url);
  out += ">\n";
  // Cases of one group follow one another.
  std::span<const Result> rest = report.results;
  while (!rest.empty()) {
    const std::string_view group = group_of(*rest.front().row);
    const auto end = std::find_if(rest.begin(), rest.end(), [group](const Result& result) {
      return group_of(*result.row) != group;
    });
    const auto size = static_cast<std::size_t>(end - rest.begin());
    add_suite(out, rest.first(size));
    rest = rest.subspan(size);
  }
  if (!report.stopped.empty()) {
    out +=
        "  <testsuite name=\"run\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n"
        "    <testcase classname=\"baton.probe\" name=\"run\"><error";
    add_attribute(out, "message", "stopped: " + report.stopped);
    out += "/></testcase>\n  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace baton::tool::probe
