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
#include "count.hpp"
#include "support/fields.hpp"

namespace {

using baton::Baggage;
using baton::BaggageBuilder;
using baton::BaggageLimits;
using baton::test::count;
using baton::test::Fields;

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
constexpr BaggageLimits no_limits{unlimited, unlimited};

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

}  // namespace

int main() {
  for (const std::size_t members : {90U, 180U, 1000U, 2000U}) count_baggage(members);
  for (const std::size_t members : {90U, 180U, 1000U, 2000U}) count_families(members);
}
