// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/carrier_conformance.hpp"
#include "support.hpp"

namespace {

using namespace baton::testing;
using baton::curl::ConstSlistCarrier;
using baton::curl::SlistCarrier;
using baton::testing::detail::chain_of;
using baton::testing::detail::full_context;
using curl_test::List;

struct SlistBinding {
  using Storage = List;
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  static constexpr bool holds_mixed_case = true;
  static constexpr bool writes_lines = true;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    storage.add(std::string(name) + (value.empty() ? ";" : ": ") + std::string(value));
  }
  static FieldList raw(const Storage& storage) {
    FieldList fields;
    for (std::string line : storage.lines()) {
      if (line.ends_with(';')) line.back() = ':';
      fields.push_back(curl_test::to_field(line));
    }
    return fields;
  }
  static SlistCarrier carrier(Storage& storage) { return SlistCarrier(storage.head); }
  static ConstSlistCarrier carrier(const Storage& storage) {
    return ConstSlistCarrier(storage.head);
  }
};

BATON_TEST_CARRIER(Slist, SlistBinding);

FieldList fields_of(const List& list) {
  FieldList fields;
  ConstSlistCarrier(list.head).fields([&](std::string_view name, std::string_view value) {
    fields.emplace_back(name, value);
    return true;
  });
  return fields;
}

const std::vector<std::string> odd_lines{
    "Name: value", "name:v", "A:",      "A: \t\v\f", "B;",     "C; ",        "D;x",
    "E;: 1",       "E;f: 2", ":x",      ";",         "",       "none",       "G : 3",
    "H:;",         "I:: 4",  "J: 5 \t", "K;;",       "L;;: 6", "M: \xc3\xa9"};

TEST(SlistCarrier, ReadsLinesAsCurlSendsThem) {
  const List list(odd_lines);
  const FieldList expected{{"Name", "value"}, {"name", "v"}, {"B", ""},        {"E;", "1"},
                           {"E;f", "2"},      {"G ", "3"},   {"H", ";"},       {"I", ": 4"},
                           {"J", "5"},        {"L;;", "6"},  {"M", "\xc3\xa9"}};
  EXPECT_EQ(fields_of(list), expected);
  EXPECT_EQ(ConstSlistCarrier(list.head).get("a"), std::nullopt);
  EXPECT_EQ(ConstSlistCarrier(list.head).get("e"), std::nullopt);
  EXPECT_EQ(ConstSlistCarrier(list.head).get("E;"), "1");

  const curl_test::Server server;
  const curl_test::Handle handle;
  curl_easy_setopt(handle, CURLOPT_URL, server.url().c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list.head);
  ASSERT_EQ(curl_easy_perform(handle), CURLE_OK);
  EXPECT_EQ(server.last(), expected);
}

TEST(SlistCarrier, CurlSendsWhatItWrites) {
  List list({"Tracestate:", "B3: old", "accept:"});
  SlistCarrier carrier(list.head);
  carrier.set("TraceState", "a=1");
  carrier.set("b3", "");
  carrier.set("blank", std::string_view(" \t  ").substr(0, 3));  // its end is its size
  carrier.set("x", "  y: z;\t");
  carrier.erase("Accept");  // remains: curl must not send its own
  EXPECT_EQ(list.lines(),
            (std::vector<std::string>{"tracestate: a=1", "b3;", "accept:", "blank;", "x: y: z;"}));
  const curl_test::Server server;
  const curl_test::Handle handle;
  curl_easy_setopt(handle, CURLOPT_URL, server.url().c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list.head);
  ASSERT_EQ(curl_easy_perform(handle), CURLE_OK);
  EXPECT_EQ(server.last(),
            (FieldList{{"tracestate", "a=1"}, {"b3", ""}, {"blank", ""}, {"x", "y: z;"}}));
}

TEST(SlistCarrier, SetKeepsThePlaceOfTheFirstLine) {
  List list({"A: 1", "B:", "c: 3", "b: 4", "B;", "d: 5", "b"});
  SlistCarrier(list.head).set("b", "longer than what was there");
  EXPECT_EQ(list.lines(), (std::vector<std::string>{"A: 1", "b: longer than what was there", "c: 3",
                                                    "d: 5", "b"}));
  const curl_slist* const second = list.head->next;
  SlistCarrier(list.head).set("B", "short");
  EXPECT_EQ(list.head->next, second) << "a line with room is written over";
  EXPECT_STREQ(second->data, "b: short");
}

TEST(SlistCarrier, EraseLeavesLinesThatCurlDoesNotSend) {
  List list({"b: 1", "B:", "b;", "b; ", "a: b", "b: 2"});
  SlistCarrier(list.head).erase("b");
  EXPECT_EQ(list.lines(), (std::vector<std::string>{"B:", "b; ", "a: b"}));
}

/// Sets by views of a line, or by copies of them.
struct Use {
  bool name_as_view;
  bool value_as_view;
};
std::vector<std::string> set_by(const std::string& text, std::size_t name, std::size_t value,
                                std::size_t size, Use use) {
  List list({"first: 1", text, "ABC: 2", "b: 3"});
  const std::string_view line = list.head->next->data;
  const std::string_view copy = text;
  SlistCarrier(list.head).set((use.name_as_view ? line : copy).substr(name, 3),
                              (use.value_as_view ? line : copy).substr(value, size));
  return list.lines();
}

TEST(SlistCarrier, SetsByViewsOfItsLines) {
  for (const std::string text :
       {"abc: abc: x", "ABC: ABC: x", "abc: bc", "b: abc: abc", "abc: 1"}) {
    for (std::size_t name = 0; name < text.size(); ++name) {
      for (std::size_t value = 0; value <= text.size(); ++value) {
        for (const std::size_t size : {1U, 2U, 100U}) {
          const auto expected = set_by(text, name, value, size, {false, false});
          for (const Use use : {Use{true, false}, Use{false, true}, Use{true, true}}) {
            EXPECT_EQ(set_by(text, name, value, size, use), expected)
                << text << ' ' << name << ' ' << value << ' ' << size;
          }
        }
      }
    }
  }
}

