// SPDX-License-Identifier: Apache-2.0
// Many threads that end spans while others flush, shut down and fork, signals come and the process
// ends: by the law that every sampled span which has ended is exported, dropped or waiting. Also
// for ThreadSanitizer.
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <thread>

#include "exporter/support.hpp"
#include "support/child_process.hpp"
#include "support/sanitizers.hpp"

// Processes end here while their threads run: ThreadSanitizer would call these leaked.
extern "C" const char* __tsan_default_options() { return "report_thread_leaks=0"; }

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

TEST_F(ForkTest, TheChildOfOneThatHasShutDownDropsItsSpans) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  make_spans(tracer, 1);
  EXPECT_TRUE(tracer.shutdown());
  const std::string in_child = run_in_child([&] {
    make_spans(tracer, 2);
    const bool is_flushed = tracer.flush();
    const std::string dropped = std::to_string(tracer.counts().dropped.shut_down);
    return text_of(tracer.counts()) + ", " + dropped + (is_flushed ? " dropped" : " not flushed");
  });
  EXPECT_EQ(in_child, "2 started, 2 ended, 0 exported, 0 forked, 0 waiting, 2 dropped");
  EXPECT_EQ(ids_in(backend.requests()).size(), 1U);
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
      ::alarm(100);  // kills a child that waits
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

/// Signals are the application's: the exporter's thread takes none, whatever interrupts the others.
TEST(SignalTest, TheExporterGetsNone) {
  static std::atomic<int> count = 0;
  struct sigaction before{};
  struct sigaction action{};
  action.sa_handler = [](int) { ++count; };
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const Backend backend;  // its threads get none
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  make_spans(tracer, 1);  // starts the thread
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  for (int i = 0; i < 20; ++i) {
    ::kill(::getpid(), SIGUSR1);
    make_spans(tracer, 1);
    EXPECT_TRUE(tracer.flush());
  }
  EXPECT_EQ(count, 0);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  EXPECT_EQ(count, 1) << "it has waited for this thread";
  EXPECT_EQ(tracer.counts().exported, 21U);
  ::sigaction(SIGUSR1, &before, nullptr);
}

/// Calls that a signal interrupts go on: the handler asks for no restart.
TEST(SignalTest, InterruptNoCall) {
  static std::atomic<int> count = 0;
  struct sigaction before{};
  struct sigaction action{};
  action.sa_handler = [](int) { ++count; };
  ASSERT_EQ(::sigaction(SIGUSR1, &action, &before), 0);
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  std::atomic<bool> done = false;
  const pthread_t flushing = ::pthread_self();
  std::thread sends([&] {
    while (!done) {
      ::pthread_kill(flushing, SIGUSR1);
      std::this_thread::sleep_for(200us);
    }
  });
  for (std::size_t round = 0; round < 50 || count < 50; ++round) {
    make_spans(tracer, 1);
    EXPECT_TRUE(tracer.flush());
  }
  EXPECT_TRUE(tracer.shutdown());
  done = true;
  sends.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_EQ(tracer.counts().exported, tracer.counts().ended);
}

/// A thread that waits for the exporter's may be canceled only afterwards.
TEST(CancellationTest, InterruptsNoShutdown) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  std::atomic<bool> is_canceled = false;
  std::atomic<bool> has_returned = false;
  std::atomic<bool> goes_on = false;
  std::thread thread([&] {
    while (!is_canceled) std::this_thread::yield();
    make_spans(tracer, 3);
    has_returned = tracer.flush() && tracer.shutdown();
    ::pthread_testcancel();
    goes_on = true;
  });
  ::pthread_cancel(thread.native_handle());
  is_canceled = true;
  thread.join();
  EXPECT_TRUE(has_returned);
  EXPECT_FALSE(goes_on);
  EXPECT_EQ(tracer.counts().exported, 3U);
}

/// A process that ends while its spans wait, or are on their way, in several ways.
class ExitTest : public testing::TestWithParam<int> {
 protected:
  ExitTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  static Reply answer(int way) {
    Reply reply;
    reply.is_silent = way == 1;
    reply.closes = way == 2;
    return reply;
  }

  [[noreturn]] static void end(int way) {
    static const Backend& backend =
        *new Backend([way](const auto&, std::size_t) { return answer(way); });
    static Log& log = *new Log;
    ExportOptions options = options_for(backend, log);
    options.max_batch_size = 2;
    static const auto tracer = std::make_shared<ExportingTracer>(options);
    if (way != 0) set_global_tracer(tracer);  // else it is destroyed
    make_spans(*tracer, 3);
    for (int i = 0; way == 3 && i < 4; ++i) {
      std::thread([] {
        for (;;) make_spans(*tracer, 1);
      }).detach();
    }
    if (way == 4) {
      std::thread([] {
        for (;;) static_cast<void>(tracer->flush());
      }).detach();
    }
    while (way != 0 && backend.requests().empty()) std::this_thread::yield();
    if (std::atexit([] { make_spans(*tracer, 1); }) != 0) std::abort();
    std::exit(0);
  }
};

TEST_P(ExitTest, Well) { EXPECT_EXIT(end(GetParam()), testing::ExitedWithCode(0), "^$"); }

constexpr std::array<const char*, 5> ways = {"WithSpansThatWait", "WhileTheBackendIsSilent",
                                             "WhileTheBackendFails", "WhileThreadsMakeSpans",
                                             "WhileAThreadFlushes"};
INSTANTIATE_TEST_SUITE_P(Ways, ExitTest, testing::Range(0, 5), [](const auto& way) {
  return std::string(ways.at(static_cast<std::size_t>(way.param)));
});

}  // namespace
}  // namespace baton::test
