// SPDX-License-Identifier: Apache-2.0
// Each allocation fails once: what belongs to the application is as before. A program of its own,
// for its allocator.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <new>
#include <string>

#include "baton/carriers/celery.hpp"
#include "baton/configuration.hpp"
#include "support/faults.hpp"
#include "support/replaced_allocator.hpp"

bool baton::test::may_allocate(std::size_t /*size*/) noexcept { return !faults.fails(); }

namespace {

using baton::test::faults;
using boost::json::object;

/// Calls `work` on copies, with each allocation that fails. Returns how many have.
template <class T, class Work, class Write>
std::size_t fail_each(const T& original, Work work, Write write) {
  return baton::test::fail_each([&](std::size_t number) {
    T copy = original;
    bool has_thrown = false;
    faults.begin(number);
    try {
      work(copy);
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    const bool has_failed = faults.end();
    EXPECT_EQ(has_thrown, has_failed) << number;
    if (has_failed) {
      EXPECT_EQ(write(copy), write(original)) << number;
    }
    return has_failed;
  });
}

const std::string long_text(100, 'x');
const object others = {{"task", "shop.add"}, {"a-name-of-the-application", long_text}, {"n", 1}};

object with(object headers, std::initializer_list<const char*> names) {
  for (const char* const name : names) headers[name] = long_text;
  headers["last"] = object{{"k", long_text}};
  return headers;
}

std::string text_of(const object& headers) { return boost::json::serialize(headers); }

TEST(CeleryMemory, AHeaderThatCannotBeSetOrErasedLeavesTheOthers) {
  const std::initializer_list<const char*> spellings[] = {
      {}, {"Baggage"}, {"baggage"}, {"Baggage", "baggage", "BAGGAGE"}, {"Baggage", "BAGGAGE"}};
  for (const auto& outer : spellings) {
    for (const auto& inner : spellings) {
      object headers = with(others, outer);
      headers["headers"] = with(others, inner);
      const std::string value(200, 'v');
      EXPECT_GT(
          fail_each(
              headers,
              [&](object& copy) { baton::celery::HeadersCarrier(copy).set("Baggage", value); },
              text_of),
          0U);
      const std::size_t failed = fail_each(
          headers, [](object& copy) { baton::celery::HeadersCarrier(copy).erase("baggage"); },
          text_of);
      EXPECT_EQ(failed > 0, outer.size() > 1 || inner.size() > 1);
    }
  }
}

TEST(CeleryMemory, ATaskWhoseContextCannotBeTakenIsAsBefore) {
  const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  baton::celery::ReceivedTask task;
  task.headers = with(others, {});
  task.headers.erase("task");
  task.headers["baggage"] = nullptr;
  task.kwargs = with(others, {"baggage", "tracestate"});
  task.kwargs["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto take = [&](baton::celery::ReceivedTask& copy) {
    baton::celery::take_context_from_kwargs(copy, {.chain = chain});
  };
  const std::size_t failed = fail_each(task, take, [](const baton::celery::ReceivedTask& copy) {
    return text_of(copy.headers) + text_of(copy.kwargs);
  });
  EXPECT_GT(failed, 5U);
  take(task);
  EXPECT_EQ(text_of(task.kwargs), text_of(with(others, {})));
  EXPECT_EQ(task.headers.size(), 6U);
}

}  // namespace
