// SPDX-License-Identifier: Apache-2.0
// Good and bad input of one size, for each field, under callgrind. The names are
// "KIND: good…" and "KIND: bad…": test_cost.py compares within a kind.

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <istream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "carrier_inputs.hpp"
#include "count.hpp"
#include "support/count_allocations.hpp"
#include "support/fields.hpp"

namespace {

using baton::test::carriers;
using baton::test::count;
using baton::test::Fields;
using baton::test::judge_and_count;
using baton::test::message_of;
using baton::test::Pairs;

constexpr std::size_t long_size = 8190;

std::string repeated(std::string_view text, std::size_t size) {
  std::string all;
  while (all.size() + text.size() <= size) all += text;
  return all;
}

// --- lists ---------------------------------------------------------------------------------------

void count_input(std::string_view format, std::string_view field, std::string_view name,
                 const std::string& value) {
  const baton::PropagatorChain chain = baton::make_chain(format).chain;
  const Fields fields = {{field, value}};
  for (const bool reports : {false, true}) {
    count(std::string(format) + (reports ? ", reported: " : ": ") + std::string(name), value.size(),
          [&] {
            baton::ExtractReport report;
            static_cast<void>(chain.extract(fields, reports ? &report : nullptr));
          });
  }
}

void count_baggage_inputs() {
  const auto give = [](std::string_view name, const std::string& value) {
    count_input("baggage", "baggage", name, value);
  };
  give("good, many", repeated("key=" + std::string(40, 'v') + ",", long_size));
  give("good, blanks", repeated("key =" + std::string(38, 'v') + " , ", long_size));
  give("good, properties", repeated("k=v;p=1;q;r=" + std::string(32, 'v') + ",", long_size));
  give("good, long", "key=" + repeated("value", long_size - 4));
  give("bad, equals", repeated("=,", long_size));
  give("bad, no equals", repeated("k,", long_size));
  give("bad, quote", repeated("k=\",", long_size));
  give("bad, property", repeated("k=v;,", long_size));
  give("bad, end", repeated("k=" + std::string(41, 'v') + "\",", long_size));
  give("bad, beyond", repeated("=,", 100 * long_size));
  give("empty, commas", repeated(",", long_size));
  give("empty, blanks", repeated(" ,\t", long_size));
}

void count_tracestate_inputs() {
  const auto give = [](std::string_view name, const std::string& value) {
    count("tracestate: " + std::string(name), value.size(),
          [&] { static_cast<void>(baton::TraceState::parse(value)); });
  };
  // As many members as there may be, and all of them long.
  const auto members = [](std::string_view before, std::string_view after, std::string_view end) {
    std::string all;
    for (std::size_t i = 0; i < baton::TraceState::max_members; ++i) {
      all.append(i == 0 ? "" : ",").append(before).append(std::to_string(100 + i)).append(after);
      all.append(200, 'v').append(end);
    }
    return all;
  };
  give("good, many", members("key-", "-of-it=", ""));
  give("good, blanks", members(" key-", "-of-it=", " "));
  give("bad, end", members("key-", "-of-it=", "") + ",bad");
  give("bad, end after blanks", members(" key-", "-of-it=", " ") + ",bad");
  give("bad, twins", repeated("k=" + std::string(250, 'v') + ",", long_size));
  give("bad, alike", members("same-key-", "-same-end=", "") + ",bad");
  give("bad, beyond", repeated("k=v,", 100 * long_size));
  give("bad, long", std::string(long_size, 'k') + "=v");
  give("empty, commas", repeated(",", long_size));
}

void count_jaeger_inputs() {
  const auto give = [](std::string_view name, const std::string& value) {
    count_input("jaeger", "jaeger-baggage", name, value);
  };
  const auto different = [](std::string_view before, std::string_view after) {
    std::string all;
    for (std::size_t i = 100; i < 280 && all.size() < long_size - 50; ++i) {
      all.append("k").append(std::to_string(i)).append(before);
      all.append(std::string(36, 'v')).append(after);
    }
    return all;
  };
  give("good, many", different("=", ","));
  give("good, blanks", different(" = ", " ,"));
  give("good, long", "key=" + repeated("value", long_size - 4));
  give("bad, equals", repeated("=,", long_size));
  give("bad, no equals", repeated("k,", long_size));
  give("bad, quote", repeated("k\"=,", long_size));
  give("bad, twins", repeated("k=,", long_size));
  give("bad, beyond", repeated("=,", 100 * long_size));
  give("empty, commas", repeated(",", long_size));
  give("empty, blanks", repeated(" ,\t", long_size));
  give("empty, beyond", repeated(" ,\t", 100 * long_size));
}

// --- every field of every format -----------------------------------------------------------------

/// Values of about the size of a good one.
std::vector<std::string> short_values(const std::string& good) {
  std::vector<std::string> all{good, good.substr(0, good.size() - 1)};
  for (const char c : {'"', '%', ',', ';', '=', ' ', '-', ':', 'G', '0', '\x80'}) {
    for (const std::size_t at : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
      all.push_back(good);
      all.back()[at] = c;
    }
    all.push_back(good + c);
    all.emplace_back(good.size(), c);
    const std::size_t first = std::min(good.find(c), good.size());
    all.push_back(good.substr(0, first) + std::string(good.size() - first, c));
  }
  return all;
}

std::vector<std::string> long_values(const std::string& good) {
  std::vector<std::string> all{good};
  for (const std::string_view unit :
       {"=",       ",",   ";",  "%",    "%4",           "%41", "-",   ":",      " ",
        " \t",     "0",   "f",  "9",    "a,",           "a=",  "=a,", "a=b;",   "a=b,",
        "a=b;c,",  ";;=", "\"", "\x80", "\xf0\x9f\x92", " =",  " ,",  "a=b, ,", "Root=",
        "Root=1;", "a=%,"}) {
    all.push_back(repeated(unit, long_size));
    all.push_back(good + repeated(unit, long_size - good.size()));
    all.push_back(repeated(unit, long_size - good.size()) + good);
  }
  for (const std::string_view between : {"", ",", ";", "-", " "}) {
    all.push_back(repeated(good + std::string(between), long_size));
  }
  return all;
}

/// For the name of a count: short, and printable.
std::string shown(const std::string& value) {
  std::string all =
      value.size() <= 40 ? value : value.substr(0, 12) + "..." + value.substr(value.size() - 12);
  std::replace_if(all.begin(), all.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return all;
}

/// Varies each field of a message, which the format reads.
void count_format(const std::string& format, const baton::PropagatorChain& chain,
                  const Pairs& message) {
  const auto give = [&](const std::string& kind, const std::string& name,
                        const std::string& value) {
    Fields fields;
    for (const auto& [other, old] : message) fields.add(other, other == name ? value : old);
    judge_and_count(format + kind, name + " = " + shown(value), value.size(), fields, chain);
  };
  const auto give_repeats = [&](const std::string& name, const std::string& value) {
    Fields fields;
    for (std::size_t i = 0; i < 100; ++i) fields.add(name, value);
    for (const auto& [other, old] : message) fields.add(other, old);
    judge_and_count(format + ", 100 fields", name + " = " + shown(value), 100, fields, chain);
  };
  for (const auto& [name, good] : message) {
    for (const std::string& value : short_values(good)) give(", short", name, value);
    for (const std::string& value : long_values(good)) give(", long", name, value);
    for (const std::string& value : {good, good.substr(0, good.find(',')), std::string(),
                                     std::string(","), std::string(" ")}) {
      give_repeats(name, value);
    }
  }
  give_repeats("x-application", "value");
}

// --- what search.py has found -------------------------------------------------------------------

/// With \\xHH for a character.
std::string unescaped(std::string_view text) {
  std::string all;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') {
      all += text[at];
      continue;
    }
    all += static_cast<char>(std::stoi(std::string(text.substr(at + 2, 2)), nullptr, 16));
    at += 3;
  }
  return all;
}

