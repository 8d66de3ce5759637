// SPDX-License-Identifier: Apache-2.0
// Each allocation of the exporter's threads fails, alone and with some that follow: the process
// goes on, and every span is exported or counted. A program of its own, for its allocator.
#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>
#include <string_view>

#include "exporter/support.hpp"
#include "support/replaced_allocator.hpp"

namespace {

/// Of the exporter's threads, so many allocations were made, and these of them fail.
std::atomic<long> made{0};
std::atomic<long> first_to_fail{0};
std::atomic<long> last_to_fail{-1};

/// Threads have the name of the thread that starts them, so this is also that of a lookup.
bool is_thread_of_exporter() noexcept {
  std::array<char, 16> name{};
  return ::pthread_getname_np(::pthread_self(), name.data(), name.size()) == 0 &&
         std::string_view(name.data()) == "baton-export";
}

bool fails() noexcept {
  if (last_to_fail < first_to_fail || !is_thread_of_exporter()) return false;
  const long number = made++;
  return first_to_fail <= number && number <= last_to_fail;
}

/// Of the exporter's threads, what is larger fails.
std::atomic<std::size_t> max_size{std::numeric_limits<std::size_t>::max()};

}  // namespace

bool baton::test::may_allocate(std::size_t size) noexcept {
  return !fails() && (size <= max_size || !is_thread_of_exporter());
}

namespace baton::test {
namespace {

class MemoryTest : public testing::TestWithParam<ExportProtocol> {
 protected:
  /// Three spans are sent, and `count` allocations fail from that one on. Returns whether any did.
  bool fail_at(long number, long count) {
    Log log;
    ExportOptions options = options_for(backend_, log);
    options.endpoint = "http://localhost:" + std::to_string(backend_.port()) + "/";
    options.protocol = GetParam();
    ExportingTracer tracer(options);
    make_spans(tracer, 3);
    made = 0;
    first_to_fail = number;
    last_to_fail = number + count - 1;
    EXPECT_TRUE(tracer.flush(60s));
    last_to_fail = -1;
    const bool has_failed = made > number;
    const ExportCounts counts = tracer.counts();
    EXPECT_EQ(counts.waiting, 0U);
    EXPECT_EQ(counts.exported + counts.dropped.no_memory, 3U) << number << ": " << log.text();
    EXPECT_TRUE(has_failed || counts.exported == 3);
    make_spans(tracer, 2);
    EXPECT_TRUE(tracer.flush(60s));
    EXPECT_EQ(tracer.counts().exported, counts.exported + 2) << log.text();
    return has_failed;
  }

  static constexpr long max_allocations = 5000;

 private:
  const Backend backend_;
};

TEST_P(MemoryTest, OneAllocationFails) {
  long number = 0;
  while (fail_at(number, 1) && number < max_allocations) ++number;
  EXPECT_GT(number, 20);
  EXPECT_LT(number, max_allocations);
}

TEST_P(MemoryTest, SeveralAllocationsFail) {
  for (long number = 0; fail_at(number, 10) && number < max_allocations;) number += 7;
}

// A batch that cannot be written has not even a request.
TEST(MemoryLogTest, AShortageIsLoggedOnceAndSoIsItsEnd) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.protocol = ExportProtocol::otlp_protobuf;
  ExportingTracer tracer(options);
  constexpr std::size_t batches = 3;
  max_size = 10'000;
  for (std::size_t i = 0; i < batches; ++i) {
    make_spans(tracer, 500);
    EXPECT_TRUE(tracer.flush(60s));
  }
  max_size = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(tracer.counts().dropped.no_memory, batches * 500);
  for (int i = 0; i < 2; ++i) {
    make_spans(tracer, 500);
    EXPECT_TRUE(tracer.flush(60s));
  }
  EXPECT_EQ(tracer.counts().exported, 1000U);
  EXPECT_EQ(log.text(), "cannot export spans: std::bad_alloc\nspans are exported again to " +
                            backend.url("/v1/traces\n"));
}

INSTANTIATE_TEST_SUITE_P(Protocols, MemoryTest,
                         testing::Values(ExportProtocol::otlp_protobuf, ExportProtocol::otlp_json,
                                         ExportProtocol::zipkin));

}  // namespace
}  // namespace baton::test
