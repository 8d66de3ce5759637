// SPDX-License-Identifier: Apache-2.0
// Each way in which a backend fails: what the request path sees of it is nothing, and every span is
// exported or counted as dropped.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include "exporter/support.hpp"

namespace {

constexpr const char* host_of_two_addresses = "two-addresses.test";

}  // namespace

/// Instead of the system's: gives that host two addresses.
extern "C" int getaddrinfo(const char* host, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (host == nullptr || std::strcmp(host, host_of_two_addresses) != 0) {
    return real(host, service, hints, result);
  }
  if (const int error = real("127.0.0.2", service, hints, result); error != 0) return error;
  addrinfo* last = *result;
  while (last->ai_next != nullptr) last = last->ai_next;
  return real("127.0.0.1", service, hints, &last->ai_next);
}

namespace baton::test {
namespace {

Reply status(unsigned code, std::string body = {}) {
  return {.status = code, .body = std::move(body)};
}

/// The first requests get that reply, and the others are taken.
Backend::Script first(std::size_t count, Reply reply) {
  return [count, reply](const Backend::Request&, std::size_t number) {
    return number < count ? reply : Reply();
  };
}

Backend::Script always(const Reply& reply) {
  return [reply](const Backend::Request&, std::size_t) { return reply; };
}

/// A port of loopback at which nobody listens.
std::uint16_t free_port() { return Backend().port(); }

class FailureTest : public testing::Test {
 protected:
  /// What became of `count` spans that were flushed.
  ExportCounts send(const ExportOptions& options, std::size_t count = 4) {
    ExportingTracer tracer(options);
    make_spans(tracer, count);
    EXPECT_TRUE(tracer.flush(20s));
    const ExportCounts counts = tracer.counts();
    EXPECT_EQ(counts.started, count);
    EXPECT_EQ(counts.ended, count);
    EXPECT_EQ(accounted_for(counts), count);
    EXPECT_EQ(counts.waiting, 0U);
    return counts;
  }