/// Lines of a format, a field, where the good value is (before, behind, none), and a text that
/// fills the rest of 8 KiB, with tabs between.
void count_recipes(std::istream& lines) {
  std::string format, name, place, unit;
  while (std::getline(lines, format, '\t') && std::getline(lines, name, '\t') &&
         std::getline(lines, place, '\t') && std::getline(lines, unit)) {
    const baton::PropagatorChain chain = baton::make_chain(format).chain;
    Fields fields;
    for (const auto& [other, good] : message_of(chain)) {
      std::string value = good;
      if (other == name) {
        value = repeated(unescaped(unit), long_size - (place == "none" ? 0 : good.size()));
        if (place == "before") value.insert(0, good);
        if (place == "behind") value += good;
      }
      fields.add(other, value);
    }
    judge_and_count(format + ", long", name + '\t' + place + '\t' + unit, long_size, fields, chain);
  }
}

}  // namespace

baton::test::Allocated baton::test::allocated() noexcept { return {allocations, allocated_bytes}; }

/// usage: inputs RECIPES [only], or: inputs large
int main(int argc, char** argv) {
  if (argc < 2) return 2;
  if (argv[1] == std::string_view("large")) {
    baton::test::counts_large_messages = true;
    // What is done once is done.
    static_cast<void>(baton::test::everything().extract(Fields{{"baggage", "key=value"}}));
    for (const auto count_inputs : carriers()) count_inputs();
    return 0;
  }
  std::ifstream recipes(argv[1]);
  count_recipes(recipes);
  if (argc > 2) return 0;
  count_baggage_inputs();
  count_tracestate_inputs();
  count_jaeger_inputs();
  for (const baton::RegisteredPropagator& known : baton::registered_propagators()) {
    const std::string format(known.traits.name);
    const baton::PropagatorChain chain = baton::make_chain(format).chain;
    count_format(format, chain, message_of(chain));
    if (format == "b3") count_format(format, chain, message_of(baton::make_chain("b3multi").chain));
    if (format == "b3multi") count_format(format, chain, message_of(baton::make_chain("b3").chain));
  }
  for (const auto count_inputs : carriers()) count_inputs();
}
