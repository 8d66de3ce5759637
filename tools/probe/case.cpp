// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/case.hpp"

#include <algorithm>

#include "text/chars.hpp"
#include "tools/join.hpp"

namespace baton::tool::probe {
namespace {

void add_phrase(std::string& out, std::string_view phrase) {
  if (!out.empty()) out += "; ";
  out += phrase;
}

void add_list(std::string& out, std::string_view name, const ExpectedList& list) {
  if (list.keep == Keep::any) return;
  const std::string members = join(list.members);
  std::string phrase(name);
  if (members.empty()) {
    phrase += ": nothing of what was sent";
  } else {
    phrase.append(list.keep == Keep::exactly ? ": " : ": at most ").append(members);
  }
  add_phrase(out, phrase);
}

}  // namespace

Header split_line(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return {std::string(line), {}};
  return {std::string(line.substr(0, colon)), std::string(detail::trim(line.substr(colon + 1)))};
}

std::vector<std::string_view> members_of(std::string_view list) {
  std::vector<std::string_view> members;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view member = detail::trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!member.empty()) members.push_back(member);
  }
  return members;
}

std::string shortened(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  return std::string(text.substr(0, max_bytes))
      .append("... (")
      .append(std::to_string(text.size()))
      .append(" bytes)");
}

std::string describe(const Case& expected) {
  std::string out;
  switch (expected.trace) {
    case Trace::any: break;
    case Trace::continued: add_phrase(out, "continues trace " + expected.trace_id); break;
    case Trace::continued_or_none:
      add_phrase(out, "continues trace " + expected.trace_id + ", or sends none");
      break;
    case Trace::not_continued: add_phrase(out, "a new trace, or none"); break;
  }
  if (expected.sampling) {
    add_phrase(out, "sampling: " + std::string(to_string(*expected.sampling)));
  }
  if (expected.random) add_phrase(out, *expected.random ? "random flag set" : "random flag clear");
  add_list(out, "tracestate", expected.tracestate);
  add_list(out, "baggage", expected.baggage);
  if (expected.may_refuse) add_phrase(out, "or refuses the request");
  return out.empty() ? "well-formed fields, or none" : out;
}

std::string_view to_string(Level level) noexcept {
  switch (level) {
    case Level::must: return "must";
    case Level::should: return "should";
    case Level::choice: return "choice";
  }
  return "";
}

}  // namespace baton::tool::probe