  Log log_;
};

TEST_F(FailureTest, BusyBackendsAreAskedAgain) {
  for (const unsigned code : {429U, 502U, 503U, 504U}) {
    const Backend backend(first(2, status(code)));
    const ExportCounts counts = send(options_for(backend, log_));
    EXPECT_EQ(counts.exported, 4U) << code;
    EXPECT_EQ(counts.retries, 2U) << code;
    EXPECT_EQ(backend.requests().size(), 3U);
    EXPECT_EQ(backend.connections(), 1U);
    // Each is the same batch.
    EXPECT_EQ(backend.requests()[0].body, backend.requests()[2].body);
  }
}

TEST_F(FailureTest, OtherStatusesAreFinal) {
  for (const unsigned code : {300U, 301U, 400U, 401U, 404U, 413U, 500U, 501U}) {
    const Backend backend(always(status(code)));
    const ExportCounts counts = send(options_for(backend, log_));
    EXPECT_EQ(counts.dropped.rejected, 4U) << code;
    EXPECT_EQ(counts.retries, 0U) << code;
    EXPECT_EQ(backend.requests().size(), 1U);
  }
  EXPECT_NE(log_.text().find("/v1/traces answered 400"), std::string::npos) << log_.text();
}

TEST_F(FailureTest, ABackendThatFailsInTurnsIsLoggedOnce) {
  // With several reasons, and then with each second batch.
  const Backend backend([](const Backend::Request&, std::size_t number) {
    constexpr std::array<unsigned, 10> codes{503, 502, 503, 502, 200, 400, 200, 503, 404, 200};
    return status(codes.at(number));
  });
  ExportingTracer tracer(options_for(backend, log_));
  while (backend.requests().size() < 10) {
    make_spans(tracer, 1);
    EXPECT_TRUE(tracer.flush(20s));
  }
  const std::string url = backend.url("/v1/traces");
  EXPECT_EQ(log_.text(), "cannot export spans: " + url + " answered 503\n" +
                             "spans are exported again to " + url + "\n");
}

TEST_F(FailureTest, SecretsOfTheUrlAreNotLogged) {
  const Backend backend(first(1, status(503)));
  ExportOptions options = options_for(backend, log_);
  options.endpoint += "?key=secret";
  EXPECT_EQ(send(options).exported, 4U);
  EXPECT_EQ(backend.requests()[0].target, "/v1/traces?key=secret");
  EXPECT_NE(log_.text().find("/v1/traces answered 503"), std::string::npos) << log_.text();
  EXPECT_NE(log_.text().find("exported again to " + backend.url("/v1/traces\n")),
            std::string::npos);
  EXPECT_EQ(log_.text().find("secret"), std::string::npos) << log_.text();
}

TEST_F(FailureTest, RetryAfterIsHonored) {
  const Backend backend(first(1, {.status = 503, .fields = {{"Retry-After", "1"}}}));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(send(options_for(backend, log_)).exported, 4U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(FailureTest, RetryAfterBeyondTheTimeOfTheBatchDropsIt) {
  const Backend backend(always({.status = 429, .fields = {{"Retry-After", "3600"}}}));
  ExportOptions options = options_for(backend, log_);
  options.export_timeout = 2s;
  const ExportCounts counts = send(options);
  EXPECT_EQ(counts.dropped.unreachable, 4U);
  EXPECT_EQ(counts.retries, 0U);
  EXPECT_EQ(backend.requests().size(), 1U);
}

TEST_F(FailureTest, TheTimeOfABatchBeginsWhenItMayBeSent) {
  const Backend backend(first(1, {.status = 503, .fields = {{"Retry-After", "4"}}}));
  ExportOptions options = options_for(backend, log_);
  options.export_timeout = 2s;
  ExportingTracer tracer(options);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 2; ++i) {
    make_spans(tracer, 1);
    EXPECT_TRUE(tracer.flush(20s));
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 4s);
  EXPECT_EQ(tracer.counts().dropped.unreachable, 1U);
  EXPECT_EQ(tracer.counts().exported, 1U);
  EXPECT_EQ(backend.requests().size(), 2U);
}

TEST_F(FailureTest, ABatchThatMayNotBeSentYetDelaysNoFlushAndNoShutdown) {
  const Backend backend(always({.status = 503, .fields = {{"Retry-After", "60"}}}));
  ExportOptions options = options_for(backend, log_);
  options.export_timeout = 2s;
  ExportingTracer tracer(options);
  make_spans(tracer, 1);
  EXPECT_TRUE(tracer.flush(20s));
  EXPECT_EQ(tracer.counts().dropped.unreachable, 1U);
  make_spans(tracer, 1);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(tracer.flush(1s));
  EXPECT_FALSE(tracer.shutdown(50ms));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_EQ(tracer.counts().dropped.shut_down, 1U);
  EXPECT_EQ(backend.requests().size(), 1U);
}

// For UndefinedBehaviorSanitizer.
TEST_F(FailureTest, TheLongestBackoffDoublesUpToTheLimit) {
  const Backend backend(always(status(503)));
  ExportOptions options = options_for(backend, log_);
  options.initial_backoff = 2'147'483'647ms;
  options.max_backoff = 20ms;
  options.export_timeout = 1s;
  const ExportCounts counts = send(options);
  EXPECT_EQ(counts.dropped.unreachable, 4U);
  EXPECT_LE(counts.retries, 67U) << "each waits 15 ms at least";
}

TEST_F(FailureTest, NobodyListens) {
  const Backend other;
  ExportOptions options = options_for(other, log_);
  options.endpoint = "http://127.0.0.1:" + std::to_string(free_port()) + "/v1/traces";
  options.export_timeout = 2s;
  const ExportCounts counts = send(options);
  EXPECT_EQ(counts.dropped.unreachable, 4U);
  EXPECT_GT(counts.retries, 1U);
  EXPECT_NE(log_.text().find("Connection refused"), std::string::npos) << log_.text();
  EXPECT_EQ(log_.text().find('\n'), log_.text().size() - 1) << "one line, however many retries";
}

TEST_F(FailureTest, AnAddressThatNeverAnswersLeavesTimeForTheNext) {
  const Backend backend;
  const SilentAddress silent("127.0.0.2", backend.port());
  ExportOptions options = options_for(backend, log_);
  options.endpoint = std::string("http://") + host_of_two_addresses + ":" +
                     std::to_string(backend.port()) + "/v1/traces";
  options.timeout = 1s;
  options.export_timeout = 3s;
  const auto begin = std::chrono::steady_clock::now();
  const ExportCounts counts = send(options);
  EXPECT_EQ(counts.exported, 4U);
  EXPECT_EQ(counts.retries, 0U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 400ms) << "its half of the time";
}

TEST_F(FailureTest, ABackendThatStartsLaterGetsWhatWaits) {
  const std::uint16_t port = free_port();
  ExportOptions options;
  {
    const Backend other;
    options = options_for(other, log_);
  }
  options.endpoint = "http://127.0.0.1:" + std::to_string(port) + "/v1/traces";
  options.max_batch_size = 4;
  ExportingTracer tracer(options);
  make_spans(tracer, 4);
  while (tracer.counts().retries == 0) std::this_thread::yield();
  const Backend backend([](const Backend::Request&, std::size_t) { return Reply(); }, port);
  EXPECT_TRUE(tracer.flush(20s));
  EXPECT_EQ(tracer.counts().exported, 4U);
  EXPECT_NE(log_.text().find("spans are exported again"), std::string::npos) << log_.text();
}

TEST_F(FailureTest, ABackendThatNeverAnswersCostsTheTimeoutOnly) {
  const Backend backend(always({.is_silent = true}));
  ExportOptions options = options_for(backend, log_);
  options.timeout = 200ms;
  options.export_timeout = 3s;
  const ExportCounts counts = send(options);
  EXPECT_EQ(counts.dropped.unreachable, 4U);
  EXPECT_GE(backend.requests().size(), 2U);
  EXPECT_NE(log_.text().find("did not answer"), std::string::npos) << log_.text();
}

TEST_F(FailureTest, ASlowAnswerIsAskedForAgain) {
  const Backend backend([](const Backend::Request&, std::size_t number) {
    if (number == 0) std::this_thread::sleep_for(300ms);
    return Reply();
  });
  ExportOptions options = options_for(backend, log_);
  options.timeout = 100ms;
  const ExportCounts counts = send(options);
  EXPECT_EQ(counts.exported, 4U);
  EXPECT_GE(counts.retries, 1U);
}

TEST_F(FailureTest, ABackendKilledInTheMiddleOfARequest) {
  const Backend backend(first(1, {.closes = true}));
  const ExportCounts counts = send(options_for(backend, log_));
  EXPECT_EQ(counts.exported, 4U);
  EXPECT_EQ(counts.retries, 1U);
  EXPECT_EQ(backend.connections(), 2U);
}

TEST_F(FailureTest, AnAnswerThatBreaksOffHasItsStatus) {
  const std::string begin = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{";
  const Backend backend(always({.raw = begin, .closes = true}));
  EXPECT_EQ(send(options_for(backend, log_)).exported, 4U);
  EXPECT_EQ(backend.requests().size(), 1U);
}

TEST_F(FailureTest, GarbageIsNoAnswer) {
  for (const std::string& garbage :
       {std::string("SSH-2.0-OpenSSH_9.2\r\n"), std::string(1000, '\0'), std::string(100'000, 'x'),
        "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'x')}) {
    const Backend backend(first(1, {.raw = garbage, .closes = true}));
    const ExportCounts counts = send(options_for(backend, log_));
    EXPECT_EQ(counts.exported, 4U);
    EXPECT_EQ(counts.retries, 1U);
  }
}

TEST_F(FailureTest, ASecondAnswerIsNotThatOfTheNextRequest) {
  const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  const std::string refused = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  const Backend backend(first(1, {.raw = ok + refused}));
  ExportingTracer tracer(options_for(backend, log_));
  for (std::size_t i = 1; i <= 2; ++i) {
    make_spans(tracer, 1);
    EXPECT_TRUE(tracer.flush(20s));
    EXPECT_EQ(tracer.counts().exported, i);
  }
  EXPECT_EQ(backend.connections(), 2U);
}

TEST_F(FailureTest, AnInterimAnswerIsNotTheAnswer) {
  const std::string interim =
      "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n";
  for (const unsigned code : {200U, 400U}) {
    const Backend backend(always(
        {.raw = interim + "HTTP/1.1 " + std::to_string(code) + " X\r\nContent-Length: 0\r\n\r\n"}));
    const ExportCounts counts = send(options_for(backend, log_));
    EXPECT_EQ(counts.exported, code == 200 ? 4U : 0U);
    EXPECT_EQ(counts.dropped.rejected, code == 400 ? 4U : 0U);
    EXPECT_EQ(counts.retries, 0U);
    EXPECT_EQ(backend.connections(), 1U);
  }
}

TEST_F(FailureTest, InterimAnswersWithoutEndAreNoAnswer) {
  std::string interim;
  for (int i = 0; i < 1000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  const Backend backend(first(1, {.raw = interim}));
  const ExportCounts counts = send(options_for(backend, log_));
  EXPECT_EQ(counts.exported, 4U);
  EXPECT_EQ(counts.retries, 1U);
}

TEST_F(FailureTest, AnAnswerThatIsTooLongIsCutOff) {
  const Backend backend(always(status(200, std::string(8'000'000, ' '))));
  EXPECT_EQ(send(options_for(backend, log_)).exported, 4U);
  EXPECT_EQ(backend.requests().size(), 1U);
}

TEST_F(FailureTest, AnAnswerMayHaveLongFields) {
  for (const unsigned code : {200U, 400U}) {
    const Backend backend(always({.status = code, .fields = {{"A", std::string(64'000, 'x')}}}));
    const ExportCounts counts = send(options_for(backend, log_));
    EXPECT_EQ(counts.exported, code == 200 ? 4U : 0U);
    EXPECT_EQ(counts.retries, 0U);
    EXPECT_EQ(backend.connections(), 1U);
  }
}

TEST_F(FailureTest, AConnectionThatTheBackendClosedIsReplaced) {
  const Backend backend(always({.ends_after = true}));
  ExportingTracer tracer(options_for(backend, log_));
  for (std::size_t i = 1; i <= 5; ++i) {
    make_spans(tracer, 1);
    EXPECT_TRUE(tracer.flush());
    EXPECT_EQ(tracer.counts().exported, i);
  }
  EXPECT_EQ(backend.connections(), 5U);
  EXPECT_EQ(backend.requests().size(), 5U);
}

TEST_F(FailureTest, PartialSuccessIsCounted) {
  struct Case {
    std::string answer;
    std::uint64_t rejected;
  };
  for (const auto& [answer, rejected] :
       std::vector<Case>{{R"({"partialSuccess":{"rejectedSpans":"3","errorMessage":"x"}})", 3},
                         {R"({"partialSuccess":{"rejectedSpans":1}})", 1},
                         {R"({"partialSuccess":{"rejectedSpans":99}})", 4},  // more than there are
                         {R"({"partialSuccess":{"rejectedSpans":-1}})", 0},
                         {R"({"partialSuccess":{"rejectedSpans":"x"}})", 0},
                         {R"({"partialSuccess":{}})", 0},
                         {R"({"partialSuccess":7})", 0},
                         {"{", 0},
                         {"\xff", 0},
                         {"", 0}}) {
    const Backend backend(always(status(200, answer)));
    const ExportCounts counts = send(options_for(backend, log_));
    EXPECT_EQ(counts.dropped.rejected, rejected) << answer;
    EXPECT_EQ(counts.exported, 4 - rejected) << answer;
  }
}

TEST_F(FailureTest, PartialSuccessInProtobuf) {
  struct Case {
    std::string answer;
    std::uint64_t rejected;
  };
  for (const auto& [answer, rejected] : std::vector<Case>{
           {std::string("\x0a\x02\x08\x03", 4), 3},
           {std::string("\x0a\x05\x08\x02\x12\x01x", 7), 2},
           {std::string("\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13), 0},
           {std::string("\x0a\x02\x0a\x00", 4), 0},  // of another type
           {std::string("\x08\x01", 2), 0},
           {std::string("\x0a\x7f\x08", 3), 0},  // too short
           {std::string("\xff\xff\xff", 3), 0},
           {std::string(), 0}}) {
    const Backend backend(always(status(200, answer)));
    ExportOptions options = options_for(backend, log_);
    options.protocol = ExportProtocol::otlp_protobuf;
    EXPECT_EQ(send(options).dropped.rejected, rejected) << testing::PrintToString(answer);
  }
}

TEST_F(FailureTest, AFullQueueDropsAndCounts) {
  const Backend backend(always({.is_silent = true}));
  ExportOptions options = options_for(backend, log_);
  options.max_queue_size = 100;
  options.max_batch_size = 10;
  ExportingTracer tracer(options);
  make_spans(tracer, 10);
  ASSERT_TRUE(backend.wait_for(1));  // the batch has left the queue
  make_spans(tracer, 150);
  const ExportCounts counts = tracer.counts();
  EXPECT_EQ(counts.ended, 160U);
  EXPECT_EQ(counts.waiting, 110U);
  EXPECT_EQ(counts.dropped.queue_full, 50U);
  EXPECT_FALSE(tracer.flush(10ms));
  EXPECT_FALSE(tracer.shutdown(10ms));
  EXPECT_EQ(tracer.counts().dropped.shut_down, 110U);
  EXPECT_EQ(accounted_for(tracer.counts()), 160U);
}

TEST_F(FailureTest, AShutdownEndsEveryWait) {
  const Backend silent(always({.is_silent = true}));
  const Backend busy(always({.status = 503, .fields = {{"Retry-After", "60"}}}));
  for (const std::string& endpoint :
       {silent.url("/v1/traces"), busy.url("/v1/traces"), std::string("http://192.0.2.1:4318/x"),
        std::string("http://does-not-exist.invalid/x")}) {
    ExportOptions options = options_for(silent, log_);
    options.endpoint = endpoint;
    options.initial_backoff = 1h;
    options.max_backoff = 1h;
    options.timeout = 1h;
    options.export_timeout = 1h;
    options.max_batch_size = 2;
    ExportingTracer tracer(options);
    make_spans(tracer, 5);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(tracer.shutdown(50ms));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    EXPECT_EQ(tracer.counts().dropped.shut_down, 5U) << endpoint;
  }
}

}  // namespace
}  // namespace baton::test
