// SPDX-License-Identifier: Apache-2.0
// Without memory, what a rule denies to a topic is not sent either, and nothing else fails.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "baton/id_tracer.hpp"
#include "carriers/kafka/sent_spans.hpp"
#include "span_support.hpp"
#include "support/faults.hpp"
#include "support/replaced_allocator.hpp"

namespace {

using namespace kafka_test;
using baton::PropagatorChain;
using baton::test::fail_each;
using baton::test::faults;

/// Whether all allocations behind the one that fails do so too, and whether they do now.
thread_local bool fails_on = false;
thread_local bool fails_now = false;

thread_local std::size_t allocations = 0;

bool end() {
  fails_on = false;
  fails_now = false;
  return faults.end();
}

const std::string long_name = "uberctx-" + std::string(300, 'n');

class MemoryTest : public SpanTest {
 protected:
  /// Lets each allocation of `send` fail in turn, and each with all that follow.
  template <class Send>
  void fail_in(Send&& send) {
    const Headers others = {{"x", "1"}, {"", "2"}, {"y", std::nullopt}};
    Headers whole = others;
    whole.insert(whole.end(), {{"baggage", "b=2"}, {"uberctx-b", "2"}});
    for (const bool on : {false, true}) {
      const std::size_t failures = fail_each([&](std::size_t number) {
        HeadersPointer list = make_headers(theirs_);
        fails_on = on;
        faults.begin(number);
        const rd_kafka_resp_err_t error = send(list);
        const bool has_failed = end();
        EXPECT_EQ(error, RD_KAFKA_RESP_ERR_NO_ERROR);
        const Headers arrived = headers_of(*orders_.next());
        EXPECT_EQ(arrived, has_failed && arrived != whole ? others : whole) << number;
        return has_failed;
      });
      EXPECT_GE(failures, 5U);
    }
  }

  /// Sends a message without headers while an allocation fails: what arrived, and whether one has.
  std::pair<Headers, bool> fail_without_headers(rd_kafka_t& producer, std::size_t number) {
    faults.begin(number);
    const rd_kafka_resp_err_t error =
        rd_kafka_producev(&producer, RD_KAFKA_VTYPE_TOPIC, "orders", RD_KAFKA_VTYPE_END);
    const bool has_failed = end();
    EXPECT_EQ(error, RD_KAFKA_RESP_ERR_NO_ERROR);
    return {headers_of(*orders_.next()), has_failed};
  }

