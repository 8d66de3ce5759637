// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "baton/baton.hpp"
#include "baton/recording_tracer.hpp"
#include "baton/samplers.hpp"
#include "support/child_process.hpp"
#include "support/fields.hpp"
#include "support/sanitizers.hpp"

// A server that forks must never make the same id twice, in any of its processes.
namespace baton {
namespace {

using test::run_in_child;

constexpr std::string_view some_parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Some ids of this process, concatenated in hex.
std::string some_ids() {
  std::string text;
  for (int i = 0; i < 50; ++i) text += TraceId::random().to_string() + SpanId::random().to_string();
  return text;
}

void add_all(std::multiset<std::string>& ids, const std::string& text) {
  for (std::size_t at = 0; at < text.size(); at += 16) ids.insert(text.substr(at, 16));
}

void expect_all_different(const std::multiset<std::string>& ids, std::size_t expected) {
  EXPECT_EQ(ids.size(), expected);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), expected);
}

constexpr std::size_t words = std::size_t{50} * 3;  // 16 digits each, of one some_ids()

TEST(ForkTest, ParentAndChildrenMakeDifferentIds) {
  std::multiset<std::string> ids;
  add_all(ids, some_ids());
  for (int child = 0; child < 5; ++child) add_all(ids, run_in_child(some_ids));
  add_all(ids, some_ids());
  expect_all_different(ids, words * 7);
}

TEST(ForkTest, ChildrenOfAParentThatNeverMadeAnId) {
  std::multiset<std::string> ids;
  const std::string text = run_in_child([] {
    // A thread's generator has no seed before its first id.
    std::string all;
    std::thread([&] {
      for (int child = 0; child < 3; ++child) all += run_in_child(some_ids);
    }).join();
    return all;
  });
  add_all(ids, text);
  expect_all_different(ids, words * 3);
}

TEST(ForkTest, NestedForks) {
  std::multiset<std::string> ids;
  add_all(ids, some_ids());
  add_all(ids, run_in_child([] {
            const std::string before = some_ids();
            const std::string inner =
                run_in_child([] { return some_ids() + run_in_child(some_ids); });
            return before + inner + some_ids();
          }));
  add_all(ids, some_ids());
  expect_all_different(ids, words * 6);
}

TEST(ForkTest, ForkFromAThreadThatMadeIds) {
  std::multiset<std::string> ids;
  add_all(ids, some_ids());
  std::string from_thread;
  std::thread([&] {
    from_thread = some_ids();
    from_thread += run_in_child(some_ids);
    from_thread += run_in_child(some_ids);
    from_thread += some_ids();
  }).join();
  add_all(ids, from_thread);
  expect_all_different(ids, words * 5);
}

TEST(ForkTest, ThreadsOfTheChild) {
  std::multiset<std::string> ids;
  add_all(ids, some_ids());
  add_all(ids, run_in_child([] {
            std::string text;
            for (int i = 0; i < 3; ++i) std::thread([&] { text += some_ids(); }).join();
            return text;
          }));
  expect_all_different(ids, words * 4);
}

using Ids = std::vector<std::uint64_t>;

Ids span_ids(std::size_t count) {
  Ids ids(count);
  for (std::uint64_t& id : ids) id = SpanId::random().value();
  return ids;
}

Ids span_ids_of_child(std::size_t count) {
  const std::string bytes = run_in_child([count] {
    const Ids ids = span_ids(count);
    return std::string(reinterpret_cast<const char*>(ids.data()), count * sizeof(ids[0]));
  });
  Ids ids(count);
  EXPECT_EQ(bytes.size(), count * sizeof(ids[0]));
  std::memcpy(ids.data(), bytes.data(), std::min(bytes.size(), count * sizeof(ids[0])));
  return ids;
}

