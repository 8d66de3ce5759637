// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/draw.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "baton/registry.hpp"
#include "baton/testing/hostile.hpp"
#include "baton/testing/mutation.hpp"
#include "baton/testing/valid.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::FieldList;

/// FNV-1a, of texts with their sizes.
class Digest {
 public:
  void add(const std::string& text) {
    for (std::size_t rest = text.size(), i = 0; i < 8; ++i, rest >>= 8) add(rest & 0xff);
    for (const char c : text) add(static_cast<unsigned char>(c));
  }
  void add(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add(text);
  }
  void add(const FieldList& fields) {
    for (const auto& [name, value] : fields) {
      add(name);
      add(value);
    }
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void add(std::uint64_t byte) { value_ = (value_ ^ byte) * 0x100000001b3; }

  std::uint64_t value_ = 0xcbf29ce484222325;
};

/// Of what the function gives for the seeds 0 to 499.
template <class Function>
std::uint64_t digest_of(Function function) {
  Digest digest;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Draw draw(seed);
    digest.add(function(draw));
  }
  return digest.value();
}

// All that is drawn is the same on every machine and with every compiler. Whoever changes what is
// drawn changes the number.
TEST(Draw, GivesTheSameForOneSeedEverywhere) {
  if constexpr (sizeof(std::size_t) >= sizeof(std::uint64_t)) {
    constexpr auto most = static_cast<std::size_t>(1'000'000'000'000);
    EXPECT_EQ(digest_of([](Draw& d) { return std::to_string(d.number(3, most)); }),
              6325366094743242557U);
  }
  EXPECT_EQ(digest_of([](Draw& d) { return d.text_of("abc", 9); }), 86292721460350364U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.bytes(9); }), 11677464287432468507U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.white_space(); }), 5235118186574785925U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.utf8(9); }), 4932700984494178245U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.damaged("00-0af7651916cd43dd-01"); }),
            6148194651989430599U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.traceparent(); }), 8295361652908937127U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.tracestate_key(); }), 9729877090228774755U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.tracestate_value(); }), 6269128777627461864U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.tracestate_members(9); }), 9339211339826795692U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.baggage_key(); }), 3831447038840598336U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.baggage_members(9); }), 8420303684625652651U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.b3_single(); }), 8958786771093241152U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.b3_fields(); }), 1274046087343167621U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.dd_member(); }), 11218580622616016572U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.fields(); }), 15582091872717521588U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.instances({"a", "b", "c", "d"}); }),
            2767293491050545067U);
  EXPECT_EQ(digest_of([](Draw& d) { return d.formats(); }), 16007190843831602167U);
}

std::string text_of(const baton::Context& context) {
  FieldList fields;
  for (const char* format : {"tracecontext", "baggage", "b3"}) {
    for (const auto& field : baton::testing::fields_for(format, context)) fields.push_back(field);
  }
  std::string text;
  for (const auto& [name, value] : fields) text += name + ": " + value + "\n";
  return text;
}

TEST(Draw, GivesTheSameContextsAndMutationsEverywhere) {
  using namespace baton::testing;
  EXPECT_EQ(digest_of([](Draw& d) { return draw_trace_id(d).to_string(); }), 11719128474963044293U);
  EXPECT_EQ(digest_of([](Draw& d) { return draw_span_id(d).to_string(); }), 12000485529967391976U);
  EXPECT_EQ(digest_of([](Draw& d) { return std::string(draw_trace_state(d).header()); }),
            14424229116922487599U);
  EXPECT_EQ(digest_of([](Draw& d) { return std::string(draw_baggage(d).header()); }),
            1733363312817621751U);
  EXPECT_EQ(digest_of([](Draw& d) { return draw_span_context(d).trace_id.to_string(); }),
            11719128474963044293U);
  EXPECT_EQ(digest_of([](Draw& d) { return text_of(draw_context(d)); }), 8214002868998555066U);
  EXPECT_EQ(digest_of([](Draw& d) {
              FieldList all;
              for (const std::string& format : d.formats()) {
                for (auto& field : draw_valid_fields(format, d).fields) all.push_back(field);
              }
              return all;
            }),
            8156929485857684384U);
  EXPECT_EQ(digest_of([](Draw& d) {
              FieldList all;
              for (const std::string& format : d.formats()) {
                NearlyValid nearly = draw_nearly_valid(format, d);
                for (auto& field : nearly.fields) all.push_back(field);
                all.emplace_back(nearly.words, text_of(nearly.verdict.context));
              }
              return all;
            }),
            3491895182317016915U);
}

TEST(Draw, GivesTheSameHostileRequestsEverywhere) {
  using namespace baton::testing;
  EXPECT_EQ(digest_of([](Draw& d) {
              const std::string format = d.formats().front();
              HostileRequest request = draw_hostile_request(format, d);
              request.fields.emplace_back(request.attacks, "");
              return request.fields;
            }),
            15903579454494757869U);
  FieldList all;
  for (const auto& known : baton::registered_propagators()) {
    for (HostileRequest& request : hostile_catalog(known.traits.name)) {
      for (auto& field : request.fields) all.push_back(std::move(field));
    }
  }
  Digest digest;
  digest.add(all);
  EXPECT_EQ(digest.value(), 14404008729551888482U);
}

TEST(Draw, HasNumbersFromAllOfTheRange) {
  Draw draw(1);
  bool seen[4] = {};
  for (int i = 0; i < 200; ++i) {
    const std::size_t number = draw.number(5, 8);
    ASSERT_GE(number, 5U);
    ASSERT_LE(number, 8U);
    seen[number - 5] = true;
  }
  for (const bool each : seen) EXPECT_TRUE(each);
  EXPECT_EQ(draw.number(7, 7), 7U);
  EXPECT_NE(draw.number(0, ~std::size_t{0}), draw.number(0, ~std::size_t{0}));
}

}  // namespace
