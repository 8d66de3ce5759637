// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/hostile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "baton/baton.hpp"
#include "baton/testing/mutation.hpp"
#include "laws/chain_laws.hpp"
#include "oracle/context.hpp"

namespace {

using namespace baton::testing;

std::size_t size_of(const FieldList& fields) {
  std::size_t size = 0;
  for (const auto& [name, value] : fields) size += name.size() + value.size();
  return size;
}

void check(const HostileRequest& request, std::string_view format) {
  EXPECT_EQ(request.format, format);
  EXPECT_FALSE(request.attacks.empty());
  for (const char c : request.attacks) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << request.attacks;
  EXPECT_LE(request.fields.size(), max_hostile_fields) << request.attacks;
  EXPECT_LE(size_of(request.fields), max_hostile_bytes) << request.attacks;
}

std::string attacks_of(std::string_view format) {
  std::string words;
  for (const HostileRequest& request : hostile_catalog(format)) words += request.attacks + "\n";
  return words;
}

TEST(HostileCatalog, NamesEachCaseAndIsBounded) {
  for (const auto& known : baton::registered_propagators()) {
    const auto cases = hostile_catalog(known.traits.name);
    EXPECT_GT(cases.size(), 50U) << known.traits.name;
    std::set<std::string> words;
    for (const HostileRequest& request : cases) {
      check(request, known.traits.name);
      EXPECT_TRUE(words.insert(request.attacks).second) << request.attacks;
    }
  }
}

TEST(HostileCatalog, HasAllKindsOfAttacks) {
  const std::string lists = attacks_of("tracecontext");
  for (const char* words :
       {"tracestate: there are as many members as the limit",
        "tracestate: there is one member over", "tracestate: a key has 256",
        "tracestate: a key has 257", "tracestate: 1,000 members",
        "traceparent: 1,000 times the same field", "traceparent: the version is ff",
        "traceparent: a second field says something else", "traceparent: a raw line break",
        "traceparent: the name is in capitals", "traceparent: a zero byte",
        "all formats: each with another trace"}) {
    EXPECT_NE(lists.find(words), std::string::npos) << words;
  }
  const std::string baggage = attacks_of("baggage");
  for (const char* words :
       {"the list has 8192 bytes", "the list has 8193 bytes", "an escaped line break",
        "escapes are half a surrogate pair", "escapes are UTF-8 that is too long",
        "a zero byte is escaped", "a member of 1,000 properties", "a bad escape 4,000 times"}) {
    EXPECT_NE(baggage.find(words), std::string::npos) << words;
  }
  const std::string jaeger = attacks_of("jaeger");
  EXPECT_NE(jaeger.find("uberctx-: 1,000 fields of the family"), std::string::npos);
  EXPECT_NE(jaeger.find("names differ only in case"), std::string::npos);
}

/// A case at a limit is accepted, and one that passes it is not.
TEST(HostileCatalog, MeetsLimitsExactly) {
  const auto judged = [](std::string_view format, std::string_view words) {
    for (const HostileRequest& request : hostile_catalog(format)) {
      if (request.attacks.starts_with(words)) return judge(format, request.fields).valid;
    }
    throw std::logic_error("there is no such case");
  };
  EXPECT_TRUE(judged("tracecontext", "tracestate: there are as many members as the limit"));
  EXPECT_FALSE(judged("tracecontext", "tracestate: there is one member over the limit"));
  EXPECT_TRUE(judged("tracecontext", "tracestate: a key has 256"));
  EXPECT_FALSE(judged("tracecontext", "tracestate: a key has 257"));
  EXPECT_TRUE(judged("baggage", "baggage: there are as many members as the limit"));
  EXPECT_FALSE(judged("baggage", "baggage: there is one member over the limit"));
  EXPECT_TRUE(judged("baggage", "baggage: the list has 8192 bytes"));
  EXPECT_FALSE(judged("baggage", "baggage: the list has 8193 bytes"));
}

TEST(HostileCatalog, OfAnUnknownFormatIsEmpty) {
  EXPECT_TRUE(hostile_catalog("pigeons").empty());
  Draw draw(1);
  EXPECT_TRUE(draw_hostile_request("pigeons", draw).fields.empty());
}

TEST(HostileCatalog, IsReadAsTheReferenceReadsIt) {
  for (const auto& known : baton::registered_propagators()) {
    const std::string format(known.traits.name);
    for (const HostileRequest& request : hostile_catalog(format)) {
      oracle::Fields fields;
      bool has_twins = false;
      for (const auto& [name, value] : request.fields) {
        fields.add(oracle::ascii_lower(name), value);
        has_twins = has_twins || name != oracle::ascii_lower(name);
      }
      if (has_twins && request.fields.size() > 100) continue;  // one field in HTTP, not here
      EXPECT_EQ(laws::shown(laws::context_of(judge(format, request.fields).context)),
                laws::shown(oracle::read_format(format, fields)))
          << request.attacks;
    }
  }
}

TEST(HostileRequest, IsDrawnBySeedWithinBounds) {
  std::set<FieldList> seen;
  for (const auto& known : baton::registered_propagators()) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Draw draw(seed);
      Draw again(seed);
      const HostileRequest request = draw_hostile_request(known.traits.name, draw);
      check(request, known.traits.name);
      EXPECT_EQ(request.fields, draw_hostile_request(known.traits.name, again).fields);
      seen.insert(request.fields);
    }
  }
  EXPECT_GT(seen.size(), 11U * 150);
}

