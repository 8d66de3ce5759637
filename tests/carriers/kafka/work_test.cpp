// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>

#include "counting.hpp"
#include "support.hpp"
#include "support/spelling.hpp"

namespace {

using namespace kafka_test;
using baton::Context;
using baton::kafka::ConstCppHeadersCarrier;
using baton::kafka::CppHeadersCarrier;
using baton::kafka::Existing;
using baton::kafka::forward;
using baton::kafka::forward_headers;
using baton::kafka::HeadersCarrier;
using baton::kafka::instrument;
using baton::test::spelling;

/// All formats except `xray-lambda`, which also writes the field of `xray`.
const baton::PropagatorChain& everything() {
  static const baton::PropagatorChain chain = [] {
    std::vector<baton::PropagatorChain::Entry> entries;
    for (const baton::RegisteredPropagator& known : baton::registered_propagators()) {
      if (known.traits.name != "xray-lambda") entries.push_back(known.make({}));
    }
    return baton::PropagatorChain(entries);
  }();
  return chain;
}

/// Lists of any size, in which half of the headers, or all, have other names.
struct Shape {
  const char* name;
  std::function<Header(std::size_t)> header;

  friend void PrintTo(const Shape& shape, std::ostream* out) { *out << shape.name; }
};

const Shape shapes[] = {
    {"OthersAlone", [](std::size_t i) { return Header{"header-" + std::to_string(i), "v"}; }},
    {"SpellingsOfOneName",
     [](std::size_t i) {
       return i % 2 == 0 ? Header{"header-" + std::to_string(i), "v"}
                         : Header{spelling("x-b3-parentspanid", i / 2), "v"};
     }},
    {"OneNameAgainAndAgain",
     [](std::size_t i) {
       return i % 2 == 0 ? Header{"header-" + std::to_string(i), "v"}
                         : Header{"baggage", "k" + std::to_string(i) + "=v"};
     }},
    {"NamesOfOneLength",
     [](std::size_t i) {
       const std::string name = std::to_string(i);
       return Header{"other" + std::string(6 - name.size(), '0') + name, std::nullopt};
     }},
};

Headers make(const Shape& shape, std::size_t size) {
  Headers headers;
  for (std::size_t i = 0; i < size; ++i) headers.push_back(shape.header(i));
  return headers;
}

Headers others(const Headers& headers, const baton::PropagatorChain& chain) {
  Headers kept;
  for (const Header& header : headers) {
    if (!chain.owns(header.first)) kept.push_back(header);
  }
  return kept;
}

const Context& some_context() {
  static const Context context = context_of(parent, "user=1");
  return context;
}

constexpr std::size_t max_members = 180;

/// As many members as baggage may have, with all characters in their keys that names may have.
const Context& context_with_members() {
  static const Context context = [] {
    std::string baggage;
    for (std::size_t i = 0; i < max_members; ++i) {
      baggage += (i == 0 ? "user_" : ",user_") + std::to_string(i) + "-!#$%&'*+.^`|~=1";
    }
    return context_of(parent, baggage);
  }();
  return context;
}

struct Written {
  const Context& (*context)();
  std::size_t more;  ///< work that does not depend on the list's size
};

// Each member may be compared with those before it, in either of two formats.
const Written written[] = {{some_context, 110},
                           {context_with_members, 2 * max_members * 2 * max_members}};

class WorkTest : public testing::TestWithParam<Shape> {
 protected:
  /// The work of `act` with a list of that size.
  template <class Do>
  static Work work_of(std::size_t size, Do&& act) {
    HeadersPointer list = make_headers(make(GetParam(), size));
    work = {};
    act(std::move(list));
    return work;
  }

  template <class Do>
  static void expect_passes(std::size_t passes, Do&& act, std::size_t more = written[0].more) {
    // The list's own baggage may also be written.
    if (passes > 3 && has_baggage()) more = written[1].more;
    for (const std::size_t size : {1000U, 8000U, 32000U}) {
      const Work work = work_of(size, act);
      EXPECT_LE(work.all(), passes * size + more) << size;
      EXPECT_LE(work.calls, passes * size + more) << size;
    }
  }

