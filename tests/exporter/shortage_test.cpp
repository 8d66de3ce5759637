// SPDX-License-Identifier: Apache-2.0
// What the exporter cannot have for a while: descriptors, threads. It exports once it has them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <thread>

#include "exporter/support.hpp"

namespace baton::test {
namespace {

/// While it exists, this process can open nothing.
class WithoutDescriptors {
 public:
  WithoutDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  WithoutDescriptors(const WithoutDescriptors&) = delete;
  WithoutDescriptors& operator=(const WithoutDescriptors&) = delete;
  ~WithoutDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// While it exists, no thread can start: none gets a stack of that size.
class WithoutThreads {
 public:
  WithoutThreads() {
    ::pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    ::pthread_attr_init(&huge);
    ::pthread_attr_setstacksize(&huge, std::size_t{1} << 50U);
    ::pthread_setattr_default_np(&huge);
    ::pthread_attr_destroy(&huge);
  }
  WithoutThreads(const WithoutThreads&) = delete;
  WithoutThreads& operator=(const WithoutThreads&) = delete;
  ~WithoutThreads() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_{};
};

/// Waits for a condition. Returns whether it has come true in time.
template <class Condition>
bool wait_for(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(1ms);
  return condition();
}

bool wait_for_retries(const ExportingTracer& tracer) {
  return wait_for([&] { return tracer.counts().retries >= 2; });
}

#if defined(__has_feature)
constexpr bool has_undefined_behavior_sanitizer = __has_feature(undefined_behavior_sanitizer);
#else
constexpr bool has_undefined_behavior_sanitizer = false;
#endif

TEST(ShortageTest, OfDescriptors) {
  // It looks at memory by a pipe, and takes objects for none if it gets no descriptors.
  if (has_undefined_behavior_sanitizer) GTEST_SKIP() << "UndefinedBehaviorSanitizer";
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.max_batch_size = 3;
  ExportingTracer tracer(options);
  {
    const WithoutDescriptors shortage;
    make_spans(tracer, 3);
    EXPECT_TRUE(wait_for_retries(tracer));
  }
  EXPECT_TRUE(tracer.flush(20s));
  EXPECT_EQ(tracer.counts().exported, 3U);
  EXPECT_NE(log.text().find("Too many open files"), std::string::npos) << log.text();
}

TEST(ShortageTest, OfThreadsForTheExporter) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.max_batch_size = 1;
  ExportingTracer tracer(options);
  {
    const WithoutThreads shortage;
    make_spans(tracer, 3);
    EXPECT_FALSE(tracer.flush(20s));
    EXPECT_EQ(tracer.counts().waiting, 3U);
  }
  std::size_t count = 3;
  EXPECT_TRUE(wait_for([&] {
    make_spans(tracer, 1);
    ++count;
    return tracer.counts().exported != 0;
  }));
  EXPECT_TRUE(tracer.flush(20s));
  EXPECT_EQ(tracer.counts().exported, count);
}

TEST(ShortageTest, AFlushAndAShutdownStartTheThreadThatCouldNotBeHad) {
  const Backend backend;
  Log log;
  for (const bool is_flush : {true, false}) {
    ExportingTracer tracer(options_for(backend, log));
    {
      const WithoutThreads shortage;
      make_spans(tracer, 3);
    }
    EXPECT_TRUE(is_flush ? tracer.flush(20s) : tracer.shutdown(20s));
    EXPECT_EQ(tracer.counts().exported, 3U);
    EXPECT_EQ(tracer.counts().waiting, 0U);
  }
}

TEST(ShortageTest, OfThreadsUntilTheEnd) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  const WithoutThreads shortage;
  make_spans(tracer, 3);
  EXPECT_TRUE(tracer.shutdown(20s));
  EXPECT_EQ(tracer.counts().dropped.shut_down, 3U);
  EXPECT_EQ(backend.connections(), 0U);
}

TEST(ShortageTest, OfThreadsForTheLookUp) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.endpoint = "http://localhost:" + std::to_string(backend.port()) + "/v1/traces";
  options.max_batch_size = 3;
  ExportingTracer tracer(options);
  make_spans(tracer, 1);  // starts the exporter's thread
  {
    const WithoutThreads shortage;
    make_spans(tracer, 2);
    EXPECT_TRUE(wait_for_retries(tracer));
  }
  EXPECT_TRUE(tracer.flush(20s));
  EXPECT_EQ(tracer.counts().exported, 3U);
}

std::vector<int> open_sockets() {
  std::vector<int> sockets;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code closed;
    const std::string target = std::filesystem::read_symlink(entry.path(), closed);
    if (target.starts_with("socket:")) sockets.push_back(std::stoi(entry.path().filename()));
  }
  return sockets;
}

TEST(ShortageTest, NoProgramInheritsASocketThatIsBeingConnected) {
  const SilentAddress silent("127.0.0.1");
  const Backend other;
  const std::vector<int> before = open_sockets();
  Log log;
  ExportOptions options = options_for(other, log);
  options.endpoint = "http://127.0.0.1:" + std::to_string(silent.port()) + "/";
  options.max_batch_size = 1;
  ExportingTracer tracer(options);
  make_spans(tracer, 1);
  std::vector<int> now = before;
  ASSERT_TRUE(wait_for([&] {
    now = open_sockets();
    return now.size() > before.size();
  }));
  for (const int descriptor : now) {
    if (std::find(before.begin(), before.end(), descriptor) != before.end()) continue;
    EXPECT_EQ(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
  EXPECT_FALSE(tracer.shutdown(1ms));
}

}  // namespace
}  // namespace baton::test
