// SPDX-License-Identifier: Apache-2.0
// Each call into librdkafka fails once, in each thing that the carriers do: see failing_calls.cpp.
// Run it under AddressSanitizer.

#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <utility>

#include "faults_support.hpp"

namespace {

using namespace kafka_test;
using baton::Context;
using baton::Scope;
using baton::kafka::Existing;

/// What is ours of a list. The traceparent of one of the spans is shown as that of its caller,
/// `parent`.
Headers ours(const Headers& all, const std::vector<baton::RecordedSpan>& spans) {
  Headers found;
  std::ranges::copy_if(all, std::back_inserter(found), is_ours);
  for (Header& header : found) {
    for (const baton::RecordedSpan& span : spans) {
      const std::string id = span.context.span_context().span_id.to_string();
      if (header.second == parent.substr(0, 36) + id + "-01") header.second = parent;
    }
  }
  return found;
}

class FaultsTest : public SpanTest {
 protected:
  ~FaultsTest() override { EXPECT_EQ(tracer_.ended_again(), 0U); }

  /// As an application produces, by a call that never fails here. The list remains the caller's if
  /// there is an error.
  static rd_kafka_resp_err_t produce_list(rd_kafka_t& producer, rd_kafka_headers_t* list) {
    return rd_kafka_producev(&producer, RD_KAFKA_VTYPE_TOPIC, "orders", RD_KAFKA_VTYPE_HEADERS,
                             list, RD_KAFKA_VTYPE_END);
  }
};

/// A list of an application, and what a message that has it carries if nothing fails.
struct Sending {
  Headers theirs;
  Existing existing;
  Headers whole;
};

TEST_F(FaultsTest, AMessageIsSentWithAWholeContextOrWithout) {
  const Headers new_context = {{"traceparent", parent}, {"baggage", "user=1"}};
  const Headers with_their_baggage = {
      {"traceparent", parent},
      {"baggage", "user=1,k0=v,k1=v,k2=v,k3=v,k4=v,k5=v,k6=v,k7=v,k8=v,k9=v,k10=v,k11=v"}};
  const std::vector<Sending> sendings = {
      {lists[0], Existing::keep, new_context},        {lists[0], Existing::replace, new_context},
      {lists[1], Existing::keep, ours(lists[1], {})}, {lists[1], Existing::replace, new_context},
      {lists[2], Existing::keep, with_their_baggage}, {lists[2], Existing::replace, new_context},
  };
  const Scope scope(sent_context());
  for (baton::Tracer* const tracer :
       {static_cast<baton::Tracer*>(nullptr), static_cast<baton::Tracer*>(&tracer_)}) {
    for (const auto& [theirs, existing, whole] : sendings) {
      const Client producer =
          instrumented({.existing = existing, .chain = chain, .tracer = tracer});
      const std::size_t failures = fail_each([&](std::size_t number) {
        HeadersPointer list = theirs.empty() ? nullptr : make_headers(theirs);
        faults.begin(number);
        const rd_kafka_resp_err_t error = produce_list(*producer, list.get());
        const bool has_failed = faults.end();
        EXPECT_EQ(error, RD_KAFKA_RESP_ERR_NO_ERROR);
        static_cast<void>(list.release());
        flush(*producer);
        const Headers arrived = headers_of(*orders_.next());
        EXPECT_EQ(tracer_.open(), 0U);
        const std::vector<baton::RecordedSpan> spans = tracer_.ended();
        tracer_.clear();
        EXPECT_LE(spans.size(), 1U);
        const Headers carried = ours(arrived, spans);
        const auto is_theirs = [&](const Header& header) {
          return std::ranges::find(theirs, header) != theirs.end();
        };
        // Part of their own may be gone, but nothing is mixed with it.
        if (!has_failed || !std::ranges::all_of(carried, is_theirs)) {
          EXPECT_EQ(carried, whole) << ::testing::PrintToString(theirs) << ", call " << number;
        }
        if (!has_failed || theirs.size() <= 8) {
          EXPECT_EQ(others(arrived), others(theirs));
        }
        EXPECT_TRUE(has_failed || spans.empty() || !spans[0].is_error);
        return has_failed;
      });
      EXPECT_GE(failures, 1U);
    }
  }
}

/// As a broker that is killed and started again, as far as librdkafka's own can be.
TEST_F(FaultsTest, ABrokerThatIsDownInATransaction) {
  const Client producer =
      instrumented({.chain = chain, .tracer = &tracer_}, {{"transactional.id", "t"}});
  const auto succeeds = [](rd_kafka_error_t* error) {
    const bool is_good = error == nullptr;
    if (!is_good) {
      EXPECT_TRUE(rd_kafka_error_is_retriable(error)) << rd_kafka_error_string(error);
      rd_kafka_error_destroy(error);
    }
    return is_good;
  };
  const auto produce_some = [&] {
    for (int i = 0; i < 5; ++i) {
      const Scope scope(sent_context());
      EXPECT_EQ(produce_list(*producer, nullptr), RD_KAFKA_RESP_ERR_NO_ERROR);
    }
  };
  const auto repeat = [&](auto&& step) {
    for (int i = 0; i < 20; ++i) {
      if (succeeds(step())) return true;
    }
    return false;
  };
  ASSERT_TRUE(repeat([&] { return rd_kafka_init_transactions(producer.get(), 1000); }));
  for (const bool is_committed : {true, false}) {
    ASSERT_TRUE(succeeds(rd_kafka_begin_transaction(producer.get())));
    produce_some();
    ASSERT_EQ(rd_kafka_mock_broker_set_down(cluster_.get(), 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    produce_some();
    const auto finish = [&](int patience_ms) {
      return is_committed ? rd_kafka_commit_transaction(producer.get(), patience_ms)
                          : rd_kafka_abort_transaction(producer.get(), patience_ms);
    };
    const bool is_finished = succeeds(finish(100));
    EXPECT_FALSE(is_finished && is_committed);
    ASSERT_EQ(rd_kafka_mock_broker_set_up(cluster_.get(), 1), RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_TRUE(is_finished || repeat([&] { return finish(1000); }));
    EXPECT_EQ(tracer_.open(), 0U);
    const std::vector<baton::RecordedSpan> spans = tracer_.ended();
    tracer_.clear();
    EXPECT_EQ(spans.size(), 10U);
    for (const baton::RecordedSpan& span : spans) {
      if (is_committed) {
        EXPECT_FALSE(span.is_error) << span.error_type;
      }
    }
  }
}

TEST_F(FaultsTest, AHandlerIsCalledWithOrWithoutAContext) {
  const Message message = with(sent_context());
  const std::size_t failures = fail_each([&](std::size_t number) {
    baton::ExtractReport report;
    Context seen;
    faults.begin(number);
    baton::kafka::process(*message, [&] { seen = baton::current(); },
                          {.chain = chain, .report = &report, .tracer = nullptr});
    const bool has_failed = faults.end();
    const bool was_unreadable = report.issue_count() != 0;
    EXPECT_EQ(seen.trace_id().is_valid(), !was_unreadable);
    if (was_unreadable) {
      EXPECT_EQ(report.issues()[0].field, "headers");
    }
    EXPECT_TRUE(has_failed || !was_unreadable);
    return has_failed;
  });
  EXPECT_GE(failures, 1U);
}

TEST_F(FaultsTest, AForwardedMessageIsSentOrItsErrorIsTold) {
  const Message order = sent(*plain_, {{"a", "1"}, {"traceparent", parent}, {"baggage", "b=2"}});
  const Client producer = instrumented({.chain = chain, .tracer = &tracer_});
  for (const bool is_traced : {false, true}) {
    for (const Client* const sender : {&std::as_const(plain_), &producer}) {
      std::size_t reported = 0;
      const std::size_t failures = fail_each([&](std::size_t number) {
        bool is_sent = false;
        faults.begin(number);
        try {
          is_sent =
              baton::kafka::forward(**sender, "checked", *order,
                                    {.chain = chain, .tracer = is_traced ? &tracer_ : nullptr}) ==
              RD_KAFKA_RESP_ERR_NO_ERROR;
          reported += is_sent ? 0U : 1U;
        } catch (const std::bad_alloc&) {
          is_sent = false;
        }
        const bool has_failed = faults.end();
        EXPECT_TRUE(is_sent || has_failed);
        flush(**sender);
        EXPECT_EQ(tracer_.open(), 0U);
        for (const baton::RecordedSpan& span : tracer_.ended()) {
          EXPECT_EQ(span.is_error, !is_sent) << span.error_type << number;
        }
        EXPECT_LE(tracer_.ended().size(), 1U);
        tracer_.clear();
        if (is_sent) {
          const Headers arrived = headers_of(*checked_.next());
          EXPECT_EQ(others(arrived), (Headers{{"a", "1"}}));
          EXPECT_EQ(arrived.size(), 3U);
        }
        return has_failed;
      });
      EXPECT_GE(failures, 4U);
      EXPECT_GE(reported, 2U) << "headers that cannot be read, and a message that is refused";
    }
  }
  EXPECT_TRUE(checked_.is_at_end()) << "nothing is sent twice";
}

TEST_F(FaultsTest, ForwardedHeadersAreWholeOrNull) {
  const Message order = sent(*plain_, {{"a", "1"}, {"traceparent", other_parent}});
  const std::size_t failures = fail_each([&](std::size_t number) {
    faults.begin(number);
    const HeadersPointer list =
        baton::kafka::forward_headers(*order, sent_context(), {.chain = chain});
    const bool has_failed = faults.end();
    EXPECT_EQ(list == nullptr, has_failed) << number;
    if (list != nullptr) {
      EXPECT_EQ(to_headers(list.get()).size(), 3U);
    }
    return has_failed;
  });
  EXPECT_EQ(failures, 5U) << "the message's headers, a list, and three headers";
}

}  // namespace
