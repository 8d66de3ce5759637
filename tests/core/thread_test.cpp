// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "baton/baton.hpp"
#include "baton/samplers.hpp"
#include "support/fields.hpp"

namespace baton {
namespace {

using test::Fields;

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Runs `function(index)` on that many threads, which all start at once.
template <class Function>
void on_threads(std::size_t count, Function function) {
  std::latch start(static_cast<std::ptrdiff_t>(count));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      function(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ThreadsTest, IdsAreUniqueOverThreads) {
  constexpr std::size_t threads = 8;
  constexpr std::size_t ids = 100'000;
  std::vector<std::vector<std::uint64_t>> made(threads);
  on_threads(threads, [&](std::size_t index) {
    std::vector<std::uint64_t>& mine = made[index];
    mine.reserve(ids);
    for (std::size_t i = 0; i < ids; ++i) mine.push_back(SpanId::random().value());
  });

  std::vector<std::uint64_t> all;
  for (const auto& mine : made) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all.size(), threads * ids);
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

TEST(ThreadsTest, IdsAreUniqueOverThreadsThatFollowEachOther) {
  std::vector<TraceId> ids;
  for (int i = 0; i < 200; ++i) {
    std::thread([&] { ids.push_back(TraceId::random()); }).join();
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

TEST(ThreadsTest, TheGlobalChainIsReplacedWhileOthersReadIt) {
  const Fields w3c = {{"traceparent", parent}, {"baggage", "k=v"}};
  const PropagatorChain both = make_chain("tracecontext,baggage").chain;
  const PropagatorChain one = make_chain("tracecontext").chain;
  set_global_chain(both);
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  on_threads(4, [&](std::size_t index) {
    if (index == 0) {
      for (int i = 0; i < 300 || reads < 1000; ++i) set_global_chain(i % 2 == 0 ? one : both);
      done = true;
      return;
    }
    while (!done) {
      const PropagatorChain& chain = global_chain();
      const Context context = chain.extract(w3c);
      EXPECT_TRUE(context.span_context().is_valid());
      EXPECT_EQ(context.baggage().empty(), chain.readers().size() == 1);
      Fields out;
      chain.inject(context.child(), out);
      EXPECT_TRUE(out.get("traceparent"));
      ++reads;
    }
  });
  EXPECT_GE(reads, 1000);
}

// What was global remains valid: each round starts with the chain and the tracer of one moment, and
// ends with them when many others have been global.
TEST(ThreadsTest, TheGlobalsAreReplacedAHundredThousandTimesWhileEightThreadsWork) {
  constexpr int replacements = 100'000;
  constexpr std::size_t workers = 8;
  const Fields fields = {{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "k=v"}};
  const auto trace_context = std::make_shared<TraceContextPropagator>();
  const auto baggage = std::make_shared<BaggagePropagator>();
  const auto sampler = always_on();
  set_global_chain(PropagatorChain({trace_context, baggage}));
  set_global_tracer(std::make_shared<IdTracer>(sampler));
  std::atomic<bool> done{false};
  std::array<std::atomic<int>, workers> rounds{};
  on_threads(workers + 1, [&](std::size_t index) {
    if (index == workers) {
      // Each is made anew, and nobody but the library holds it.
      for (int i = 0; i < replacements; ++i) {
        set_global_chain(PropagatorChain({trace_context, baggage}));
        set_global_tracer(std::make_shared<IdTracer>(sampler));
      }
      const auto is_behind = [](const std::atomic<int>& each) { return each < 10; };
      while (std::any_of(rounds.begin(), rounds.end(), is_behind)) std::this_thread::yield();
      done = true;
      return;
    }
    for (; !done; ++rounds[index]) {
      const PropagatorChain& chain = global_chain();
      Tracer& tracer = *global_tracer();
      const Context received = chain.extract(fields);
      const Scope outer(received);
      std::optional<Span> span(std::in_place, &tracer, SpanStart{.parent = current()});
      std::optional<Scope> inner(span->context());
      for (int i = 0; i < 3; ++i) {
        Fields sent;
        global_chain().inject(current(), sent);
        const std::string id = span->context().span_context().span_id.to_string();
        ASSERT_EQ(sent.get("traceparent").value_or("").substr(36, 16), id);
        ASSERT_EQ(sent.get("baggage"), "k=v");
        ASSERT_TRUE(in_span("inner", [&] { return current() != span->context(); }));
      }
      ASSERT_EQ(chain.readers().size(), 2U);
      inner.reset();
      span.reset();
      ASSERT_EQ(&current(), &received);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // all share a few processors
    }
  });
  set_global_tracer(nullptr);
}

TEST(ThreadsTest, ScopesOfThreadsDoNotMeet) {
  on_threads(8, [](std::size_t index) {
    for (std::uint64_t i = 1; i <= 2000; ++i) {
      Context outer;
      outer.set_span_context({TraceId(index + 1, i), SpanId(i), TraceFlags(), false, {}});
      const Scope outer_scope(outer);
      {
        const Context inner = current().child();
        const Scope inner_scope(inner);
        ASSERT_EQ(&current(), &inner);
        ASSERT_EQ(current().span_context().trace_id, TraceId(index + 1, i));
      }
      ASSERT_EQ(&current(), &outer);
    }
  });
  EXPECT_EQ(current(), Context());
}

TEST(ThreadsTest, BoundWorkRunsWithItsContextOnManyThreads) {
  Context context = make_chain("tracecontext,baggage")
                        .chain.extract(Fields{
                            {"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "k=v"}});
  std::atomic<int> right{0};
  on_threads(8, [&](std::size_t) {
    for (int i = 0; i < 500; ++i) {
      right += bind(context, [] {
        const bool is_ours = current().baggage().get("k") == "v";
        return is_ours ? 1 : 0;
      })();
    }
  });
  EXPECT_EQ(right, 8 * 500);
}

// The texts are reference-counted: the last holder frees them, on any thread.
TEST(ThreadsTest, ContextsAreCopiedAndDroppedOnManyThreads) {
  const PropagatorChain chain = make_chain("tracecontext,baggage").chain;
  const Fields fields = {{"traceparent", parent}, {"tracestate", "a=1,b=2"}, {"baggage", "k=v"}};
  for (int round = 0; round < 50; ++round) {
    auto shared = std::make_unique<Context>(chain.extract(fields));
    std::vector<Context> copies(8, *shared);
    shared.reset();
    on_threads(copies.size(), [&](std::size_t index) {
      Context mine = std::move(copies[index]);
      for (int i = 0; i < 50; ++i) {
        const Context copy = mine;
        const TraceState state = copy.span_context().trace_state;
        const Baggage baggage = copy.baggage();
        mine.set_trace_state(state.set("mine", std::to_string(index)).value().erase("mine"));
        mine.set_baggage(baggage.set("mine", std::to_string(index)).value().erase("mine"));
        EXPECT_EQ(copy.span_context().trace_state.header(), "a=1,b=2");
        EXPECT_EQ(mine.baggage().header(), "k=v");
      }
    });
  }
}

// Only the sole holder of a block may use its free room.
TEST(ThreadsTest, CopiesOfOneContextAreExtractedIntoOnManyThreads) {
  const TraceContextPropagator trace_context;
  const BaggagePropagator baggage;
  for (int round = 0; round < 200; ++round) {
    Context first;
    trace_context.extract(Fields{{"traceparent", parent}, {"tracestate", "a=1"}}, first);
    std::vector<Context> copies(4, first);
    first = Context();
    on_threads(copies.size(), [&](std::size_t index) {
      const std::string value = "k=" + std::string(10 + index, static_cast<char>('a' + index));
      baggage.extract(Fields{{"baggage", value}}, copies[index]);
      EXPECT_EQ(copies[index].baggage().header(), value);
      EXPECT_EQ(copies[index].span_context().trace_state.header(), "a=1");
    });
    for (std::size_t i = 0; i < copies.size(); ++i) {
      EXPECT_EQ(copies[i].baggage().get("k")->size(), 10 + i);
    }
  }
}

TEST(ThreadsTest, ExtractionsOfAllThreadsAreCounted) {
  const PropagatorChain chain = make_chain("tracecontext,b3", ExtractionPolicy::first_match).chain;
  const Fields fields = {{"traceparent", parent}, {"b3", "no"}};
  const ExtractionCounts before = extraction_counts();
  constexpr std::uint64_t threads = 8;
  constexpr std::uint64_t rounds = 2000;
  for (int wave = 0; wave < 2; ++wave) {  // the second one reuses the blocks of the first
    on_threads(threads, [&](std::size_t index) {
      for (std::uint64_t i = 0; i < rounds; ++i) {
        static_cast<void>(chain.extract(fields));
        if (index == 0) {
          EXPECT_GE(extraction_counts().extractions, before.extractions + i);
        }
      }
    });
  }
  const ExtractionCounts after = extraction_counts();
  constexpr std::uint64_t all = 2 * threads * rounds;
  EXPECT_EQ(after.extractions - before.extractions, all);
  EXPECT_EQ(after.of("tracecontext").won - before.of("tracecontext").won, all);
  EXPECT_EQ(after.of("b3").found - before.of("b3").found, all);
  EXPECT_EQ(after.of("b3").malformed - before.of("b3").malformed, all);
}

/// Extracts at the very end of its thread.
struct LateExtraction {
  const PropagatorChain* chain = nullptr;
  ~LateExtraction() {
    if (chain != nullptr) static_cast<void>(chain->extract(Fields{{"traceparent", parent}}));
  }
};

TEST(ThreadsTest, AnExtractionAtTheEndOfAThreadIsCountedToo) {
  const PropagatorChain chain = make_chain("tracecontext").chain;
  const std::uint64_t before = extraction_counts().extractions;
  std::thread([&] {
    static thread_local LateExtraction late;
    late.chain = &chain;
    static_cast<void>(chain.extract(Fields{}));
  }).join();
  EXPECT_EQ(extraction_counts().extractions - before, 2U);
}

}  // namespace
}  // namespace baton