  static bool has_baggage() { return std::string_view(GetParam().name) == "OneNameAgainAndAgain"; }
  /// One, or as many as the list needs to be rebuilt.
  static std::size_t passes() {
    const Headers few = make(GetParam(), 10);
    return others(few, everything()).size() == few.size() ? 1 : 8;
  }
};

INSTANTIATE_TEST_SUITE_P(Kafka, WorkTest, testing::ValuesIn(shapes),
                         [](const auto& shape) { return shape.param.name; });

TEST_P(WorkTest, OfALookUp) {
  const auto see = [](std::string_view) { return true; };
  for (const char* name : {"baggage", "BAGGAGE", "x-b3-parentspanid", "traceparent", "absent"}) {
    expect_passes(2, [&](HeadersPointer list) {
      static_cast<void>(baton::kafka::ConstHeadersCarrier(list.get()).get(name));
    });
    expect_passes(3, [&](HeadersPointer list) {
      baton::kafka::ConstHeadersCarrier(list.get()).get_all(name, see);
    });
  }
  expect_passes(
      1, [&](HeadersPointer list) { baton::kafka::ConstHeadersCarrier(list.get()).keys(see); });
}

TEST_P(WorkTest, OfErase) {
  for (const char* name : {"baggage", "X-B3-ParentSpanId", "traceparent"}) {
    expect_passes(passes(), [&](HeadersPointer list) { HeadersCarrier(*list).erase(name); });
  }
}

TEST_P(WorkTest, OfSet) {
  for (const char* name : {"baggage", "X-B3-ParentSpanId", "traceparent"}) {
    expect_passes(passes(), [&](HeadersPointer list) { HeadersCarrier(*list).set(name, "1"); });
  }
}

TEST_P(WorkTest, OfAWholeInjection) {
  for (const auto& [context, more] : written) {
    expect_passes(
        passes(),
        [&](HeadersPointer list) {
          baton::kafka::inject(*list, context(), {.chain = everything()});
        },
        more);
  }
}

TEST_P(WorkTest, OfAnInstrumentedProducer) {
  for (const auto& [context, more] : written) {
    for (const Existing existing : {Existing::keep, Existing::replace}) {
      rd_kafka_conf_t* const conf =
          make_conf({{"message.max.bytes", "100000000"}, {"log_level", "0"}});
      instrument(*conf, {.existing = existing, .chain = everything(), .context = context});
      const Client producer = make_client(RD_KAFKA_PRODUCER, conf);
      expect_passes(
          passes(),
          [&](HeadersPointer list) {
            EXPECT_EQ(produce(*producer, "v", std::move(list)), RD_KAFKA_RESP_ERR_NO_ERROR);
          },
          more);
      rd_kafka_purge(producer.get(), RD_KAFKA_PURGE_F_QUEUE);
    }
  }
}

TEST_P(WorkTest, OfForwarding) {
  const MockCluster cluster;
  Reader reader(cluster);
  const Client producer =
      make_client(RD_KAFKA_PRODUCER, cluster.producer_conf({{"message.max.bytes", "100000000"}}));
  const Client without_broker = make_client(
      RD_KAFKA_PRODUCER, make_conf({{"message.max.bytes", "100000000"}, {"log_level", "0"}}));
  for (const std::size_t size : {1000U, 8000U, 32000U}) {
    const Headers theirs = make(GetParam(), size);
    ASSERT_EQ(produce(*producer, "v", make_headers(theirs)), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*producer);
    const Message message = reader.next();
    ASSERT_EQ(kafka_test::headers_of(*message).size(), size) << "librdkafka reads them once";
    // Each header is read once, and those of other names are added to the copy.
    const std::size_t one_pass = size + others(theirs, everything()).size();
    const auto expect_one_pass = [&](std::size_t more, auto&& act) {
      work = {};
      act();
      EXPECT_EQ(work.asked, 1U);
      EXPECT_LE(work.all(), one_pass + more) << size;
      EXPECT_LE(work.calls, one_pass + more) << size;
    };
    const auto send_on = [&] {
      EXPECT_EQ(forward(*without_broker, "checked", *message, {.chain = everything()}),
                RD_KAFKA_RESP_ERR_NO_ERROR);
    };
    for (const auto& [context, more] : written) {
      expect_one_pass(more, [&] {
        EXPECT_NE(forward_headers(*message, context(), {.chain = everything()}), nullptr);
      });
      const baton::Scope scope(context());
      expect_one_pass(more, send_on);
    }
    expect_one_pass(written[has_baggage() ? 1 : 0].more, send_on);
  }
  rd_kafka_purge(without_broker.get(), RD_KAFKA_PURGE_F_QUEUE);
}

TEST_P(WorkTest, ChangesNothingElse) {
  const Headers theirs = make(GetParam(), 100);
  const HeadersPointer list = make_headers(theirs);
  baton::kafka::inject(*list, some_context(),
                       {.chain = baton::make_chain("tracecontext,baggage,b3multi").chain});
  Headers expected = others(theirs, everything());
  const Headers ours = {{"traceparent", parent},
                        {"baggage", "user=1"},
                        {"x-b3-traceid", "0af7651916cd43dd8448eb211c80319c"},
                        {"x-b3-spanid", "b7ad6b7169203331"},
                        {"x-b3-sampled", "1"}};
  expected.insert(expected.end(), ours.begin(), ours.end());
  EXPECT_EQ(to_headers(list.get()), expected);
}

TEST_P(WorkTest, NorIfLibrdkafkaCannotBeMadeToEmptyAList) {
  keeps_empty_names = true;
  const Headers theirs = make(GetParam(), 100);
  const HeadersPointer list = make_headers(theirs);
  HeadersCarrier(*list).erase("baggage");
  HeadersCarrier(*list).erase("x-b3-parentspanid");
  keeps_empty_names = false;
  EXPECT_EQ(to_headers(list.get()), others(theirs, everything()));
}

using CppHeaders = std::unique_ptr<RdKafka::Headers>;

CppHeaders make_cpp(const Headers& headers) {
  CppHeaders list(RdKafka::Headers::create());
  for (const auto& [name, value] : headers) {
    list->add(name, value ? value->data() : nullptr, value ? value->size() : 0);
  }
  return list;
}

TEST_P(WorkTest, OfTheCppInterface) {
  constexpr std::size_t removals = CppHeadersCarrier::max_spellings;
  for (const std::size_t size : {1000U, 8000U, 32000U}) {
    const CppHeaders list = make_cpp(make(GetParam(), size));
    work = {};
    baton::kafka::inject(*list, some_context(), {.chain = everything()});
    constexpr std::size_t names = 400;  // fields, and members of baggage for two formats
    EXPECT_LE(work.removals, removals + names);
    EXPECT_LE(work.seen, (removals + names) * size);
    EXPECT_LE(work.calls, size + 2 * (removals + names));
  }
}

TEST_P(WorkTest, ChangesNothingElseOfTheCppInterface) {
  const Headers theirs = make(GetParam(), 100);
  const CppHeaders list = make_cpp(theirs);
  const baton::PropagatorChain chain = baton::make_chain("tracecontext,b3multi").chain;
  baton::kafka::inject(*list, context_of(parent), {.chain = chain});
  Headers expected = others(theirs, chain);
  const Headers ours = {{"traceparent", parent},
                        {"x-b3-traceid", "0af7651916cd43dd8448eb211c80319c"},
                        {"x-b3-spanid", "b7ad6b7169203331"},
                        {"x-b3-sampled", "1"}};
  expected.insert(expected.end(), ours.begin(), ours.end());
  Headers headers;
  for (const RdKafka::Headers::Header& header : list->get_all()) {
    headers.emplace_back(header.key(), std::nullopt);
    if (header.value() != nullptr) headers.back().second = header.value_string();
  }
  EXPECT_EQ(headers, expected);
}

TEST(CppWorkTest, SpellingsBeyondTheLimitAreHidden) {
  constexpr std::size_t limit = CppHeadersCarrier::max_spellings;
  Headers theirs = {{"x-b3-parentspanid", "in lowercase"}};
  for (std::size_t i = 1; i < limit + 10; ++i) {
    theirs.emplace_back(spelling("x-b3-parentspanid", i), "other");
  }
  const CppHeaders list = make_cpp(theirs);
  CppHeadersCarrier carrier(*list);
  carrier.erase("x-b3-parentspanid");
  EXPECT_EQ(list->size(), 9U + 1) << "one in lowercase without a value";
  EXPECT_EQ(carrier.get("x-b3-parentspanid"), "");
  EXPECT_EQ(ConstCppHeadersCarrier(*list).get("x-b3-parentspanid"), "");
  for (const char* value : {"ours", "ours again"}) {
    carrier.set("x-b3-parentspanid", value);
    EXPECT_EQ(carrier.get("x-b3-parentspanid"), value);
    EXPECT_EQ(list->get("x-b3-parentspanid").size(), 1U);
    EXPECT_EQ(list->size(), 9U + 1);
  }
  theirs.resize(limit + 1);
  const CppHeaders shorter = make_cpp(theirs);
  CppHeadersCarrier(*shorter).erase("x-b3-parentspanid");
  EXPECT_EQ(shorter->size(), 0U);
}

// `inject` must be able to replace what it may have written itself.
TEST(CppWorkTest, TheLimitHasRoomForAWholeContext) {
  baton::BaggageBuilder builder;
  for (std::size_t i = 0; i < baton::BaggageLimits().max_members; ++i) {
    EXPECT_TRUE(builder.set("k" + std::to_string(i), "v"));
  }
  Context context = context_of(parent);
  context.set_baggage(builder.build());
  const CppHeaders list = make_cpp({{"a", "1"}});
  for (std::size_t i = 0; i < 2; ++i) {
    baton::kafka::inject(*list, context, {.chain = everything()});
    EXPECT_GT(list->size(), 2 * baton::BaggageLimits().max_members);
  }
  baton::kafka::inject(*list, Context(), {.chain = everything()});
  EXPECT_EQ(list->size(), 1U);
}

// A spelling counts once, however many headers have it.
TEST(CppWorkTest, RepeatedSpellingsAreOne) {
  Headers theirs(2 * CppHeadersCarrier::max_spellings, {"b3", "d"});
  theirs.emplace_back("B3", "0");
  const CppHeaders list = make_cpp(theirs);
  CppHeadersCarrier(*list).erase("b3");
  EXPECT_EQ(list->size(), 0U);
}

}  // namespace
