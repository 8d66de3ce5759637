// SPDX-License-Identifier: Apache-2.0
// Runs actions in sequence under callgrind, which records the instructions of each. Their names and
// sizes are for test_cost.py, which knows the relations that must hold between them.

#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baton/baton.hpp"
#include "baton/translators/jaeger.hpp"
#include "support/count_instructions.hpp"
#include "support/fields.hpp"

namespace {

using baton::Baggage;
using baton::BaggageBuilder;
using baton::BaggageLimits;
using baton::test::Fields;

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
constexpr BaggageLimits no_limits{unlimited, unlimited};

template <class Action>
void count(std::string_view name, std::size_t size, const Action& action) {
  baton::test::count_instructions(action);
  baton::test::name_count(std::string(name) + '/' + std::to_string(size));
}

std::string repeated(std::string_view text, std::size_t size) {
  std::string all;
  while (all.size() + text.size() <= size) all += text;
  return all;
}

// --- cost that grows with the number of members --------------------------------------------------

std::string similar_key(std::size_t i) {
  return "tenant-" + std::to_string(1000 + i) + "-identifier-of-it";
}

/// `members` members with that many different keys.
Baggage baggage_of(std::size_t members, std::size_t keys) {
  std::string text;
  for (std::size_t i = 0; i < members; ++i) {
    if (i != 0) text += ',';
    text += similar_key(i % keys) + "=1";
  }
  return Baggage::parse(text, no_limits);
}

void count_baggage(std::size_t members) {
  const Baggage different = baggage_of(members, members);
  const Baggage twins = baggage_of(members, members / 2);
  const Baggage alike = baggage_of(members, 1);
  for (const auto& [name, baggage] : {std::pair{"different", &different},
                                      std::pair{"twins", &twins}, std::pair{"alike", &alike}}) {
    count(std::string("iterate ") + name, members, [&] {
      for (const auto& member : *baggage) static_cast<void>(member.key());
    });
    count(std::string("size ") + name, members, [&] { static_cast<void>(baggage->size()); });
    count(std::string("erase ") + name, members,
          [&] { static_cast<void>(baggage->erase(similar_key(0))); });
    count(std::string("build from ") + name, members, [&] {
      BaggageBuilder builder(*baggage, no_limits);
      static_cast<void>(builder.set(similar_key(0), "2"));
      static_cast<void>(builder.build());
    });
    count(std::string("join ") + name, members, [&] {
      baton::Context context;
      context.set_baggage(Baggage::parse("first=1"));
      const Fields fields = {{"baggage", baggage->header()}};
      baton::BaggagePropagator(no_limits).extract(fields, context);
    });
    count(std::string("join to ") + name, members, [&] {
      baton::Context context;
      context.set_baggage(*baggage);
      const Fields fields = {{"baggage", different.header()}};
      baton::BaggagePropagator(no_limits).extract(fields, context);
    });
  }
  count("set new keys", members, [&] {
    BaggageBuilder builder({}, no_limits);
    for (std::size_t i = 0; i < members; ++i) static_cast<void>(builder.set(similar_key(i), "1"));
  });
  count("set old keys", members, [&] {
    BaggageBuilder builder(different, no_limits);
    for (std::size_t i = 0; i < members; ++i) static_cast<void>(builder.set(similar_key(i), "22"));
  });
  count("set one key", members, [&] {  // often enough to include the removal of old text
    BaggageBuilder builder(different, no_limits);
    for (std::size_t i = 0; i < 8 * members; ++i) {
      static_cast<void>(builder.set(similar_key(0), "333"));
    }
  });
  count("erase and set", members, [&] {
    BaggageBuilder builder(different, no_limits);
    for (std::size_t i = 0; i < members; ++i) {
      builder.erase(similar_key(i));
      static_cast<void>(builder.set(similar_key(i), "1"));
    }
  });
}

// --- baggage in names of fields ------------------------------------------------------------------

/// A carrier that finds each field directly.
struct Names {
  std::vector<std::string> names;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view) const { return "1"; }
  template <class Visitor>
  void get_all(std::string_view, Visitor&&) const {}
  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const std::string& name : names) {
      if (!visit(std::string_view(name))) return;
    }
  }
  void set(std::string_view, std::string_view) {}
  void erase(std::string_view) {}
};

