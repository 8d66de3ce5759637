// SPDX-License-Identifier: Apache-2.0
// A backend that decides before it has read the whole request.
#include "exporter/http_client.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "exporter/support.hpp"

namespace baton::test {
namespace {

using detail::HttpClient;

/// Reads of each request no more than its header, answers that, and may close the connection then.
class HastyBackend {
 public:
  HastyBackend(std::string answer, bool closes)
      : answer_(std::move(answer)),
        closes_(closes),
        acceptor_(io_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
        thread_([this] { serve(); }) {}
  HastyBackend(const HastyBackend&) = delete;
  HastyBackend& operator=(const HastyBackend&) = delete;
  ~HastyBackend() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/v1/traces";
  }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  using Socket = boost::asio::ip::tcp::socket;

  void serve() {
    std::vector<Socket> open;
    for (boost::system::error_code error;;) {
      Socket socket = acceptor_.accept(error);
      if (error) return;
      ++connections_;
      std::string begin;
      boost::asio::read_until(socket, boost::asio::dynamic_buffer(begin), "\r\n\r\n", error);
      boost::asio::write(socket, boost::asio::buffer(answer_), error);
      if (!closes_) open.push_back(std::move(socket));
    }
  }

  const std::string answer_;
  const bool closes_;
  std::atomic<int> connections_ = 0;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

class HttpClientTest : public testing::Test {
 protected:
  std::optional<HttpClient::Answer> post(const HastyBackend& backend,
                                         std::chrono::milliseconds timeout = 20s) {
    std::string no_error;
    HttpClient client(detail::Endpoint::parse(backend.url(), no_error).value(), {}, interruption_);
    std::string body;
    body.resize(32'000'000, 'x');  // more than the buffers of both sockets hold
    begin_ = std::chrono::steady_clock::now();
    return client.post(body, begin_ + timeout, error_);
  }
  [[nodiscard]] auto took() const { return std::chrono::steady_clock::now() - begin_; }

  detail::Interruption interruption_;
  std::string error_;

 private:
  std::chrono::steady_clock::time_point begin_;
};

TEST_F(HttpClientTest, AnAnswerBeforeTheEndOfTheRequestCounts) {
  const HastyBackend backend(
      "HTTP/1.1 413 Content Too Large\r\nRetry-After: 7\r\nContent-Length: 3\r\n\r\nno\n", true);
  const auto answer = post(backend);
  ASSERT_TRUE(answer.has_value()) << error_;
  EXPECT_EQ(answer->status, 413U);
  EXPECT_EQ(answer->retry_after, "7");
}

TEST_F(HttpClientTest, AnInterimAnswerBeforeTheEndOfTheRequestIsNotTheAnswer) {
  const HastyBackend backend(
      "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", true);
  const auto answer = post(backend);
  ASSERT_TRUE(answer.has_value()) << error_;
  EXPECT_EQ(answer->status, 503U);
}

TEST_F(HttpClientTest, WithoutAnAnswerTheErrorIsThatOfTheRequest) {
  for (const char* const answer : {"", "HTTP/1.1 41"}) {
    const HastyBackend backend(answer, true);
    EXPECT_FALSE(post(backend).has_value());
    EXPECT_TRUE(error_.ends_with("Connection reset by peer") || error_.ends_with("Broken pipe"))
        << error_;
  }
}

TEST_F(HttpClientTest, ARequestThatNobodyReadsEndsInTime) {
  const HastyBackend backend("", false);
  EXPECT_FALSE(post(backend, 200ms).has_value());
  EXPECT_LT(took(), 10s);
  EXPECT_NE(error_.find("did not answer: The socket was closed due to a timeout"),
            std::string::npos)
      << error_;
}

TEST_F(HttpClientTest, AnInterruptionEndsARequestThatNobodyReads) {
  const HastyBackend backend("", false);
  std::thread other([&] {
    std::this_thread::sleep_for(100ms);
    interruption_.interrupt();
  });
  EXPECT_FALSE(post(backend).has_value());
  EXPECT_LT(took(), 10s);
  other.join();
}

/// Of spans whose batch is larger than the buffers of both sockets.
ExportCounts send_large_spans(const ExportOptions& options, std::size_t count) {
  ExportingTracer tracer(options);
  const std::string text(ExportingTracer::max_text_size, 'x');
  std::vector<std::string> keys;
  for (int i = 0; i < 15; ++i) keys.push_back("key" + std::to_string(i));
  std::vector<Attribute> attributes;
  for (const std::string& key : keys) attributes.push_back({key, text});
  for (std::size_t i = 0; i < count; ++i) {
    const Span span(&tracer, {.parent = Context(), .name = "work", .attributes = attributes});
  }
  EXPECT_TRUE(tracer.flush(20s));
  return tracer.counts();
}

TEST_F(HttpClientTest, ABatchThatIsTooLargeIsRejectedAtOnce) {
  constexpr std::size_t count = 1500;
  Log log;
  ExportOptions options;
  options.max_batch_size = count;
  options.schedule_delay = 1h;
  options.export_timeout = 5s;
  options.initial_backoff = 5ms;
  options.sampler = parent_based(always_on());
  options.log = log.writer();
  const HastyBackend backend("HTTP/1.1 413 X\r\nContent-Length: 0\r\n\r\n", true);
  options.endpoint = backend.url();
  const ExportCounts counts = send_large_spans(options, count);
  EXPECT_EQ(counts.dropped.rejected, count);
  EXPECT_EQ(counts.retries, 0U);
  EXPECT_EQ(backend.connections(), 1);
  EXPECT_EQ(log.text(), "cannot export spans: " + backend.url() + " answered 413\n");
}

}  // namespace
}  // namespace baton::test
