// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/random_cases.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

#include "baton/testing/hostile.hpp"
#include "baton/testing/mutation.hpp"
#include "tools/fields.hpp"
#include "tools/probe/verdict.hpp"

namespace baton::tool::probe {
namespace {

using testing::FieldList;
using testing::Mutation;

/// Many servers read no more than 8 KiB of one field, or of all.
constexpr std::size_t max_bytes_for_all = 4096;
// What each service should send on: Trace Context L2 §3.3.3.1, W3C Baggage §3.3.2.
constexpr std::size_t max_state_bytes = 512;
constexpr std::size_t max_sure_members = 64;

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; });
}

class Generator {
 public:
  Generator(const PropagatorChain& read, std::uint64_t seed) : read_(read), draw_(seed) {}

  Case make(std::size_t number) {
    Case row;
    std::string digits = std::to_string(number);
    digits.insert(0, 4 - std::min<std::size_t>(4, digits.size()), '0');
    row.name = "random/" + digits + "-" + add_lines(row);
    std::replace(row.name.begin(), row.name.end(), '_', '-');
    expect(row);
    return row;
  }

 private:
  /// Fields of one format, mostly with one change, and often baggage beside them. The name of the
  /// change.
  std::string add_lines(Case& row) {
    const auto readers = read_.readers();
    const auto& traits = readers[draw_.number(0, readers.size() - 1)]->traits();
    const std::string_view format = traits.name;
    std::string change = "valid";
    is_valid_ = true;
    is_repeated_ = false;
    is_beyond_limits_ = false;
    FieldList fields;
    if (draw_.one_in(8)) {
      fields = testing::draw_valid_fields(format, draw_).fields;
    } else {
      testing::NearlyValid drawn = testing::draw_nearly_valid(format, draw_);
      while (!testing::fits_http(drawn.fields)) drawn = testing::draw_nearly_valid(format, draw_);
      change = name(drawn.mutation);
      is_valid_ = false;
      is_beyond_limits_ = drawn.mutation == Mutation::members_over_limit ||
                          drawn.mutation == Mutation::bytes_over_limit;
      is_repeated_ = drawn.mutation == Mutation::member_repeated ||
                     drawn.mutation == Mutation::field_repeated ||
                     drawn.mutation == Mutation::field_contradicted;
      fields = std::move(drawn.fields);
    }
    // A specification says what a valid request means, and Trace Context what a bad one does.
    const bool is_decided = is_valid_ || (format == "tracecontext" && !is_repeated_);
    row.level = is_decided ? Level::should : Level::choice;
    row.clause = is_decided ? "generated: " + std::string(traits.specification)
                            : "generated: as Baton reads it (docs/wire-formats.md)";
    const bool reads_baggage = std::any_of(readers.begin(), readers.end(), [](const auto& reader) {
      return reader->traits().name == "baggage";
    });
    if (reads_baggage && format != "baggage" && draw_.one_in(2)) {
      const FieldList baggage = testing::draw_valid_fields("baggage", draw_).fields;
      fields.insert(fields.end(), baggage.begin(), baggage.end());
    }
    std::size_t bytes = 0;
    for (const auto& [name, value] : fields) {
      bytes += name.size() + value.size();
      row.may_refuse = row.may_refuse || has_control_character(value);
      row.lines.push_back(std::string(name).append(": ").append(value));
    }
    row.may_refuse = row.may_refuse || bytes > max_bytes_for_all;
    return change;
  }

  /// Members that share a key may be merged.
  static Keep keep_of(const std::vector<std::string>& members) {
    std::unordered_set<std::string> keys;
    for (const std::string& member : members) {
      if (!keys.insert(member.substr(0, member.find('='))).second) return Keep::at_most;
    }
    return Keep::exactly;
  }

  /// A service with Datadog's format may write its own member anew.
  Keep keep_state_of(const Context& context) const {
    if (!context.span_context().is_valid()) return Keep::at_most;
    if (context.span_context().trace_state.get("dd")) return Keep::any;
    return is_repeated_ ? Keep::at_most : Keep::exactly;
  }

  void expect(Case& row) const {
    std::vector<Header> sent;
    sent.reserve(row.lines.size());
    for (const std::string& line : row.lines) sent.push_back(split_line(line));
    Fields fields;
    for (const auto& [name, value] : sent) fields.add({name, value});
    const Context context = read_.extract(fields);
    const bool has_span = context.span_context().is_valid();
    if (has_span) {
      // Formats of 64 bits cannot say a trace id whose low half is zero.
      const bool has_low_half = context.trace_id().low() != 0;
      row.trace = has_low_half ? Trace::continued : Trace::continued_or_none;
      row.span_id = context.span_context().span_id.to_string();
      row.sampling = context.sampling();
    } else {
      row.trace = context.trace_id().is_valid() ? Trace::continued_or_none : Trace::not_continued;
    }
    row.trace_id = context.trace_id().to_string();
    const std::string_view state = context.span_context().trace_state.header();
    row.tracestate.keep = keep_state_of(context);
    const std::vector<std::string_view> members = members_of(state);
    row.tracestate.members.assign(members.begin(), members.end());
    if (!is_valid_ || state.size() > max_state_bytes) row.tracestate.level = Level::choice;
    std::string baggage(context.baggage().header());
    // A service may send on more than Baton does.
    if (is_beyond_limits_) baggage = join_values(sent, "baggage");
    const std::vector<std::string_view> entries = members_of(baggage);
    row.baggage.members.assign(entries.begin(), entries.end());
    row.baggage.keep = is_beyond_limits_ ? Keep::at_most : keep_of(row.baggage.members);
    const bool must_keep = is_valid_ && row.baggage.keep == Keep::exactly &&
                           baggage.size() <= BaggageLimits().max_bytes &&
                           row.baggage.members.size() <= max_sure_members;
    if (!must_keep) row.baggage.level = Level::choice;
  }

  const PropagatorChain& read_;
  testing::Draw draw_;
  bool is_valid_ = true;
  bool is_repeated_ = false;
  bool is_beyond_limits_ = false;
};

}  // namespace

void add_random_cases(std::vector<Case>& cases, const PropagatorChain& read, std::size_t count,
                      std::uint64_t seed) {
  Generator generator(read, seed);
  for (std::size_t i = 0; i < count; ++i) cases.push_back(generator.make(i));
}

}  // namespace baton::tool::probe
