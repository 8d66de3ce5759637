// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "baton/detail/ascii.hpp"
#include "baton/registry.hpp"
#include "tools/commands.hpp"
#include "tools/escape.hpp"
#include "tools/excerpt.hpp"
#include "tools/explain.hpp"
#include "tools/extraction.hpp"

namespace baton::tool {
namespace {

constexpr std::size_t line_width = 80;
constexpr std::size_t max_lines_per_format = 20;
constexpr std::size_t max_unknown_names = 12;

using Issue = ExtractReport::Issue;

/// A format and those of the request's fields that are its own.
struct Group {
  PropagatorChain::Entry format;
  Fields fields;
};

/// The format that writes the field, or else one that reads it.
Group* find_owner(std::vector<Group>& groups, const Field& field) {
  const auto writes = [&field](const Group& group) {
    const auto names = group.format->traits().fields;
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
      return detail::equals_ignoring_case(field.name, name);
    });
  };
  const auto reads = [&field](const Group& group) {
    return group.format->traits().owns(field.name);
  };
  auto owner = std::find_if(groups.begin(), groups.end(), writes);
  if (owner == groups.end()) owner = std::find_if(groups.begin(), groups.end(), reads);
  return owner != groups.end() ? &*owner : nullptr;
}

/// The place of an issue: an index among the fields, and a byte of that field's value.
struct Place {
  std::size_t field;
  std::size_t offset;
};

/// Nothing if the field is absent, or only the prefix of its name is known. Offsets count the
/// instances of a field as joined by one comma each.
std::optional<Place> find_place(const Fields& fields, const Issue& issue) {
  bool is_second_wanted = issue.error.code == ErrorCode::repeated_field;
  std::size_t offset = issue.error.offset;
  for (std::size_t i = 0; i < fields.all().size(); ++i) {
    const Field& field = fields.all()[i];
    if (!detail::equals_ignoring_case(field.name, issue.field)) continue;
    if (is_second_wanted) {
      is_second_wanted = false;
    } else if (offset <= field.value.size()) {
      return Place{i, offset};
    } else {
      offset -= field.value.size() + 1;
    }
  }
  return std::nullopt;
}

class Printer {
 public:
  explicit Printer(const Paint& paint) : paint_(paint) {}

  void heading(std::string_view text) {
    if (!out_.empty()) out_ += '\n';
    out_.append(paint_.strong(text)) += '\n';
  }
  void field(const Field& field) { value(field, 0); }

  /// The field with a caret below the place and a sentence below that.
  void field(const Field& field, const Issue& issue, std::size_t offset) {
    const std::size_t column = value(field, offset);
    out_.append(column, ' ').append(paint_.bad("^")) += '\n';
    sentence("byte " + std::to_string(offset) + ": ", issue);
  }
  /// An issue without a place: the field is absent, or a format reports only a prefix.
  void elsewhere(const Issue& issue) {
    const bool is_family = issue.field.ends_with('-');
    out_.append("  ").append(issue.field).append(": ");
    out_.append(paint_.faint(is_family ? "(one of the fields with this prefix)" : "(absent)")) +=
        '\n';
    sentence({}, issue);
  }
  void note(std::string_view text) { out_.append("  ").append(paint_.faint(text)) += '\n'; }
  void add(std::string_view text) { out_ += text; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  /// Returns the column of the byte at `offset`. Does not print the same line twice.
  std::size_t value(const Field& field, std::size_t offset) {
    const std::string name = make_excerpt(field.name, 0, line_width / 2).text;
    const std::size_t indent = 2 + name.size() + 2;
    const Excerpt excerpt = make_excerpt(field.value, offset, line_width - indent);
    const bool is_again = field.value.data() == last_value_ && excerpt.text == last_text_;
    last_value_ = field.value.data();
    last_text_ = excerpt.text;
    if (!is_again) {
      out_.append("  ").append(paint_.strong(name)).append(": ").append(excerpt.text) += '\n';
    }
    return indent + excerpt.column;
  }

  void sentence(std::string place, const Issue& issue) {
    place.append(to_string(issue.error.code)).append("; ").append(consequence(issue));
    out_.append("  ").append(paint_.bad(place)) += '\n';
  }

  const Paint& paint_;
  std::string out_;
  const char* last_value_ = nullptr;
  std::string last_text_;
};

/// Prints the fields of a format, each with its issues.
void print_fields(Printer& printer, const Fields& fields, const ExtractReport& report) {
  std::vector<std::optional<Place>> places;
  for (const Issue& issue : report.issues()) places.push_back(find_place(fields, issue));

  std::size_t lines = 0;
  std::size_t hidden = 0;
  for (std::size_t index = 0; index < fields.all().size(); ++index) {
    const Field& field = fields.all()[index];
    bool is_good = true;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::optional<Place>& place = places[i];
      if (!place || place->field != index) continue;
      printer.field(field, report.issues()[i], place->offset);
      is_good = false;
    }
    if (!is_good) continue;
    if (lines++ < max_lines_per_format) {
      printer.field(field);
    } else {
      ++hidden;
    }
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!places[i]) printer.elsewhere(report.issues()[i]);
  }
  if (hidden != 0) printer.note("and " + std::to_string(hidden) + " more fields");
  if (const std::size_t more = report.issue_count() - places.size(); more != 0) {
    printer.note("and " + std::to_string(more) + " more issues");
  }
}

void print_unknown(Printer& printer, const Fields& unknown, const Paint& paint) {
  if (unknown.all().empty()) return;
  printer.heading("unknown fields");
  std::string names;
  const std::size_t shown = std::min(unknown.all().size(), max_unknown_names);
  for (const Field& field : unknown.all().first(shown)) {
    if (!names.empty()) names += ", ";
    names += make_excerpt(field.name, 0, line_width / 2).text;
  }
  if (unknown.all().size() > shown) {
    names += ", and " + std::to_string(unknown.all().size() - shown) + " more";
  }
  printer.add("  " + paint.faint(names) + "\n");
}

}  // namespace

Outcome run_inspect(const Fields& fields, const Paint& paint) {
  std::vector<Group> groups;
  for (const RegisteredPropagator& known : registered_propagators()) {
    groups.push_back({known.make({}), {}});
  }
  Fields unknown;
  for (const Field& field : fields.all()) {
    Group* const owner = find_owner(groups, field);
    (owner != nullptr ? owner->fields : unknown).add(field);
  }

  Printer printer(paint);
  std::vector<PropagatorChain::Entry> entries;
  for (const Group& group : groups) {
    if (group.fields.all().empty()) continue;
    entries.push_back(group.format);
    printer.heading(group.format->traits().name);
    ExtractReport report;
    Context context;
    const Extracted found = group.format->extract(group.fields, context, &report);
    print_fields(printer, group.fields, report);
    printer.add(explain_format(*group.format, group.fields, found, context, paint));
  }
  print_unknown(printer, unknown, paint);
  printer.heading("the request as a whole");
  // The first format wins: W3C before the formats that a service still reads beside it.
  const PropagatorChain chain(entries, ExtractionPolicy::first_match);
  printer.add(explain_request(extract(chain, fields), paint));
  return {Status::done, printer.take(), {}};
}

}  // namespace baton::tool
