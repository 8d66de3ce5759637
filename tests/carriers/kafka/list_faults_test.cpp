// SPDX-License-Identifier: Apache-2.0
// Calls into librdkafka that read or change a list of headers fail: see faults_test.cpp.

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <string>
#include <vector>

#include "carriers/kafka/change.hpp"
#include "faults_support.hpp"
#include "support/spelling.hpp"

namespace {

using namespace kafka_test;
using baton::kafka::HeadersCarrier;

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

TEST(ListFaults, WithoutMemoryAllIsRemovedExceptForWhatIsRefused) {
  const Headers theirs = {{"traceparent", other_parent}, {"a", "1"}, {"baggage", "b=2"}};
  const std::size_t failures = fail_each([&](std::size_t number) {
    const HeadersPointer list = make_headers(theirs);
    faults.begin(number);
    baton::kafka::internal::remove_without_memory(
        *list, [](std::string_view name) { return chain.owns(name); });
    const bool has_failed = faults.end();
    const Headers left = to_headers(list.get());
    EXPECT_EQ(others(left), (Headers{{"a", "1"}}));
    EXPECT_EQ(left.size(), has_failed ? 2U : 1U);
    return has_failed;
  });
  EXPECT_EQ(failures, 2U) << "one for each name";
}

TEST(ListFaults, WithoutMemoryNamesOfAnySizeAreRemoved) {
  for (std::size_t size = 254; size < 260; ++size) {
    const std::string name(size, 'n');
    const HeadersPointer list = make_headers({{"a", "1"}, {name, "2"}, {"b", "3"}});
    baton::kafka::internal::remove_without_memory(
        *list, [](std::string_view each) { return each.starts_with('n'); });
    EXPECT_EQ(to_headers(list.get()), (Headers{{"a", "1"}, {"b", "3"}})) << size;
  }
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

/// A list of the C++ interface that takes only so many headers, and may not give them back.
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
    if (key == kept) return RdKafka::ERR__READ_ONLY;
    return std::erase(keys, key) != 0 ? RdKafka::ERR_NO_ERROR : RdKafka::ERR__NOENT;
  }
  std::vector<Header> get(const std::string&) const override { return {}; }
  Header get_last(const std::string& key) const override { return {key, nullptr, 0}; }
  std::vector<Header> get_all() const override {
    std::vector<Header> all;
    for (const std::string& key : keys) all.emplace_back(key, "v", 1);
    return all;
  }
  std::size_t size() const override { return keys.size(); }

  std::vector<std::string> keys;
  std::string kept;

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

TEST(ListFaults, HalfAContextIsWithdrawnBeyondTheLimitOfSpellings) {
  FullHeaders list(1);
  for (std::size_t i = 0; i < baton::kafka::CppHeadersCarrier::max_spellings; ++i) {
    list.keys.push_back(baton::test::spelling("tracestate", i));
  }
  EXPECT_THROW(baton::kafka::inject(list, sent_context(), {.chain = chain}), std::bad_alloc);
  EXPECT_EQ(list.keys, std::vector<std::string>());
}

TEST(ListFaults, NothingIsMixedWithAHeaderThatCannotBeRemoved) {
  FullHeaders list(9);
  list.keys = {"Traceparent", "a", "baggage"};
  list.kept = "Traceparent";
  EXPECT_THROW(baton::kafka::inject(list, sent_context(), {.chain = chain}), std::bad_alloc);
  EXPECT_EQ(list.keys, (std::vector<std::string>{"Traceparent", "a"}));
  baton::kafka::CppHeadersCarrier carrier(list);
  EXPECT_THROW(carrier.set("traceparent", parent), std::bad_alloc);
  EXPECT_THROW(carrier.erase("traceparent"), std::bad_alloc);
  EXPECT_TRUE(carrier.get("traceparent")) << "the carrier still shows what the list has";
  EXPECT_EQ(list.keys, (std::vector<std::string>{"Traceparent", "a"}));
}

}  // namespace
