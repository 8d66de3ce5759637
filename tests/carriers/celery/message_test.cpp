// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/message.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <regex>
#include <set>

#include "support.hpp"

namespace {

using namespace celery_test;
using baton::celery::make_message;
using baton::celery::Message;

std::vector<std::string> names_of(const boost::json::object& object) {
  std::vector<std::string> names;
  for (const auto& member : object) names.emplace_back(member.key());
  return names;
}

std::string header(const Message& message, std::string_view name) {
  return boost::json::serialize(message.headers.at(name));
}

// In the order in which Celery 5.7 writes them.
TEST(CeleryMessageTest, HasAllHeadersOfProtocol2) {
  const Message message = make_message({.name = "shop.add"}, baton::Context());
  EXPECT_EQ(names_of(message.headers),
            (std::vector<std::string>{"lang", "task", "id", "shadow", "eta", "expires", "group",
                                      "group_index", "retries", "timelimit", "root_id", "parent_id",
                                      "argsrepr", "kwargsrepr", "origin", "ignore_result",
                                      "replaced_task_nesting", "stamped_headers", "stamps"}));
  EXPECT_EQ(header(message, "task"), R"("shop.add")");
  EXPECT_EQ(message.headers.at("id"), message.headers.at("root_id"));
  EXPECT_EQ(message.headers.at("id").as_string(), message.correlation_id);
  for (const char* name : {"shadow", "eta", "expires", "group", "group_index", "parent_id"}) {
    EXPECT_EQ(header(message, name), "null") << name;
  }
  EXPECT_EQ(header(message, "timelimit"), "[null,null]");
  EXPECT_EQ(header(message, "retries"), "0");
  EXPECT_EQ(header(message, "ignore_result"), "false");
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size()), 0);
  EXPECT_EQ(message.headers.at("origin").as_string(),
            "baton" + std::to_string(::getpid()) + "@" + host.data());
  EXPECT_EQ(message.body,
            R"([[],{},{"callbacks":null,"errbacks":null,"chain":null,"chord":null}])");
  EXPECT_EQ(message.routing_key, "celery");
}

TEST(CeleryMessageTest, SaysWhatTheTaskSays) {
  using namespace std::chrono;
  const auto eta = sys_days(2026y / 11 / 2) + 3h + 4min + 5s + 6us;
  const Message message = make_message({.name = "shop.add",
                                        .args = {1, "a"},
                                        .kwargs = {{"k", nullptr}},
                                        .id = "i",
                                        .root_id = "r",
                                        .parent_id = "p",
                                        .group = "g",
                                        .group_index = 2,
                                        .eta = eta,
                                        .expires = eta + 24h,
                                        .retries = 3,
                                        .time_limit = 10,
                                        .soft_time_limit = 5,
                                        .ignore_result = true,
                                        .reply_to = "q",
                                        .shadow = "nick",
                                        .argsrepr = "hidden",
                                        .origin = "me",
                                        .headers = {{"x", "1"}, {"task", "evil"}},
                                        .queue = "shop",
                                        .priority = 5},
                                       baton::Context());
  EXPECT_EQ(boost::json::serialize(message.headers),
            R"({"lang":"py","task":"shop.add","id":"i","shadow":"nick",)"
            R"("eta":"2026-11-02T03:04:05.000006+00:00",)"
            R"("expires":"2026-11-03T03:04:05.000006+00:00","group":"g","group_index":2,)"
            R"("retries":3,"timelimit":[10,5],"root_id":"r","parent_id":"p",)"
            R"("argsrepr":"hidden","kwargsrepr":"{'k': None}","origin":"me",)"
            R"("ignore_result":true,"replaced_task_nesting":0,"stamped_headers":null,"stamps":{},)"
            R"("x":"1"})");
  EXPECT_EQ(message.correlation_id, "i");
  EXPECT_EQ(message.reply_to, "q");
  EXPECT_EQ(redis_key(message),
            "shop\x06\x16"
            "3");
}

