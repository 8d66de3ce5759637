// SPDX-License-Identifier: Apache-2.0
// Hostile messages for each carrier, of up to one mebibyte in a field or 10,000 fields, and half of
// that. They are read by all formats.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "support/count_instructions.hpp"
#include "support/everything.hpp"

namespace baton::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t mebibyte = 1U << 20U;
inline constexpr std::size_t many_fields = 10'000;

/// What all allocations of this program have taken so far: their number, and their bytes.
struct Allocated {
  std::size_t count;
  std::size_t bytes;
};
Allocated allocated() noexcept;

/// A text of that size, or of a little less.
inline std::string filled(std::string_view unit, std::size_t size) {
  std::string text(unit);
  text.reserve(size);
  while (2 * text.size() <= size) text += text;
  const std::size_t rest = (size - text.size()) / unit.size() * unit.size();
  return text.append(text, 0, rest);
}

inline std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

inline const Pairs& ids() {
  static const Pairs all = {
      {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
      {"ot-tracer-traceid", "8448eb211c80319c"},
      {"ot-tracer-spanid", "b7ad6b7169203331"},
  };
  return all;
}

/// `count` fields, named and valued by their numbers, behind those of `before`.
template <class NameOf, class ValueOf>
Pairs numbered(std::size_t count, NameOf name_of, ValueOf value_of, Pairs before = {}) {
  before.reserve(before.size() + count);
  for (std::size_t i = 0; i < count; ++i) before.emplace_back(name_of(i), value_of(i));
  return before;
}

// Each of the following gives titles and messages to `visit`. `size` is that of a field.

template <class Visit>
void visit_one(std::size_t size, std::string_view name, std::string_view unit, Visit visit) {
  visit("one " + std::string(name) + " of " + std::string(unit),
        Pairs{{std::string(name), filled(unit, size)}});
}

template <class Visit>
void visit_repeated(std::size_t count, const std::string& name, const std::string& value,
                    Visit visit) {
  visit("many times " + name + " = " + value, Pairs(count, {name, value}));
}

template <class Visit>
void visit_different(std::size_t count, const std::string& name, Visit visit) {
  const auto name_of = [&name](std::size_t i) { return name + std::to_string(i); };
  visit("many names that begin with " + name,
        numbered(count, name_of, [](std::size_t) { return "v"; }, ids()));
}

/// A family of fields: alone in capitals, and behind others.
template <class Visit>
void visit_family(std::size_t count, const std::string& prefix, Visit visit) {
  visit_different(count, in_capitals(prefix), visit);
  const auto other = [](std::size_t i) { return "x-application" + std::to_string(i); };
  const auto name_of = [&prefix](std::size_t i) { return prefix + std::to_string(1000 + i); };
  Pairs message = numbered(count, other, [](std::size_t) { return "v"; }, ids());
  const std::string escapes = filled("%41", 100);
  message = numbered(200, name_of, [&](std::size_t) { return escapes; }, std::move(message));
  visit("names that begin with " + prefix + " behind many others", message);
}

/// As many members as there are fields, of one mebibyte together.
template <class Visit>
void visit_members(std::size_t count, const std::string& list, Visit visit) {
  const std::string value = "=" + std::string(90, 'v');
  visit("many members of " + list + " in as many fields",
        numbered(
            count, [&list](std::size_t) { return list; },
            [&value](std::size_t i) { return "key-" + std::to_string(i) + value; }, ids()));
}

/// What is read whole: as many members of tracestate as there may be, each with a field of its own
/// that blanks fill, and a baggage of as many bytes. Then the same with what other formats say.
template <class Visit>
void visit_longest_lists(std::size_t size, Visit visit) {
  Pairs lists = ids();
  for (std::size_t i = 0; i < TraceState::max_members; ++i) {
    std::string member = std::to_string(100 + i);
    member.append(TraceState::max_key_size - member.size(), 'k').append("=");
    member.append(TraceState::max_value_size, 'v');
    member.append(std::max(size / TraceState::max_members, member.size()) - member.size(), ' ');
    lists.emplace_back("tracestate", member);
  }
  std::string baggage;
  for (std::size_t i = 0; baggage.size() + 100 < BaggageLimits().max_bytes; ++i) {
    baggage += "Key" + std::to_string(i / 2) + "=" + std::string(80, 'v') + ",";
  }
  lists.emplace_back("baggage", baggage);
  visit("the longest lists", lists);
  lists.back().second.resize(baggage.find(',', baggage.size() / 2));  // leaves room
  for (const std::string prefix : {"uberctx-", "ot-baggage-"}) {
    lists.emplace_back(in_capitals(prefix) + std::string(2'000, 'K'), "v");
    lists.emplace_back(prefix + "escapes", filled("%41", 3 * 300));
    lists.emplace_back(prefix + "longest", filled("%41", 3 * BaggageLimits().max_bytes));
    lists.emplace_back(in_capitals(prefix) + std::string(size / 8, 'K'), "v");
  }
  lists.emplace_back("x-datadog-trace-id", "9532127138774266268");
  lists.emplace_back("x-datadog-parent-id", "13235353014750950193");
  lists.emplace_back("x-datadog-tags", "_dd.p.tid=0af7651916cd43dd,_dd.p.dm=-4");
  lists.emplace_back("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-d");
  lists.emplace_back("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:3");
  visit("the longest lists, and other formats", lists);
}

/// Every field that some format reads, and one of an application.
inline std::set<std::string> field_names() {
  std::set<std::string> names = {"x-application"};
  for (const RegisteredPropagator& known : registered_propagators()) {
    names.insert(known.traits.fields.begin(), known.traits.fields.end());
    names.insert(known.traits.also_reads.begin(), known.traits.also_reads.end());
    for (const std::string_view prefix : known.traits.prefixes) {
      names.insert(std::string(prefix) + "key");
    }
  }
  return names;
}

/// Some messages, for each carrier.
template <class Visit>
void visit_some(std::size_t size, std::size_t count, Visit visit) {
  visit_one(size, "baggage", "k=v,", visit);
  visit_one(size, "uberctx-key", "%41", visit);
  visit_one(size, "x-application", "v", visit);
  visit_one(size / 32, "x-amzn-trace-id", "k=v;p=1;q,", visit);  // the dearest
  visit_repeated(count, "baggage", "k=v", visit);
  visit_different(count, "x-application", visit);
  visit_family(count, "uberctx-", visit);
  visit_members(count, "baggage", visit);
  visit_longest_lists(size, visit);
}

/// Messages with each of the fields that some format reads.
template <class Visit>
void visit_all(std::size_t size, std::size_t count, Visit visit) {
  for (const std::string& name : field_names()) {
    for (const std::string_view unit : {"v", "k=v,", ",", "k=v;p=1;q,", "k = v , ", "%41"}) {
      visit_one(size, name, unit, visit);
    }
    for (const std::string value : {"k=v", "1", ""}) visit_repeated(count, name, value, visit);
    visit_different(count, name, visit);
  }
  visit_family(count, "ot-baggage-", visit);
  visit_members(count, "tracestate", visit);
}

/// What a carrier is given: everything takes long, so one gets smaller ones of all kinds.
enum class Messages { all, some };

/// Counts what `extract` does with an ExtractOptions, and how much memory it allocates, by the size
/// of the message.
template <class Extract>
void count_extraction(const std::string& title, std::size_t bytes, std::size_t fields,
                      const Extract& extract) {
  ExtractReport report;
  const ExtractOptions options{.chain = everything(), .report = &report};
  const Allocated before = allocated();
  count_instructions([&] { extract(options); }, 0);
  const Allocated after = allocated();
  std::string name = title;
  for (const std::size_t number :
       {bytes, fields, after.count - before.count, after.bytes - before.bytes}) {
    name += '/' + std::to_string(number);
  }
  name_count(name);
}

/// For test_bounds.py. `use` takes a message and a function, which it gives what extracts and, if
/// the message has more bytes than its names and values, their number.
template <class Use>
void count_large_messages(const std::string& carrier, Messages which, std::size_t longest,
                          Use use) {
  const auto visit = [&](const std::string& title, const Pairs& message) {
    std::size_t size = 0;
    for (const auto& [name, value] : message) size += name.size() + value.size();
    use(message, [&](const auto& extract, std::size_t bytes = 0) {
      count_extraction(carrier + ": " + title, std::max(bytes, size), message.size(), extract);
    });
  };
  if (which == Messages::all) visit_one(longest, "x-amzn-trace-id", "k=v;p=1;q,", visit);
  for (const std::size_t part : {2U, 1U}) {
    visit_some(longest / part, many_fields / part, visit);
    if (which == Messages::all) visit_all(longest / 16 / part, many_fields / 8 / part, visit);
  }
}

}  // namespace baton::test