/// The number in words like "baggage: another field, of 7 bytes".
std::size_t number_in(const std::string& words, std::string_view before) {
  const std::size_t at = words.find(before);
  if (at == words.npos) return 0;
  const char digit = words[at + before.size()];
  return digit >= '0' && digit <= '9' ? std::stoul(words.substr(at + before.size())) : 0;
}

TEST(HostileRequest, HasWhatItsWordsSay) {
  std::size_t sizes = 0;
  std::size_t counts = 0;
  for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
    Draw draw(seed);
    const HostileRequest request = draw_hostile_request("baggage", draw);
    if (request.attacks.find(';') != std::string::npos) continue;  // several
    if (const std::size_t size = number_in(request.attacks, "another field, of ")) {
      ++sizes;
      ASSERT_EQ(request.fields.back().second.size(), size) << request.attacks;
    } else if (request.attacks.ends_with(" times more")) {
      ++counts;
      const std::size_t count = number_in(request.attacks, "baggage: ");
      const auto same =
          std::count(request.fields.begin(), request.fields.end(), request.fields.back());
      ASSERT_GT(static_cast<std::size_t>(same), count) << request.attacks;
    }
  }
  EXPECT_GT(sizes, 100U);
  EXPECT_GT(counts, 100U);
}

/// What passes the limits is not made, and not said.
TEST(HostileRequest, SaysNothingOfWhatTheLimitsForbid) {
  std::size_t large = 0;
  for (std::uint64_t seed = 0; seed < 60'000 && large < 20; ++seed) {
    Draw draw(seed);
    const HostileRequest request = draw_hostile_request("baggage", draw);
    // Two large counts are more fields than a request may have.
    std::size_t said = 0;
    std::istringstream words(request.attacks);
    for (std::string each; std::getline(words, each, ';');) {
      if (!each.ends_with(" times more")) continue;
      const std::size_t colon = each.rfind(": ");
      said += std::stoul(each.substr(colon + 2));
    }
    if (said > 700) ++large;
    EXPECT_LE(said, request.fields.size()) << request.attacks;
  }
  EXPECT_EQ(large, 20U);
}

TEST(HostileCatalog, HasAsManyMembersAsItSays) {
  std::size_t checked = 0;
  for (const HostileRequest& request : hostile_catalog("tracecontext")) {
    for (const auto& [words, members] : {std::pair("tracestate: 16,384 blank members", 16'384),
                                         std::pair("tracestate: 32,768 empty members", 32'768),
                                         std::pair("tracestate: 1,000 members", 1'000)}) {
      if (request.attacks != words) continue;
      ++checked;
      const std::string& value = request.fields.back().second;
      EXPECT_EQ(std::count(value.begin(), value.end(), ',') + 1, members) << words;
    }
  }
  EXPECT_EQ(checked, 3U);
}

TEST(FitsHttp, KnowsWhatAFieldMayHave) {
  EXPECT_TRUE(fits_http({{"a", "b"}, {"A-b", " \t\x80"}, {"a", ""}}));
  EXPECT_FALSE(fits_http({{"", "b"}}));
  EXPECT_FALSE(fits_http({{"a b", "b"}}));
  EXPECT_FALSE(fits_http({{"a", "b\n"}}));
  EXPECT_FALSE(fits_http({{"a", "b\r"}}));
  EXPECT_FALSE(fits_http({{"a", std::string(1, '\0')}}));
}

}  // namespace
