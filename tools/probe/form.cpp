// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <optional>
#include <unordered_set>

#include "baton/baggage.hpp"
#include "baton/detail/ascii.hpp"
#include "baton/traceparent.hpp"
#include "baton/tracestate.hpp"
#include "text/chars.hpp"
#include "text/hex.hpp"
#include "tools/fields.hpp"
#include "tools/probe/verdict.hpp"

namespace baton::tool::probe {
namespace {

constexpr BaggageLimits no_limits{std::numeric_limits<std::size_t>::max(),
                                  std::numeric_limits<std::size_t>::max()};

std::vector<std::string_view> values_of(const std::vector<Header>& fields, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [known, value] : fields) {
    if (detail::equals_ignoring_case(known, name)) values.push_back(value);
  }
  return values;
}

std::vector<Header> sent_fields(const Case& sent) {
  std::vector<Header> fields;
  fields.reserve(sent.lines.size());
  for (const std::string& line : sent.lines) fields.push_back(split_line(line));
  return fields;
}

void judge_traceparent(Verdict& verdict, const std::vector<Header>& fields, bool may_pass_on) {
  const std::size_t count = count_fields(fields, "traceparent");
  const std::string value = join_values(fields, "traceparent");
  if (count == 0) return;
  // A service that passes all on, as a proxy does, need not look into it.
  const bool is_passed = may_pass_on && is_passed_on(verdict.expected(), fields);
  const auto add = [&](const Mistake& mistake, std::string_view wanted, const std::string& got) {
    if (is_passed) {
      verdict.add(mistake, Level::choice, std::string(baton_rules::traceparent), wanted, got);
    } else {
      verdict.add(mistake, wanted, got);
    }
  };
  if (count > 1) {
    add(mistakes::traceparent_repeated, "one traceparent", std::to_string(count) + ": " + value);
    return;
  }
  if (const auto parsed = Traceparent::parse(value); !parsed) {
    add(mistakes::traceparent_malformed, "55 characters, as in version 00",
        value + " (" + parsed.error().message() + ")");
    return;
  }
  if (!value.starts_with("00")) {
    add(mistakes::traceparent_version, "version 00", value);
    return;
  }
  if (detail::hex::digit(value[53]) != 0 || detail::hex::digit(value[54]) > 3) {
    add(mistakes::traceparent_flags, "flags 00 to 03", value);
  }
}

std::vector<std::string_view> keys_of(std::string_view list) {
  std::vector<std::string_view> keys = members_of(list);
  for (std::string_view& key : keys) key = detail::trim(key.substr(0, key.find('=')));
  return keys;
}

/// Whether each member that `is_bad` came so. Who validates nothing sends it on; who makes it has
/// made a mistake.
template <class IsBad>
bool came_so(std::string_view got, std::string_view sent, IsBad is_bad) {
  const auto came = members_of(sent);
  const std::unordered_set<std::string_view> known(came.begin(), came.end());
  const auto members = members_of(got);
  return std::all_of(members.begin(), members.end(), [&](std::string_view member) {
    return known.contains(member) || !is_bad(member);
  });
}

std::optional<std::string_view> find_twin(const std::vector<std::string_view>& keys) {
  std::unordered_set<std::string_view> seen;
  for (const std::string_view key : keys) {
    if (!seen.insert(key).second) return key;
  }
  return std::nullopt;
}

void judge_no_member_smuggled(Verdict& verdict, const std::vector<std::string_view>& keys,
                              std::string_view value) {
  if (std::find(keys.begin(), keys.end(), "smuggled") != keys.end()) {
    verdict.add(mistakes::member_smuggled, "no member 'smuggled'", std::string(value));
  }
}

void judge_tracestate_form(Verdict& verdict, const std::vector<Header>& fields) {
  const std::string value = join_values(fields, "tracestate");
  const std::string sent = join_values(sent_fields(verdict.expected()), "tracestate");
  const auto keys = keys_of(value);
  if (keys.empty()) return;
  if (count_fields(fields, "traceparent") == 0) {
    verdict.add(mistakes::tracestate_without_traceparent, "no tracestate alone",
                "tracestate: " + value);
  }
  judge_no_member_smuggled(verdict, keys, value);
  if (is_tracestate_passed_on(verdict.expected(), fields)) return;
  const auto add = [&](const Mistake& mistake, bool is_own, std::string_view wanted,
                       const std::string& got) {
    if (is_own) {
      verdict.add(mistake, wanted, got);
    } else {
      verdict.add(mistake, Level::choice, std::string(baton_rules::tracestate), wanted, got);
    }
  };
  if (const auto parsed = TraceState::parse(value); !parsed) {
    const bool fits = keys.size() <= std::max(TraceState::max_members, keys_of(sent).size());
    const bool came = fits && came_so(value, sent, [](std::string_view member) {
                        return !TraceState::parse(member);
                      });
    add(mistakes::tracestate_malformed, !came, "members as in the grammar, at most 32",
        value + " (" + parsed.error().message() + ")");
  }
  if (const auto twin = find_twin(keys)) {
    const auto came = keys_of(sent);
    const bool is_own =
        std::count(keys.begin(), keys.end(), *twin) > std::count(came.begin(), came.end(), *twin);
    add(mistakes::tracestate_repeats_key, is_own, "each key once",
        std::string(*twin) + " twice in " + value);
  }
}

ParseError find_error_in_baggage(std::string_view text) {
  ParseError error;
  static_cast<void>(Baggage::parse(text, no_limits, [&error](ParseError found) {
    if (!error) error = found;
  }));
  return error;
}

void judge_baggage_form(Verdict& verdict, const std::vector<Header>& fields) {
  const std::string value = join_values(fields, "baggage");
  const std::string sent = join_values(sent_fields(verdict.expected()), "baggage");
  if (const ParseError error = find_error_in_baggage(value)) {
    const std::string got = value + " (" + error.message() + ")";
    constexpr std::string_view wanted = "members as in the grammar";
    const auto is_bad = [](std::string_view member) {
      return static_cast<bool>(find_error_in_baggage(member));
    };
    if (came_so(value, sent, is_bad)) {
      verdict.add(mistakes::baggage_malformed, Level::choice, std::string(baton_rules::baggage),
                  wanted, got);
    } else {
      verdict.add(mistakes::baggage_malformed, wanted, got);
    }
  }
  judge_no_member_smuggled(verdict, keys_of(value), value);
}

void judge_names(Verdict& verdict, const std::vector<Header>& fields) {
  for (const auto& [name, value] : fields) {
    for (const std::string_view known : {"traceparent", "tracestate", "baggage"}) {
      if (!detail::is_lowercase(name) && detail::equals_ignoring_case(name, known)) {
        verdict.add(mistakes::name_not_lowercase, std::string(known), name);
      }
    }
  }
}

void judge_other_format(Verdict& verdict, const std::vector<Header>& arrived,
                        const Propagator& propagator, bool may_pass_on) {
  Fields fields;
  for (const auto& [name, value] : arrived) fields.add({name, value});
  Context context;
  ExtractReport report;
  propagator.extract(fields, context, &report);
  if (report.issue_count() == 0) return;
  const ExtractReport::Issue& issue = report.issues().front();
  const std::string value(fields.get(issue.field).value_or(""));
  const auto sent = sent_fields(verdict.expected());
  const auto came = [&](std::string_view name) {
    return values_of(arrived, name) == values_of(sent, name);
  };
  const auto names = propagator.traits().fields;
  const bool came_so = may_pass_on && std::all_of(names.begin(), names.end(), came);
  const Level level = came_so                                ? Level::choice
                      : issue.error.code == ErrorCode::empty ? Level::should
                                                             : Level::must;
  verdict.add(mistakes::field_malformed, level, std::string(propagator.traits().specification),
              "well-formed fields of " + std::string(propagator.traits().name),
              std::string(issue.field) + ": " + value + " (" + issue.error.message() + ")");
}

/// Readers take more than what may be written.
void judge_b3_sampled(Verdict& verdict, const std::vector<Header>& fields, bool may_pass_on) {
  const std::string value = join_values(fields, "x-b3-sampled");
  if (value.empty() || value == "0" || value == "1") return;
  const bool came_so =
      may_pass_on && value == join_values(sent_fields(verdict.expected()), "x-b3-sampled");
  verdict.add(mistakes::field_malformed, came_so ? Level::choice : Level::should,
              "B3: Sampling State", "0 or 1", "x-b3-sampled: " + value);
}

}  // namespace