  const Headers theirs_ = {{"x", "1"},
                           {"TraceParent", other_parent},
                           {"traceparent", other_parent},
                           {"", "2"},
                           {long_name, "secret"},
                           {long_name + "2", "secret"},
                           {"uberctx-a", "secret"},
                           {"baggage", "secret=1,b=2"},
                           {"y", std::nullopt}};
  const Client producer_ = instrumented(
      {.chain = baton::make_chain("tracecontext,baggage,jaeger")
                    .chain.with_trust({.destinations = {{"orders", false, false, {"b"}}}}),
       .tracer = nullptr});
};

/// The first test: the others make a global chain.
TEST_F(MemoryTest, AMessageIsSentThoughThereIsNoGlobalChain) {
  const Client producer = instrumented({.tracer = nullptr});
  const baton::Context context = context_of(parent);
  const baton::Scope scope(context);
  bool has_chain = false;
  fail_each([&](std::size_t number) {
    fails_on = true;
    const auto [arrived, has_failed] = fail_without_headers(*producer, number);
    EXPECT_EQ(arrived, has_failed ? Headers{} : Headers({{"traceparent", parent}})) << number;
    if (number == 0) has_chain = baton::detail::global_chain.load() != nullptr;
    return has_failed;
  });
  EXPECT_FALSE(has_chain) << "it was made before";
}

TEST_F(MemoryTest, AMessageWithoutHeadersHasNothingToLose) {
  const baton::Context context = context_of(parent, "b=2," + std::string(300, 'n') + "=1");
  const baton::Scope scope(context);
  const std::size_t failures = fail_each([&](std::size_t number) {
    const auto [arrived, has_failed] = fail_without_headers(*producer_, number);
    if (!has_failed || !arrived.empty()) {
      EXPECT_EQ(arrived, (Headers{{"baggage", "b=2"}, {"uberctx-b", "2"}})) << number;
    }
    return has_failed;
  });
  EXPECT_GE(failures, 1U);
}

TEST_F(MemoryTest, AMessageLosesItsContextIfARuleDeniesAPart) {
  fail_in([&](HeadersPointer& list) {
    const rd_kafka_resp_err_t error =
        rd_kafka_producev(producer_.get(), RD_KAFKA_VTYPE_TOPIC, "orders", RD_KAFKA_VTYPE_HEADERS,
                          list.get(), RD_KAFKA_VTYPE_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<void>(list.release());
    return error;
  });
}

TEST_F(MemoryTest, SoDoesAMessageThatIsForwarded) {
  EXPECT_EQ(produce(*plain_, "v", make_headers(theirs_), "checked"), RD_KAFKA_RESP_ERR_NO_ERROR);
  flush(*plain_);
  const Message message = checked_.next();
  fail_in([&](HeadersPointer&) {
    return baton::kafka::forward(*producer_, "orders", *message,
                                 {.chain = PropagatorChain(), .tracer = nullptr});
  });
}

TEST_F(MemoryTest, AMessageKeepsItsContextIfNoRuleDeniesAnything) {
  const baton::Context context = context_of(parent);
  const baton::Scope scope(context);
  const std::size_t failures = fail_each([&](std::size_t number) {
    HeadersPointer list = make_headers(theirs_);
    faults.begin(number);
    EXPECT_EQ(rd_kafka_producev(producer_.get(), RD_KAFKA_VTYPE_TOPIC, "checked",
                                RD_KAFKA_VTYPE_HEADERS, list.get(), RD_KAFKA_VTYPE_END),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    const bool has_failed = end();
    static_cast<void>(list.release());
    EXPECT_EQ(headers_of(*checked_.next()), theirs_);
    return has_failed;
  });
  EXPECT_GE(failures, 1U);
}

TEST(SentSpansMemoryTest, NothingIsKeptOfAMessageThatWasReported) {
  baton::IdTracer tracer;
  baton::kafka::internal::SentSpans spans;
  const std::vector<rd_kafka_message_t> messages(1000);
  std::optional<std::size_t> of_the_second;
  for (const rd_kafka_message_t& message : messages) {
    allocations = 0;
    spans.add(message, baton::Span(&tracer, {.parent = {}, .name = "send"}));
    spans.end(message);
    if (&message != messages.data()) {
      of_the_second = of_the_second.value_or(allocations);
      EXPECT_EQ(allocations, *of_the_second) << "the table grows";
    }
  }
}

TEST(PluginMemoryTest, AConfigurationIsRefused) {
  using Init = rd_kafka_resp_err_t(rd_kafka_conf_t*, void**, char*, std::size_t);
  void* const plugin = ::dlopen(BATON_PLUGIN, RTLD_NOW);
  ASSERT_NE(plugin, nullptr) << ::dlerror();
  auto* const init = reinterpret_cast<Init*>(::dlsym(plugin, "conf_init"));
  ASSERT_NE(init, nullptr);
  std::size_t for_memory = 0;
  const std::size_t failures = fail_each([&](std::size_t number) {
    rd_kafka_conf_t* const conf = make_conf({{"log_level", "0"}});
    std::array<char, 99> reason{};
    faults.begin(number);
    const rd_kafka_resp_err_t error = init(conf, nullptr, reason.data(), reason.size());
    const bool has_failed = end();
    EXPECT_EQ(error, has_failed ? RD_KAFKA_RESP_ERR__FAIL : RD_KAFKA_RESP_ERR_NO_ERROR) << number;
    if (std::string_view(reason.data()) == "std::bad_alloc") ++for_memory;
    rd_kafka_conf_destroy(conf);
    return has_failed;
  });
  EXPECT_GE(for_memory, 1U);
  EXPECT_GE(failures, for_memory);
  ::dlclose(plugin);
}

}  // namespace

bool baton::test::may_allocate(std::size_t /*size*/) noexcept {
  ++allocations;
  if (faults.fails()) {
    fails_now = fails_on;
    return false;
  }
  return !fails_now;
}
