// SPDX-License-Identifier: Apache-2.0
// What a rule denies to a topic is not sent without memory either.

#include <gtest/gtest.h>

#include <string>

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

}  // namespace

bool baton::test::may_allocate(std::size_t /*size*/) noexcept {
  if (faults.fails()) {
    fails_now = fails_on;
    return false;
  }
  return !fails_now;
}
