// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/random_cases.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <unordered_set>

#include "tools/fields.hpp"

namespace baton::tool::probe {
namespace {

/// What parsers of these fields treat in a special way.
constexpr std::string_view tricky = "0aAfFgzZ-_,;=: \t%+\"\\.@*/~!";

class Generator {
 public:
  Generator(const PropagatorChain& read, std::uint64_t seed) : read_(read), random_(seed) {}

  Case make(std::size_t number) {
    Case row;
    lines_ = make_lines();
    const std::string_view change = lines_.empty() ? "empty" : mutate();
    row.lines.reserve(lines_.size());
    for (const auto& [name, value] : lines_)
      row.lines.push_back(std::string(name).append(":").append(value));
    std::string digits = std::to_string(number);
    digits.insert(0, 4 - std::min<std::size_t>(4, digits.size()), '0');
    row.name = "random/" + digits + "-" + std::string(change);
    row.clause = "generated: as Baton reads it (docs/wire-formats.md)";
    row.level = Level::should;
    expect(row);
    return row;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  char tricky_character() { return tricky[below(tricky.size())]; }

  std::string word(std::size_t max) {
    std::string out(1, static_cast<char>('a' + below(26)));
    for (std::size_t i = below(max); i > 0; --i) {
      out += "abcdefghijklmnopqrstuvwxyz0123456789_-"[below(38)];
    }
    return out;
  }

  Context make_context() {
    Context context;
    SpanContext ids{TraceId(random_() | 1U, random_() | 1U),
                    SpanId(random_() | 1U),
                    TraceFlags(static_cast<std::uint8_t>(below(4))),
                    true,
                    {}};
    for (std::size_t i = below(5); i > 0; --i) {
      ids.trace_state = ids.trace_state.set(word(8), word(12)).value_or(TraceState());
    }
    context.set_span_context(std::move(ids));
    BaggageBuilder baggage;
    for (std::size_t i = below(5); i > 0; --i) {
      const std::string value = word(6) + (below(2) == 0 ? " ,;" : "") + word(6);
      static_cast<void>(below(3) == 0 ? baggage.set(word(8), value, {{word(4), word(4)}})
                                      : baggage.set(word(8), value));
    }
    context.set_baggage(baggage.build());
    return context;
  }

  /// The fields of one format that has ids, and of baggage.
  std::vector<Header> make_lines() {
    const Context context = make_context();
    std::vector<PropagatorChain::Link> with_ids;
    std::vector<PropagatorChain::Link> others;
    for (const auto& reader : read_.readers()) {
      (reader->traits().says.ids ? with_ids : others).push_back(reader);
    }
    FieldWriter writer;
    if (!with_ids.empty()) with_ids[below(with_ids.size())]->inject(context, writer);
    for (const auto& other : others) other->inject(context, writer);
    const std::string text = writer.lines(read_.fields());
    std::vector<Header> lines;
    const auto fields = parse_fields(text);
    if (!fields) return lines;
    for (const Field& field : fields->all()) {
      lines.emplace_back(std::string(field.name), " " + std::string(field.value));
    }
    return lines;
  }

  /// One change to one field; its name.
  std::string_view mutate() {
    const std::size_t index = below(lines_.size());
    Header& line = lines_[index];
    std::string& value = line.second;
    const std::size_t at = 1 + below(value.size());  // behind the first blank
    switch (below(12)) {
      case 0: return "valid";
      case 1: value[at == value.size() ? at - 1 : at] = tricky_character(); return "replaced";
      case 2: value.erase(at, 1); return "erased";
      case 3: value.insert(at, 1, tricky_character()); return "inserted";
      case 4: value.resize(at); return "truncated";
      case 5:
        lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(index), Header(line));
        return "repeated";
      case 6:
        for (char& c : value) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        return "uppercase";
      case 7: value = "\t  " + value + " \t"; return "blanks";
      case 8:
        for (char& c : line.first) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        return "uppercase-name";
      case 9: {
        const std::size_t comma = value.find(',', at);
        if (comma == value.npos) return "valid";
        Header second(line.first, value.substr(comma + 1));
        value.resize(comma);
        lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(index) + 1, std::move(second));
        return "split";
      }
      case 10: value += ","; return "comma";
      default: value.clear(); return "emptied";
    }
  }

  static std::vector<std::string> members_of(std::string_view list) {
    std::vector<std::string> members;
    while (!list.empty()) {
      const std::size_t end = std::min(list.find(','), list.size());
      members.emplace_back(list.substr(0, end));
      list.remove_prefix(std::min(end + 1, list.size()));
    }
    return members;
  }

  /// Members that share a key may be merged.
  static Keep keep_of(const std::vector<std::string>& members) {
    std::unordered_set<std::string> keys;
    for (const std::string& member : members) {
      if (!keys.insert(member.substr(0, member.find('='))).second) return Keep::at_most;
    }
    return Keep::exactly;
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
      row.trace = Trace::continued;
      row.span_id = context.span_context().span_id.to_string();
      row.sampling = context.sampling();
    } else {
      row.trace = context.trace_id().is_valid() ? Trace::continued_or_none : Trace::not_continued;
    }
    row.trace_id = context.trace_id().to_string();
    const bool is_repeated = row.name.ends_with("-repeated");
    auto state = members_of(context.span_context().trace_state.header());
    const Keep keeps_state = has_span && !is_repeated ? Keep::exactly : Keep::at_most;
    row.tracestate = {keeps_state, std::move(state)};
    auto baggage = members_of(context.baggage().header());
    const Keep keeps_baggage = keep_of(baggage);
    row.baggage = {keeps_baggage, std::move(baggage)};
  }

  const PropagatorChain& read_;
  std::mt19937_64 random_;
  std::vector<Header> lines_;
};

}  // namespace

void add_random_cases(std::vector<Case>& cases, const PropagatorChain& read, std::size_t count,
                      std::uint64_t seed) {
  Generator generator(read, seed);
  for (std::size_t i = 0; i < count; ++i) cases.push_back(generator.make(i));
}

}  // namespace baton::tool::probe
