// SPDX-License-Identifier: Apache-2.0
// Each call into librdkafka fails once, in each thing that the carriers do: see failing_calls.cpp.
// Run it under AddressSanitizer.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <new>
#include <utility>

#include "span_support.hpp"
#include "support/faults.hpp"

namespace {

using namespace kafka_test;
using baton::Context;
using baton::Scope;
using baton::kafka::Existing;
using baton::kafka::HeadersCarrier;
using baton::test::fail_each;
using baton::test::faults;

const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;

/// More headers than librdkafka removes one by one.
const Headers many = [] {
  Headers headers = {{"a", "1"}};
  for (int i = 0; i < 12; ++i) headers.emplace_back("baggage", "k" + std::to_string(i) + "=v");
  headers.emplace_back("z", std::nullopt);
  return headers;
}();
const std::vector<Headers> lists = {
    {},
    {{"a", "1"}, {"Traceparent", other_parent}, {"traceparent", other_parent}, {"z", ""}},
    many};

/// A context that several headers carry.
const Context& sent_context() {
  static const Context context = [] {
    Context made = context_of(parent);
    made.set_baggage(baton::Baggage::parse("user=1"));
    return made;
  }();
  return context;
}

bool is_ours(const Header& header) { return chain.owns(header.first); }

/// What is not ours of a list.
Headers others(const Headers& all) {
  Headers rest;
  std::ranges::remove_copy_if(all, std::back_inserter(rest), is_ours);
  return rest;
}

/// A context arrives as a whole or not at all.
void expect_whole_or_none(const Headers& headers) {
  Headers ours;
  std::ranges::copy_if(headers, std::back_inserter(ours), is_ours);
  if (!ours.empty()) {
    EXPECT_EQ(ours, (Headers{{"traceparent", parent}, {"baggage", "user=1"}}));
  }
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

/// Whether a client without brokers starts a span for a message, and ends it.
bool starts_spans(rd_kafka_t& client, baton::RecordingTracer& tracer) {
  tracer.clear();
  EXPECT_EQ(rd_kafka_producev(&client, RD_KAFKA_VTYPE_TOPIC, "orders", RD_KAFKA_VTYPE_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  const bool has_started = tracer.open() == 1;
  rd_kafka_purge(&client, RD_KAFKA_PURGE_F_QUEUE);
  rd_kafka_flush(&client, 10'000);
  EXPECT_EQ(tracer.open(), 0U);
  EXPECT_EQ(tracer.ended().size(), has_started ? 1U : 0U) << "without a report, no span";
  return has_started;
}

TEST(InstrumentFaults, AConfigurationIsInstrumentedOrLeftAlone) {
  baton::RecordingTracer tracer;
  const std::size_t failures = fail_each([&](std::size_t number) {
    rd_kafka_conf_t* const conf = make_conf({{"log_level", "0"}});
    faults.begin(number);
    const rd_kafka_resp_err_t error =
        baton::kafka::instrument(*conf, {.chain = chain, .tracer = &tracer});
    rd_kafka_conf_t* const copy = rd_kafka_conf_dup(conf);
    std::vector<Client> clients;
    for (rd_kafka_conf_t* const each : {conf, copy}) {
      clients.push_back(make_client(RD_KAFKA_PRODUCER, each));
    }
    const bool has_failed = faults.end();
    const auto are_traced = std::ranges::count_if(
        clients, [&](const Client& client) { return starts_spans(*client, tracer); });
    // A copy, or one client of two, may be alone in failing.
    const bool is_refused = error != RD_KAFKA_RESP_ERR_NO_ERROR;
    EXPECT_EQ(are_traced, is_refused ? 0 : has_failed ? 1 : 2) << number;
    return has_failed;
  });
  EXPECT_EQ(failures, 8U) << "two calls for each of two configurations and of two clients";
}

/// The plugin, whose librdkafka is then this program.
TEST(PluginFaults, AConfigurationIsRefusedWithAReason) {
  using Init = rd_kafka_resp_err_t(rd_kafka_conf_t*, void**, char*, std::size_t);
  void* const plugin = ::dlopen(BATON_PLUGIN, RTLD_NOW);
  ASSERT_NE(plugin, nullptr) << ::dlerror();
  auto* const init = reinterpret_cast<Init*>(::dlsym(plugin, "conf_init"));
  ASSERT_NE(init, nullptr);
  const std::string why = "librdkafka takes no interceptor";
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{99}}) {
    const std::size_t failures = fail_each([&](std::size_t number) {
      rd_kafka_conf_t* const conf = make_conf({{"log_level", "0"}});
      std::string reason(size + 1, 'x');
      faults.begin(number);
      const rd_kafka_resp_err_t error = init(conf, nullptr, reason.data(), size);
      const bool has_failed = faults.end();
      EXPECT_EQ(error, has_failed ? RD_KAFKA_RESP_ERR__FAIL : RD_KAFKA_RESP_ERR_NO_ERROR);
      if (has_failed && size != 0) {
        EXPECT_STREQ(reason.c_str(), why.substr(0, size - 1).c_str());
      }
      EXPECT_EQ(reason[size], 'x');
      rd_kafka_conf_destroy(conf);
      return has_failed;
    });
    EXPECT_EQ(failures, 2U);
  }
}

TEST_F(FaultsTest, AMessageIsSentWithAWholeContextOrWithout) {
  const Scope scope(sent_context());
  for (const Existing existing : {Existing::keep, Existing::replace}) {
    for (baton::Tracer* const tracer :
         {static_cast<baton::Tracer*>(nullptr), static_cast<baton::Tracer*>(&tracer_)}) {
      const Client producer =
          instrumented({.existing = existing, .chain = chain, .tracer = tracer});
      for (const Headers& theirs : lists) {
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
          if (!has_failed) {
            EXPECT_EQ(others(arrived), others(theirs));
            EXPECT_TRUE(spans.empty() || !spans[0].is_error);
          }
          if (tracer == nullptr && theirs.empty()) expect_whole_or_none(arrived);
          return has_failed;
        });
        EXPECT_GE(failures, 1U);
      }
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

TEST(ListFaults, AListIsChangedOrStaysTheCallersToFree) {
  using Change = std::function<void(rd_kafka_headers_t&)>;
  const std::vector<Change> changes = {
      [](rd_kafka_headers_t& list) { HeadersCarrier(list).set("Traceparent", parent); },
      [](rd_kafka_headers_t& list) { HeadersCarrier(list).erase("baggage"); },
      [](rd_kafka_headers_t& list) {
        baton::kafka::inject(list, sent_context(), {.chain = chain});
      },
  };
  std::size_t failures = 0;
  for (const Change& change : changes) {
    for (const Headers& theirs : lists) {
      failures += fail_each([&](std::size_t number) {
        const HeadersPointer list = make_headers(theirs);
        faults.begin(number);
        bool has_thrown = false;
        try {
          change(*list);
        } catch (const std::bad_alloc&) {
          has_thrown = true;
        }
        const bool has_failed = faults.end();
        EXPECT_TRUE(has_failed || !has_thrown);
        if (!has_failed) {
          EXPECT_EQ(others(to_headers(list.get())), others(theirs));
        }
        return has_failed;
      });
    }
  }
  EXPECT_GT(failures, 0U);
}

TEST(ListFaults, HalfAContextIsWithdrawn) {
  const std::size_t failures = fail_each([&](std::size_t number) {
    const HeadersPointer list = make_headers({{"a", "1"}});
    faults.begin(number);
    bool has_thrown = false;
    try {
      baton::kafka::inject(*list, sent_context(), {.chain = chain});
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    const bool has_failed = faults.end();
    EXPECT_EQ(has_thrown, has_failed);
    const Headers left = to_headers(list.get());
    EXPECT_EQ(others(left), (Headers{{"a", "1"}}));
    EXPECT_EQ(left.size(), has_failed ? 1U : 3U) << number;
    return has_failed;
  });
  EXPECT_EQ(failures, 2U) << "one for each header";
}

TEST(ListFaults, TheSlowSearchFindsWhatTheFastOneCannot) {
  const HeadersPointer list = make_headers({{"a", "1"}, {"b", "2"}});
  const std::size_t failures = fail_each([&](std::size_t number) {
    const baton::kafka::ConstHeadersCarrier carrier(list.get());
    std::vector<std::string> values;
    faults.begin(number);
    const auto last = carrier.get("a");
    carrier.get_all("b", [&](std::string_view value) {
      values.emplace_back(value);
      return true;
    });
    const bool has_failed = faults.end();
    EXPECT_EQ(last, "1");
    EXPECT_EQ(values, std::vector<std::string>{"2"});
    return has_failed;
  });
  EXPECT_EQ(failures, 3U);
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

/// A list of the C++ interface that takes only so many headers.
class FullHeaders final : public RdKafka::Headers {
 public:
  explicit FullHeaders(std::size_t room) : room_(room) {}

  RdKafka::ErrorCode add(const std::string& key, const void*, std::size_t) override {
    if (keys.size() == room_) return RdKafka::ERR__FAIL;
    keys.push_back(key);
    return RdKafka::ERR_NO_ERROR;
  }
  RdKafka::ErrorCode add(const std::string& key, const std::string& value) override {
    return add(key, value.data(), value.size());
  }
  RdKafka::ErrorCode add(const Header& header) override { return add(header.key(), nullptr, 0); }
  RdKafka::ErrorCode remove(const std::string& key) override {
    return std::erase(keys, key) != 0 ? RdKafka::ERR_NO_ERROR : RdKafka::ERR__NOENT;
  }
  std::vector<Header> get(const std::string&) const override { return {}; }
  Header get_last(const std::string& key) const override { return {key, nullptr, 0}; }
  std::vector<Header> get_all() const override { return {}; }
  std::size_t size() const override { return keys.size(); }

  std::vector<std::string> keys;

 private:
  std::size_t room_;
};

TEST(ListFaults, AListOfTheCppInterfaceThatRefusesAHeader) {
  for (std::size_t room = 0; room < 2; ++room) {
    FullHeaders list(room);
    EXPECT_THROW(baton::kafka::inject(list, sent_context(), {.chain = chain}), std::bad_alloc);
    EXPECT_EQ(list.keys, std::vector<std::string>()) << "half a context";
  }
  FullHeaders list(2);
  baton::kafka::inject(list, sent_context(), {.chain = chain});
  EXPECT_EQ(list.keys, (std::vector<std::string>{"traceparent", "baggage"}));
}

}  // namespace