std::size_t count_fields(const std::vector<Header>& fields, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(),
      [name](const Header& field) { return detail::equals_ignoring_case(field.first, name); }));
}

std::string join_values(const std::vector<Header>& fields, std::string_view name) {
  std::string out;
  bool is_first = true;
  for (const auto& [known, value] : fields) {
    if (!detail::equals_ignoring_case(known, name)) continue;
    if (!is_first) out += ',';
    is_first = false;
    out += value;
  }
  return out;
}

bool is_passed_on(const Case& expected, const std::vector<Header>& fields) {
  const std::vector<Header> sent = sent_fields(expected);
  const auto values = values_of(fields, "traceparent");
  return !values.empty() && values == values_of(sent, "traceparent");
}

bool is_tracestate_passed_on(const Case& expected, const std::vector<Header>& fields) {
  if (!is_passed_on(expected, fields)) return false;
  const std::string got = join_values(fields, "tracestate");
  const std::string sent = join_values(sent_fields(expected), "tracestate");
  return members_of(got) == members_of(sent);
}

void judge_form(Verdict& verdict, const std::vector<Header>& fields, const PropagatorChain& written,
                bool may_pass_on) {
  if (has_writer(written, "tracecontext")) {
    judge_traceparent(verdict, fields, may_pass_on);
    judge_tracestate_form(verdict, fields);
  }
  if (has_writer(written, "baggage")) judge_baggage_form(verdict, fields);
  if (has_writer(written, "b3multi")) judge_b3_sampled(verdict, fields, may_pass_on);
  judge_names(verdict, fields);
  for (const auto& writer : written.writers()) {
    const std::string_view name = writer->traits().name;
    if (name != "tracecontext" && name != "baggage")
      judge_other_format(verdict, fields, *writer, may_pass_on);
  }
}

void judge_smuggling(Verdict& verdict, const std::vector<Header>& fields) {
  for (const auto& [name, value] : fields) {
    if (detail::equals_ignoring_case(name, "x-smuggled")) {
      verdict.add(mistakes::field_smuggled, "no field of the name X-Smuggled",
                  std::string(name).append(": ").append(value));
    }
  }
}

}  // namespace baton::tool::probe