/// A different spelling for each number.
std::string respelled(std::string key, std::size_t number) {
  for (char& c : key) {
    if (c < 'a' || c > 'z') continue;
    if ((number & 1U) != 0) c = static_cast<char>(c - 'a' + 'A');
    number >>= 1U;
  }
  return key;
}

void count_families(std::size_t members) {
  const auto count_keys = [members](std::string_view name, auto key_of) {
    std::string header;
    Names fields;
    for (std::size_t i = 0; i < members; ++i) {
      const std::string key = key_of(i);
      header += (i == 0 ? "" : ",") + key + "=1";
      fields.names.push_back("uberctx-" + key);
    }
    const baton::JaegerPropagator jaeger(no_limits);
    baton::Context context;
    context.set_baggage(Baggage::parse(header, no_limits));
    count("family write " + std::string(name), members, [&] { jaeger.inject(context, fields); });
    count("family read " + std::string(name), members, [&] {
      baton::Context read;
      jaeger.extract(fields, read);
    });
    count("family read again " + std::string(name), members, [&] {
      baton::Context read = context;
      jaeger.extract(fields, read);
    });
  };
  count_keys("different", similar_key);
  count_keys("pairs", [](std::size_t i) { return respelled(similar_key(i / 2), i % 2); });
  count_keys("spellings of one", [](std::size_t i) { return respelled(similar_key(0), i); });
}

// --- good and bad input of one size --------------------------------------------------------------

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
  constexpr std::size_t size = 8190;
  const auto give = [](std::string_view name, const std::string& value) {
    count_input("baggage", "baggage", name, value);
  };
  give("good, many", repeated("key=" + std::string(40, 'v') + ",", size));
  give("good, blanks", repeated("key =" + std::string(38, 'v') + " , ", size));
  give("good, properties", repeated("k=v;p=1;q;r=" + std::string(32, 'v') + ",", size));
  give("good, long", "key=" + repeated("value", size - 4));
  give("bad, equals", repeated("=,", size));
  give("bad, no equals", repeated("k,", size));
  give("bad, quote", repeated("k=\",", size));
  give("bad, property", repeated("k=v;,", size));
  give("bad, end", repeated("k=" + std::string(41, 'v') + "\",", size));
  give("bad, beyond", repeated("=,", 100 * size));
  give("empty, commas", repeated(",", size));
  give("empty, blanks", repeated(" ,\t", size));
}

void count_tracestate_inputs() {
  constexpr std::size_t size = 8190;
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
  give("bad, twins", repeated("k=" + std::string(250, 'v') + ",", size));
  give("bad, alike", members("same-key-", "-same-end=", "") + ",bad");
  give("bad, beyond", repeated("k=v,", 100 * size));
  give("bad, long", std::string(size, 'k') + "=v");
  give("empty, commas", repeated(",", size));
}

void count_jaeger_inputs() {
  constexpr std::size_t size = 8190;
  const auto give = [](std::string_view name, const std::string& value) {
    count_input("jaeger", "jaeger-baggage", name, value);
  };
  const auto different = [](std::string_view before, std::string_view after) {
    std::string all;
    for (std::size_t i = 100; i < 280 && all.size() < size - 50; ++i) {
      all.append("k").append(std::to_string(i)).append(before);
      all.append(std::string(36, 'v')).append(after);
    }
    return all;
  };
  give("good, many", different("=", ","));
  give("good, blanks", different(" = ", " ,"));
  give("good, long", "key=" + repeated("value", size - 4));
  give("bad, equals", repeated("=,", size));
  give("bad, no equals", repeated("k,", size));
  give("bad, quote", repeated("k\"=,", size));
  give("bad, twins", repeated("k=,", size));
  give("bad, beyond", repeated("=,", 100 * size));
  give("empty, commas", repeated(",", size));
  give("empty, blanks", repeated(" ,\t", size));
  give("empty, beyond", repeated(" ,\t", 100 * size));
}

}  // namespace

int main() {
  for (const std::size_t members : {90U, 180U, 1000U, 2000U}) count_baggage(members);
  for (const std::size_t members : {90U, 180U, 1000U, 2000U}) count_families(members);
  count_baggage_inputs();
  count_tracestate_inputs();
  count_jaeger_inputs();
}
