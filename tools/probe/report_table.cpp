// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "tools/escape.hpp"
#include "tools/padded.hpp"
#include "tools/probe/report.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::size_t max_columns = 160;  // of a value
constexpr std::size_t max_lines = 6;      // of a request
constexpr std::size_t max_rows = 3;       // of one mistake that is not the case's own

/// At most that many columns, and how long it was.
std::string cut(std::string_view text) {
  // A byte takes up to four columns.
  std::string out = escape(text.substr(0, max_columns));
  if (text.size() <= max_columns && out.size() <= max_columns) return out;
  out.resize(std::min(out.size(), max_columns));
  return out + "... (" + std::to_string(text.size()) + " bytes)";
}

std::string number(std::size_t value, std::size_t width) {
  const std::string text = std::to_string(value);
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string mark(Grade grade, const Paint& paint) {
  switch (grade) {
    case Grade::passed: return paint.good("ok  ");
    case Grade::noted: return paint.faint("NOTE");
    case Grade::warned: return paint.strong("WARN");
    case Grade::failed: return paint.bad("FAIL");
    case Grade::not_run: return paint.faint("----");
  }
  return {};
}

class Table {
 public:
  Table(const Report& report, const Paint& paint, bool verbose)
      : report_(report), paint_(paint), verbose_(verbose) {}

  std::string write() {
    add_head();
    for (const Result& result : report_.results) add(result);
    add_left_out();
    add_summary();
    return std::move(out_);
  }

 private:
  void add_head() {
    out_.append("probe of ").append(paint_.strong(report_.url)).append("\n");
    out_.append("reads ").append(report_.read).append("; writes ").append(report_.written);
    out_.append("; --call=").append(report_.call).append("\n\n");
  }

  void add(const Result& result) {
    if (result.findings.empty() || !is_shown(result)) {
      if (verbose_) {
        out_.append(mark(result.grade, paint_)).append("  ").append(result.row->name) += '\n';
      }
      return;
    }
    out_.append(mark(result.grade, paint_)).append("  ");
    out_.append(paint_.strong(result.row->name)) += '\n';
    add_sent(result.row->lines);
    for (const Finding& finding : result.findings) add(finding);
    out_ += '\n';
  }

  /// A mistake of every case would hide the others.
  bool is_shown(const Result& result) {
    if (verbose_) return true;
    bool is_shown = false;
    const bool is_random = group_of(*result.row) == "random";
    for (const Finding& finding : result.findings) {
      if (finding.mistake->clause.empty() && !is_random) {
        is_shown = true;
        continue;
      }
      std::size_t& rows = rows_[{finding.mistake->name, is_random}];
      is_shown = is_shown || rows < max_rows;
      ++rows;
    }
    return is_shown;
  }

  void add_sent(const std::vector<std::string>& lines) {
    if (lines.empty()) add_line("sent", "no field of these formats");
    std::size_t shown = 0;
    for (std::size_t i = 0; i < lines.size();) {
      if (shown == max_lines) {
        add_line("", "and " + std::to_string(lines.size() - i) + " more fields");
        return;
      }
      std::size_t same = 1;
      while (i + same < lines.size() && lines[i + same] == lines[i]) ++same;
      const std::string times = same == 1 ? "" : " (" + std::to_string(same) + " times)";
      add_line(shown == 0 ? "sent" : "", cut(lines[i]) + times);
      i += same;
      ++shown;
    }
  }

  void add(const Finding& finding) {
    const bool fails =
        finding.level == Level::must || (finding.level == Level::should && report_.strict);
    const std::string_view name = finding.mistake->name;
    add_line("mistake", (fails ? paint_.bad(name) : paint_.strong(name)) + ": " +
                            std::string(finding.mistake->meaning));
    add_line("expected", cut(finding.expected));
    add_line("got", cut(finding.got));
    add_line("clause", finding.clause + ": " + std::string(probe::to_string(finding.level)));
  }

  void add_line(std::string_view label, const std::string& text) {
    out_.append("      ").append(paint_.faint(padded(label, 10))).append(text) += '\n';
  }

  void add_left_out() {
    bool is_first = true;
    for (const auto& [key, count] : rows_) {
      if (count <= max_rows) continue;
      out_.append(key.first).append(key.second ? ", in generated requests: " : ": ");
      out_.append(std::to_string(count)).append(" cases in all; --verbose shows them\n");
      is_first = false;
    }
    if (!is_first) out_ += '\n';
  }

  void add_summary() {
    std::vector<std::pair<std::string_view, std::array<std::size_t, grade_count>>> groups;
    std::array<std::size_t, grade_count> all{};
    for (const Result& result : report_.results) {
      const std::string_view group = group_of(*result.row);
      auto found = std::find_if(groups.begin(), groups.end(),
                                [group](const auto& known) { return known.first == group; });
      if (found == groups.end()) {
        found = groups.insert(groups.end(), {group, {}});
      }
      ++found->second[static_cast<std::size_t>(result.grade)];
      ++all[static_cast<std::size_t>(result.grade)];
    }
    groups.emplace_back("all", all);

    out_ += padded("", 12) + "  passed   noted  warned  failed  not run\n";
    for (const auto& [name, counts] : groups) {
      out_ += padded(name, 12);
      for (const std::size_t count : counts) out_ += number(count, 8);
      out_ += '\n';
    }
    out_ += '\n';
    const ParentIds& ids = report_.parent_ids;
    out_.append("parent ids: new in ").append(std::to_string(ids.fresh));
    out_.append(" calls, the caller's in ").append(std::to_string(ids.forwarded)) += '\n';
    if (report_.unknown_calls != 0) {
      out_.append("requests to the listener that belong to no case: ")
          .append(std::to_string(report_.unknown_calls)) += '\n';
    }
    const auto tenths = static_cast<std::size_t>(report_.seconds * 10);
    out_.append("seed ").append(std::to_string(report_.seed)).append(", ");
    out_.append(std::to_string(tenths / 10)).append(".").append(std::to_string(tenths % 10));
    out_ += " s\n";
    if (!report_.stopped.empty()) out_.append(paint_.bad("stopped: " + report_.stopped)) += '\n';
  }

  const Report& report_;
  const Paint& paint_;
  bool verbose_;
  std::string out_;
  std::map<std::pair<std::string_view, bool>, std::size_t> rows_;  // by mistake, and if random
};

}  // namespace

std::string to_table(const Report& report, const Paint& paint, bool verbose) {
  return Table(report, paint, verbose).write();
}

std::string to_list(const std::vector<Case>& cases) {
  std::size_t width = 0;
  for (const Case& row : cases) width = std::max(width, row.name.size());
  std::string out;
  for (const Case& row : cases) {
    out.append(padded(row.name, width)).append("  ").append(padded(to_string(row.level), 6));
    out.append("  ").append(row.clause) += '\n';
  }
  return out;
}

}  // namespace baton::tool::probe