TEST(CeleryMessageTest, TimesBeforeTheEpochAndOfFineGrain) {
  using namespace std::chrono;
  const auto eta = floor<system_clock::duration>(sys_days(1969y / 12 / 31) + 23h + 59min + 59s +
                                                 999999999ns);  // libc++'s has microseconds
  const Message message = make_message({.name = "t", .eta = eta}, baton::Context());
  EXPECT_EQ(header(message, "eta"), R"("1969-12-31T23:59:59.999999+00:00")");
}

TEST(CeleryMessageTest, CarriesTheContext) {
  const baton::Context context = context_of(parent, "user=1");
  const baton::Scope scope(context);
  const Message message = make_message({.name = "t", .headers = {{"traceparent", "stale"}}});
  EXPECT_EQ(message.headers.at("traceparent").as_string(), parent);
  EXPECT_EQ(message.headers.at("baggage").as_string(), "user=1");
}

TEST(CeleryMessageTest, AsKombuPutsItIntoRedis) {
  Message message =
      make_message({.name = "t", .args = {1}, .id = "i", .priority = 9}, context_of(parent));
  message.headers = {{"task", "t"}};
  const auto envelope = json(to_redis(message)).as_object();
  EXPECT_EQ(envelope.at("body").as_string(),
            "W1sxXSx7fSx7ImNhbGxiYWNrcyI6bnVsbCwiZXJyYmFja3MiOm51bGwsImNoYWluIjpudWxsLCJjaG9yZCI6"
            "bnVsbH1d");
  EXPECT_EQ(envelope.at("content-type").as_string(), "application/json");
  EXPECT_EQ(envelope.at("content-encoding").as_string(), "utf-8");
  EXPECT_EQ(boost::json::serialize(envelope.at("headers")), R"({"task":"t"})");
  auto properties = envelope.at("properties").as_object();
  const std::string tag(properties.at("delivery_tag").as_string());
  properties.erase("delivery_tag");
  EXPECT_EQ(properties, json(R"({"correlation_id":"i","reply_to":"","delivery_mode":2,
      "delivery_info":{"exchange":"","routing_key":"celery"},"priority":9,
      "body_encoding":"base64"})"));
  EXPECT_NE(json(to_redis(message)).at("properties").at("delivery_tag").as_string(), tag);
}

TEST(CeleryMessageTest, ListsOfPriorities) {
  using baton::celery::redis_key;
  for (const unsigned none : {0U, 1U, 2U}) EXPECT_EQ(redis_key("q", none), "q");
  EXPECT_EQ(redis_key("q", 3),
            "q\x06\x16"
            "3");
  EXPECT_EQ(redis_key("q", 8),
            "q\x06\x16"
            "6");
  for (const unsigned most : {9U, 255U})
    EXPECT_EQ(redis_key("q", most),
              "q\x06\x16"
              "9");
}

/// The digits of a UUID as one number in two halves.
std::array<std::uint64_t, 2> bits_of(std::string uuid) {
  std::erase(uuid, '-');
  return {std::stoull(uuid.substr(0, 16), nullptr, 16), std::stoull(uuid.substr(16), nullptr, 16)};
}