/// A pre-fork server, whose threads make ids while it forks.
TEST(ForkTest, EightChildrenMakeAHundredThousandIdsEach) {
  constexpr std::size_t children = 8;
  constexpr std::size_t count = 100'000;
  std::atomic<bool> done{false};
  std::array<Ids, 2> of_threads;
  std::vector<std::thread> threads;
  for (Ids& mine : of_threads) {
    threads.emplace_back([&] {
      while (!done) mine = span_ids(count);
    });
  }
  Ids all = span_ids(count);
  const auto add = [&all](const Ids& ids) { all.insert(all.end(), ids.begin(), ids.end()); };
  for (std::size_t child = 0; child < children; ++child) add(span_ids_of_child(count));
  add(span_ids(count));
  done = true;
  for (std::thread& thread : threads) thread.join();
  for (const Ids& mine : of_threads) add(mine);

  EXPECT_GE(all.size(), (children + 2) * count);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

Context numbered_context(std::uint64_t number) {
  Context context;
  context.set_span_context({TraceId(1, number), SpanId(number), TraceFlags(1), false, {}});
  context.set_baggage(Baggage::parse("k=v"));
  return context;
}

TEST(ForkTest, TheCurrentContextRemainsInTheChild) {
  const Context outer = numbered_context(1);
  const Context inner = numbered_context(2);
  const Scope outer_scope(outer);
  const auto span = [] { return current().span_context().span_id.to_string(); };
  std::optional<Scope> inner_scope(inner);
  const std::string seen = run_in_child([&] {
    std::string text = span();
    {
      const Context own = numbered_context(3);
      const Scope scope(own);
      text += ' ' + span();
    }
    text += ' ' + span();
    inner_scope.reset();
    return text + ' ' + span();
  });
  EXPECT_EQ(seen, "0000000000000002 0000000000000003 0000000000000002 0000000000000001");
  EXPECT_EQ(&current(), &inner);
}

TEST(ForkTest, AChildGoesOnCounting) {
  const PropagatorChain chain = make_chain("b3").chain;
  const test::Fields fields = {{"b3", "d"}};
  static_cast<void>(chain.extract(fields));
  const std::uint64_t before = extraction_counts().extractions;
  const std::string in_child = run_in_child([&] {
    static_cast<void>(chain.extract(fields));
    std::thread([&] { static_cast<void>(chain.extract(fields)); }).join();
    return std::to_string(extraction_counts().extractions);
  });
  EXPECT_EQ(in_child, std::to_string(before + 2));
  EXPECT_EQ(extraction_counts().extractions, before);
}

// What follows forks while other threads work. Containers of libstdc++'s debug mode have locks of
// their own.
#if !defined(_GLIBCXX_DEBUG)

TEST(ForkTest, AChildNeverWaitsForALockOfAThreadThatItLacks) {
  std::atomic<bool> done{false};
  const Context context = numbered_context(1);
  std::thread replaces([&] {
    while (!done) set_global_chain(make_chain("tracecontext").chain);
  });
  std::thread makes_threads([&] {
    // The first scope of each thread takes a lock.
    while (!done) std::thread([&] { const Scope scope(context); }).join();
  });
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    std::string answer;
    std::thread([&] {
      answer = run_in_child([&] {
        ::alarm(100);  // kills a child that waits
        const Scope scope(context);
        set_global_chain(make_chain("b3").chain);
        return current().span_context().span_id.to_string() +
               (global_chain().owns("b3") ? "+" : "-");
      });
    }).join();
    EXPECT_EQ(answer, "0000000000000001+");
  }
  done = true;
  replaces.join();
  makes_threads.join();
}

/// One request, with a span of the global tracer; the ids that it made, or what is wrong.
std::string ids_of_a_request() {
  const test::Fields received = {{"traceparent", some_parent}, {"baggage", "k=v"}};
  const Context context = global_chain().extract(received);
  const Span span(global_tracer(), {.parent = context, .name = "work"});
  const Scope scope(span.context());
  test::Fields sent;
  global_chain().inject(current(), sent);
  if (!std::string_view(sent.get("traceparent").value_or("")).starts_with("00-0af7651916cd43dd")) {
    return "no traceparent";
  }
  return current().span_context().span_id.to_string() + SpanId::random().to_string();
}

void set_globals(bool both) {
  // This tracer has a lock.
  static const auto recording = std::make_shared<RecordingTracer>();
  static const auto making_ids = std::make_shared<IdTracer>(always_on());
  set_global_chain(make_chain(both ? "tracecontext,baggage" : "tracecontext").chain);
  set_global_tracer(both ? std::shared_ptr<Tracer>(making_ids) : recording);
  recording->clear();
}

/// Each child works as its parent did, whatever the threads that it lacks were doing.
TEST(ForkTest, HundredsOfForksWhileEightThreadsWorkAndOthersReplaceTheGlobals) {
  constexpr bool is_slow = test::has_thread_sanitizer || test::has_address_sanitizer;
  constexpr int forks = is_slow ? 40 : 200;
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  set_globals(true);
  std::array<std::vector<std::string>, 8> made;
  for (std::vector<std::string>& mine : made) {
    threads.emplace_back([&] {
      while (!done) {
        for (int i = 0; i < 5; ++i) {
          std::string ids = ids_of_a_request();
          if (mine.size() < 5'000) mine.push_back(std::move(ids));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // all share a few processors
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; !done; ++round) {
        set_globals(round % 2 == 0);
        std::this_thread::sleep_for(std::chrono::microseconds(200));  // each is kept
      }
    });
  }
  std::multiset<std::string> ids;
  for (int i = 0; i < forks && !HasFailure(); ++i) {
    add_all(ids, run_in_child([] {
              ::alarm(100);  // kills a child that waits
              std::string text = ids_of_a_request();
              set_globals(true);
              return text + ids_of_a_request();
            }));
    add_all(ids, ids_of_a_request());
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  set_global_tracer(nullptr);
  std::size_t of_threads = 0;
  for (const auto& mine : made) {
    of_threads += mine.size();
    for (const std::string& text : mine) add_all(ids, text);
  }
  expect_all_different(ids, 2 * of_threads + std::size_t{forks} * 6);
}

#endif

}  // namespace
}  // namespace baton