TEST(SlistCarrier, ErasesByAViewOfItsLines) {
  List list({"abc: 1", "x: 2", "ABC: 3"});
  SlistCarrier(list.head).erase(std::string_view(list.head->data, 3));
  EXPECT_EQ(list.lines(), std::vector<std::string>{"x: 2"});
}

TEST(SlistCarrier, WritesLongValues) {
  constexpr std::size_t quick = baton::curl::internal::max_quick_line;
  for (const std::size_t size :
       {std::size_t{1}, quick - 4, quick - 3, quick - 2, quick, 5 * quick}) {
    List list;
    SlistCarrier carrier(list.head);
    carrier.set("x", std::string(size, 'v'));
    EXPECT_EQ(carrier.status(), CURLE_OK);
    EXPECT_EQ(list.lines(), (std::vector<std::string>{"x: " + std::string(size, 'v')}));
  }
}

TEST(CurlInject, WritesTheCurrentContextUnlessGivenAnother) {
  List list({"X: 1"});
  EXPECT_EQ(baton::curl::inject(list.head), CURLE_OK);
  EXPECT_EQ(list.lines(), std::vector<std::string>{"X: 1"});
  const baton::Context context = full_context();
  const auto extracted = [&] {
    return baton::global_chain().extract(ConstSlistCarrier(list.head));
  };
  {
    const baton::Scope scope(context);
    baton::curl::inject(list.head);
  }
  EXPECT_EQ(extracted(), context);
  EXPECT_EQ(list.lines().size(), 4U);
  baton::curl::inject(list.head, baton::Context());
  EXPECT_EQ(list.lines(), std::vector<std::string>{"X: 1"});
  baton::curl::inject(list.head, context, {.chain = chain_of("b3")});
  EXPECT_EQ(list.lines().back(), "b3: 0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1");
}

TEST(CurlInject, ObeysTheRuleForTheDestination) {
  const baton::PropagatorChain chain =
      chain_of("tracecontext,baggage")
          .with_trust({.destinations = {{"*.ours", true, true, {"*"}}, {.destination = "*"}}});
  List list;
  baton::curl::inject(list.head, full_context(), {.chain = chain, .destination = "db.ours"});
  EXPECT_EQ(list.lines().size(), 3U);
  baton::curl::inject(list.head, full_context(), {.chain = chain, .destination = "theirs"});
  EXPECT_EQ(list.lines(), std::vector<std::string>());
}

/// The baggage of one request, as Jaeger and OpenTracing have it: a field for each key.
baton::Context context_of(const baton::PropagatorChain& chain, const std::string& baggage) {
  const baton::Context ids = full_context();
  baton::Context context;
  context.set_span_context(ids.span_context());
  context.set_baggage(baton::Baggage::parse(baggage));
  List list;
  baton::curl::inject(list.head, context, {.chain = chain});
  return chain.extract(ConstSlistCarrier(list.head));
}

TEST(CurlInject, ReplacesBaggageWhateverItsKeys) {
  for (const std::string prefix : {"uberctx-", "ot-baggage-"}) {
    const std::string format = prefix == "uberctx-" ? "jaeger" : "ottrace";
    // Also fields of a format that is only read.
    for (const baton::PropagatorChain& chain :
         {chain_of(format), baton::make_chain({"tracecontext," + format, format, {}, {}}).chain,
          baton::make_chain({format, "tracecontext", {}, {}}).chain}) {
      const bool writes = !chain.writers()[0]->traits().prefixes.empty();
      List list({"X: 1", prefix + "stale: 1", "UBERctx: 2", "OT-Baggage-", prefix + "kept:"});
      const auto send = [&](const baton::Context& context) {
        EXPECT_EQ(baton::curl::inject(list.head, context, {.chain = chain}), CURLE_OK);
        return chain_of(format).extract(ConstSlistCarrier(list.head));
      };
      const baton::Context first = context_of(chain_of(format), "tenant=alice,user=1");
      ASSERT_EQ(first.baggage().size(), 2U);
      EXPECT_EQ(send(first).baggage(), writes ? first.baggage() : baton::Baggage());
      list.add((prefix == "uberctx-" ? "UberCtx-" : "OT-Baggage-") + std::string("Gone: 1"));
      const baton::Context second = context_of(chain_of(format), "other=2");
      EXPECT_EQ(send(second).baggage(), writes ? second.baggage() : baton::Baggage());
      EXPECT_EQ(send(baton::Context()), baton::Context());
      EXPECT_EQ(list.lines(),
                (std::vector<std::string>{"X: 1", "UBERctx: 2", "OT-Baggage-", prefix + "kept:"}));
    }
  }
}

TEST(CurlInject, LeavesNoBaggageOfAnotherRequestToADeniedDestination) {
  const baton::PropagatorChain chain = chain_of("jaeger").with_trust(
      {.destinations = {{"*.internal", true, true, {"*"}}, {.destination = "*"}}});
  List list;
  baton::curl::inject(list.head, context_of(chain_of("jaeger"), "tenant=alice"),
                      {.chain = chain, .destination = "db.internal"});
  EXPECT_EQ(list.lines().size(), 2U);
  baton::curl::inject(list.head, context_of(chain_of("jaeger"), "user=1"),
                      {.chain = chain, .destination = "partner.example"});
  EXPECT_EQ(list.lines(), std::vector<std::string>());
}

}  // namespace
