// SPDX-License-Identifier: Apache-2.0
// Many threads that end spans while others flush, shut down and fork: by the law that every sampled
// span which has ended is exported, dropped or waiting. Also for ThreadSanitizer.
#include <gtest/gtest.h>

#include <unistd.h>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <thread>

#include "exporter/support.hpp"
#include "support/child_process.hpp"
#include "support/sanitizers.hpp"

namespace baton::test {
namespace {

/// So many threads, each of which makes so many spans.
void make_spans_in_threads(ExportingTracer& tracer, std::size_t threads, std::size_t count) {
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&] { make_spans(tracer, count); });
  }
  for (std::thread& thread : running) thread.join();
}

std::size_t resident_kilobytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

TEST(LoadTest, EverySpanOfManyThreadsIsExportedOnce) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.max_queue_size = 100'000;
  options.max_batch_size = 100;
  ExportingTracer tracer(options);
  make_spans_in_threads(tracer, 4, 1000);
  EXPECT_TRUE(tracer.flush(60s));
  EXPECT_EQ(tracer.counts().exported, 4000U);
  const auto ids = ids_in(backend.requests());
  EXPECT_EQ(ids.size(), 4000U);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 4000U);
}

TEST(LoadTest, AFloodIsExportedOrDropped) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.max_queue_size = 64;
  options.max_batch_size = 16;
  ExportingTracer tracer(options);
  make_spans_in_threads(tracer, 4, 5000);
  EXPECT_TRUE(tracer.flush(60s));
  const ExportCounts counts = tracer.counts();
  EXPECT_EQ(counts.ended, 20'000U);
  EXPECT_EQ(counts.exported + counts.dropped.queue_full, 20'000U);
  EXPECT_EQ(ids_in(backend.requests()).size(), counts.exported);
}

TEST(LoadTest, FlushesOfManyThreadsEndUnderLoad) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.max_batch_size = 50;
  ExportingTracer tracer(options);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        make_spans(tracer, 20);
        EXPECT_TRUE(tracer.flush(60s));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(tracer.counts().exported, 1600U);
  EXPECT_EQ(tracer.counts().dropped, DroppedSpans());
}

TEST(LoadTest, ShutdownUnderLoad) {
  for (int round = 0; round < 10; ++round) {
    const Backend backend;
    Log log;
    ExportOptions options = options_for(backend, log);
    options.max_batch_size = 8;
    ExportingTracer tracer(options);
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> made{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        while (!done) {
          make_spans(tracer, 1);
          ++made;
        }
      });
    }
    while (made < 50) std::this_thread::yield();
    std::thread also([&] { tracer.shutdown(10s); });
    EXPECT_TRUE(tracer.shutdown(10s));
    also.join();
    done = true;
    for (std::thread& thread : threads) thread.join();
    const ExportCounts counts = tracer.counts();
    EXPECT_EQ(counts.ended, made);
    EXPECT_EQ(counts.waiting, 0U);
    EXPECT_EQ(accounted_for(counts), counts.ended);
    EXPECT_EQ(ids_in(backend.requests()).size(), counts.exported);
  }
}

TEST(LoadTest, MemoryRemainsFlatWhileTheBackendFails) {
  Log log;
  ExportOptions options;
  {
    const Backend gone;
    options = options_for(gone, log);
  }
  options.max_queue_size = 256;
  options.max_batch_size = 64;
  options.export_timeout = 5ms;
  ExportingTracer tracer(options);
  make_spans(tracer, 20'000);
  const std::size_t before = resident_kilobytes();
  make_spans(tracer, 100'000);
  // AddressSanitizer keeps what is freed, to find who uses it.
  if (!has_address_sanitizer) {
    EXPECT_LT(resident_kilobytes(), before + 20'000);
  }
  tracer.shutdown(10ms);
  EXPECT_EQ(accounted_for(tracer.counts()), 120'000U);
  EXPECT_EQ(tracer.counts().exported, 0U);
}

class ForkTest : public testing::Test {
 protected:
  void SetUp() override {
    // It does not follow threads that a child of a multithreaded process starts.
    if (has_thread_sanitizer) GTEST_SKIP() << "ThreadSanitizer";
  }
};

std::string text_of(const ExportCounts& counts) {
  return std::to_string(counts.started) + " started, " + std::to_string(counts.ended) + " ended, " +
         std::to_string(counts.exported) + " exported, " + std::to_string(counts.dropped.forked) +
         " forked, " + std::to_string(counts.waiting) + " waiting";
}

TEST_F(ForkTest, TheChildExportsItsOwnSpansOnly) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  make_spans(tracer, 3);
  EXPECT_TRUE(tracer.flush());
  make_spans(tracer, 4);  // these wait
  const std::string in_child = run_in_child([&] {
    std::string text = text_of(tracer.counts()) + "; ";
    make_spans(tracer, 2);
    tracer.flush();
    text += text_of(tracer.counts());
    tracer.shutdown();
    return text;
  });
  EXPECT_EQ(in_child,
            "0 started, 0 ended, 0 exported, 0 forked, 0 waiting; "
            "2 started, 2 ended, 2 exported, 0 forked, 0 waiting");
  EXPECT_TRUE(tracer.flush());
  EXPECT_EQ(tracer.counts().exported, 7U);
  const auto ids = ids_in(backend.requests());
  EXPECT_EQ(ids.size(), 9U);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 9U);
}

TEST_F(ForkTest, ASpanThatEndsInBothIsExportedByTheParent) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  Span span(&tracer, {.parent = Context(), .name = "forks"});
  const std::string in_child = run_in_child([&] {
    span.end();
    tracer.shutdown();
    return text_of(tracer.counts());
  });
  EXPECT_EQ(in_child, "0 started, 1 ended, 0 exported, 1 forked, 0 waiting");
  span.end();
  EXPECT_TRUE(tracer.flush());
  EXPECT_EQ(ids_in(backend.requests()).size(), 1U);
}

TEST_F(ForkTest, AChildMayForkAndDestroy) {
  const Backend backend;
  Log log;
  auto tracer = std::make_unique<ExportingTracer>(options_for(backend, log));
  make_spans(*tracer, 1);
  const std::string in_child = run_in_child([&] {
    make_spans(*tracer, 1);
    const std::string inner = run_in_child([&] {
      make_spans(*tracer, 1);
      tracer.reset();
      return std::string("inner");
    });
    tracer.reset();
    return inner + " outer";
  });
  EXPECT_EQ(in_child, "inner outer");
  tracer.reset();
  EXPECT_EQ(ids_in(backend.requests()).size(), 3U);
}

TEST_F(ForkTest, ForksUnderLoad) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.max_queue_size = 100'000;
  options.max_batch_size = 20;
  ExportingTracer tracer(options);
  constexpr std::size_t spans_of_thread = 200;
  std::size_t exported = 0;
  for (int round = 0; round < 30; ++round) {
    std::thread load([&] { make_spans_in_threads(tracer, 2, spans_of_thread); });
    const std::string answer = run_in_child([&] {
      ::alarm(60);  // kills a child that waits
      make_spans(tracer, 25);
      tracer.shutdown(50s);
      return std::to_string(tracer.counts().exported);
    });
    EXPECT_EQ(answer, "25");
    exported += 25;
    load.join();
  }
  EXPECT_TRUE(tracer.flush(60s));
  EXPECT_EQ(tracer.counts().exported, 30 * 2 * spans_of_thread);
  EXPECT_EQ(ids_in(backend.requests()).size(), exported + tracer.counts().exported);
}

}  // namespace
}  // namespace baton::test