TEST(CeleryMessageTest, UuidsAreOfVersion4) {
  const std::regex version4("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> seen;
  std::array<std::uint64_t, 2> ones{};
  std::array<std::uint64_t, 2> zeros{};
  for (int i = 0; i < 1000; ++i) {
    const std::string uuid = baton::celery::random_uuid();
    EXPECT_TRUE(std::regex_match(uuid, version4)) << uuid;
    EXPECT_TRUE(seen.insert(uuid).second);
    for (std::size_t half = 0; half < 2; ++half) {
      ones[half] |= bits_of(uuid)[half];
      zeros[half] |= ~bits_of(uuid)[half];
    }
  }
  // All but the version and the variant are random.
  EXPECT_EQ(ones[0] & zeros[0], ~std::uint64_t{0xF000});
  EXPECT_EQ(ones[1] & zeros[1], ~std::uint64_t{0} >> 2);
}

std::string repr(boost::json::array args) {
  const Message message = make_message({.name = "t", .args = std::move(args)}, baton::Context());
  return std::string(message.headers.at("argsrepr").as_string());
}

TEST(CeleryMessageTest, ArgumentsAsPythonShowsThem) {
  EXPECT_EQ(repr({}), "()");
  EXPECT_EQ(repr({1}), "(1,)");
  EXPECT_EQ(repr({1.0, -0.0, 100000.0, 1e-4, 9e-5, 1e15, 1e16, 0.1}),
            "(1.0, -0.0, 100000.0, 0.0001, 9e-05, 1000000000000000.0, 1e+16, 0.1)");
  EXPECT_EQ(repr({1, -2, 2.5, true, false, nullptr}), "(1, -2, 2.5, True, False, None)");
  EXPECT_EQ(repr({std::numeric_limits<std::uint64_t>::max(), 1}), "(18446744073709551615, 1)");
  EXPECT_EQ(repr({"é", "it's", "a\"b'c", "\n\r\t\\\x01"}),
            R"(('é', "it's", 'a"b\'c', '\n\r\t\\\x01'))");
  EXPECT_EQ(repr({json(R"([[1,{"a":[]}]])")}), "([[1, {'a': []}]],)");
  EXPECT_EQ(repr({"\x1f\x7f ~"}), R"(('\x1f\x7f ~',))");
  EXPECT_EQ(repr({json("[[[[[[1]]]]]]")}), "([[[[...]]]],)");
  EXPECT_EQ(repr({json(R"({"a":{"b":{"c":{"d":{}}}}})")}), "({'a': {'b': {'c': {'d': ...}}}},)");
}

TEST(CeleryMessageTest, NamedArgumentsAsPythonShowsThem) {
  const auto shown = [](std::string_view kwargs) {
    const Message message =
        make_message({.name = "t", .kwargs = json(kwargs).as_object()}, baton::Context());
    return std::string(message.headers.at("kwargsrepr").as_string());
  };
  EXPECT_EQ(shown("{}"), "{}");
  EXPECT_EQ(shown(R"({"a":1,"b":{"c":[],"d":"x"},"e":null})"),
            "{'a': 1, 'b': {'c': [], 'd': 'x'}, 'e': None}");
  EXPECT_EQ(shown(R"({"a":{"b":{"c":{"d":{"e":{}}}}}})"), "{'a': {'b': {'c': {'d': {'e': ...}}}}}");
}

TEST(CeleryMessageTest, ArgumentsOfTheLongestTextAreWhole) {
  const std::string longest(1019, 'x');
  EXPECT_EQ(repr({longest}), "('" + longest + "',)");
  EXPECT_EQ(repr({longest + "x"}), "('" + longest + "...");
  EXPECT_EQ(repr({longest, 1}), "('" + longest + "...");
}

TEST(CeleryMessageTest, LongArgumentsAreCutBetweenCharacters) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'x');
    for (int i = 0; i < 1000; ++i) text += "é";
    const std::string shown = repr({text, text});
    EXPECT_LE(shown.size(), 1024U);
    EXPECT_GE(shown.size(), 1020U);
    EXPECT_TRUE(shown.ends_with("é...")) << shown;
  }
  EXPECT_EQ(repr(boost::json::array(100000, 1)).size(), 1024U);
}

TEST(CeleryMessageTest, TheQueueIsTheDestination) {
  const baton::PropagatorChain chain =
      baton::make_chain("tracecontext,baggage,ottrace")
          .chain.with_trust({.destinations = {{"partner.*", false, false, {"b"}}}});
  const baton::Context context = context_of(parent, "a=1,b=2");
  const auto left = [&](std::string queue, std::string_view destination) {
    boost::json::object headers = make_message({.name = "t", .queue = std::move(queue)}, context,
                                               {.chain = chain, .destination = destination})
                                      .headers;
    const bool has_context = headers.contains("traceparent");
    EXPECT_EQ(headers.contains("ot-tracer-traceid"), has_context);
    EXPECT_EQ(headers.contains("ot-baggage-a"), has_context);
    return std::pair(has_context, std::string(headers.at("baggage").as_string()));
  };
  EXPECT_EQ(left("bills", ""), std::pair(true, std::string("a=1,b=2")));
  EXPECT_EQ(left("partner.bills", ""), std::pair(false, std::string("b=2")));
  EXPECT_EQ(left("bills", "partner.x"), std::pair(false, std::string("b=2")));
}

}  // namespace
