// SPDX-License-Identifier: Apache-2.0
// Hostile messages of up to one mebibyte, for each carrier.
#pragma once

#include <cstddef>
#include <cstdio>
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

/// What all allocations of this program have taken so far: their number, and their bytes.
struct Allocated {
  std::size_t count;
  std::size_t bytes;
};
Allocated allocated() noexcept;

/// What a carrier is given: everything takes long, so most get a choice.
enum class Messages { all, some };

/// Every field that some format reads, and one of an application.
inline std::set<std::string> field_names(Messages which) {
  if (which == Messages::some) return {"baggage", "tracestate", "uberctx-key", "x-application"};
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

/// A text of that size, or of a little less.
inline std::string filled(std::string_view unit, std::size_t size) {
  std::string text;
  text.reserve(size);
  while (text.size() + unit.size() <= size) text += unit;
  return text;
}

inline std::vector<std::string_view> units(Messages which) {
  if (which == Messages::some) return {"v", "k=v,"};
  return {"v", "k=v,", ",", "k=v;p=1;q,", "k = v , ", "%41"};
}

/// Gives titles and messages to `visit`.
template <class Visit>
void visit_large_messages(Messages which, std::size_t longest, Visit visit) {
  for (const std::string& name : field_names(which)) {
    for (const std::string_view unit : units(which)) {
      visit("one " + name + " of " + std::string(unit), Pairs{{name, filled(unit, longest)}});
    }
    for (const std::string_view value : {"k=v", "1"}) {
      visit("10,000 times " + name + " = " + std::string(value),
            Pairs(10'000, {name, std::string(value)}));
    }
    Pairs different;
    for (std::size_t i = 0; i < 10'000; ++i) different.emplace_back(name + std::to_string(i), "v");
    visit("10,000 names that begin with " + name, different);
  }
  const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  for (const std::string_view list : {"tracestate", "baggage"}) {
    Pairs fields = {{"traceparent", parent}};
    for (std::size_t i = 0; i < 10'000; ++i) {
      fields.emplace_back(list, "key-" + std::to_string(i) + "=" + std::string(90, 'v'));
    }
    visit("10,000 members of " + std::string(list) + " in as many fields", fields);
  }
  // What is read whole: as many members of tracestate as there may be, each with a field of its own
  // that blanks fill, and a baggage of as many bytes.
  Pairs longest_lists = {{"traceparent", parent}};
  for (std::size_t i = 0; i < TraceState::max_members; ++i) {
    std::string member = std::to_string(100 + i);
    member.append(TraceState::max_key_size - member.size(), 'k').append("=");
    member.append(TraceState::max_value_size, 'v');
    member.append(longest / TraceState::max_members - member.size(), ' ');
    longest_lists.emplace_back("tracestate", member);
  }
  longest_lists.emplace_back("baggage", "key=" + std::string(BaggageLimits().max_bytes - 4, 'v'));
  visit("the longest lists", longest_lists);
}

/// For test_bounds.py. `use` takes a message and a function, which it gives what extracts.
template <class Use>
void count_large_messages(const std::string& carrier, Messages which, std::size_t longest,
                          Use use) {
  visit_large_messages(which, longest, [&](const std::string& title, const Pairs& message) {
    std::size_t size = 0;
    for (const auto& [name, value] : message) size += name.size() + value.size();
    // With how many bytes and fields a message has, how often it allocates, and how many bytes.
    use(message, [&](const auto& extract) {
      const auto extract_once = [&extract] {
        ExtractReport report;
        extract(ExtractOptions{.chain = everything(), .report = &report});
      };
      const Allocated before = allocated();
      count_instructions(extract_once, 0);
      const Allocated after = allocated();
      name_count(carrier + ": " + title + '/' + std::to_string(size) + '/' +
                 std::to_string(message.size()) + '/' + std::to_string(after.count - before.count) +
                 '/' + std::to_string(after.bytes - before.bytes));
    });
  });
}

}  // namespace baton::test
