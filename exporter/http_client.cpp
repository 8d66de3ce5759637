// SPDX-License-Identifier: Apache-2.0
#include "exporter/http_client.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cerrno>
#include <memory>
#include <utility>

#include "exporter/resolver.hpp"

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;

namespace baton::detail {

class HttpClient::Implementation {
 public:
  Implementation(Endpoint endpoint, const ExportOptions::Texts& fields, Interruption& interruption)
      : endpoint_(std::move(endpoint)),
        interruption_(interruption),
        resolver_(endpoint_.host, endpoint_.port, interruption) {
    for (const auto& [name, value] : fields) fields_.set(name, value);
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation() { close(); }

  [[nodiscard]] std::optional<Answer> post(std::string_view body, Clock::time_point deadline,
                                           std::string& error);

 private:
  using Request = http::request<http::span_body<const char>>;

  [[nodiscard]] bool is_connected();
  [[nodiscard]] beast::error_code open(const net::ip::tcp& protocol);
  [[nodiscard]] bool connect(Clock::time_point deadline, std::string& error);
  [[nodiscard]] std::optional<Answer> exchange(const Request& request, Clock::time_point deadline,
                                               std::string& error);
  /// Runs an operation of `stream_`: `start` gets what it has to call at the end.
  template <class Start>
  beast::error_code run(Clock::time_point deadline, Start start);
  void close() noexcept;

  const Endpoint endpoint_;
  http::fields fields_;
  Interruption& interruption_;
  Resolver resolver_;
  net::io_context io_{1};
  beast::tcp_stream stream_{io_};
  beast::flat_buffer buffer_{max_answer_size};
};

HttpClient::HttpClient(Endpoint endpoint, const ExportOptions::Texts& fields,
                       Interruption& interruption)
    : implementation_(std::make_unique<Implementation>(std::move(endpoint), fields, interruption)) {
}

HttpClient::~HttpClient() = default;

std::optional<HttpClient::Answer> HttpClient::post(std::string_view body,
                                                   Clock::time_point deadline, std::string& error) {
  return implementation_->post(body, deadline, error);
}

void HttpClient::Implementation::close() noexcept {
  beast::error_code ignored;
  // A child of fork may hold the socket too: the backend must learn of the end all the same.
  stream_.socket().shutdown(net::ip::tcp::socket::shutdown_both, ignored);
  stream_.socket().close(ignored);
  buffer_.clear();
}

template <class Start>
beast::error_code HttpClient::Implementation::run(Clock::time_point deadline, Start start) {
  beast::error_code result = net::error::operation_aborted;
  stream_.expires_at(deadline);
  start([&result](beast::error_code error, auto&&...) { result = error; });
  io_.restart();
  {
    const Interruption::Waker waker(interruption_, [this] { io_.stop(); });
    io_.run();
  }
  if (io_.stopped() && interruption_.is_interrupted()) {
    // The operation may have remained: it refers to `result`, so it must end here.
    stream_.close();
    io_.restart();
    io_.run();
  }
  return result;
}

bool HttpClient::Implementation::is_connected() {
  if (!stream_.socket().is_open()) return false;
  if (buffer_.size() != 0) {
    close();  // more than an answer has come: it must not be taken for the next one
    return false;
  }
  // Between requests nothing comes but the end of the connection.
  std::array<char, 1> byte{};
  beast::error_code error;
  stream_.socket().non_blocking(true, error);
  if (!error) {
    stream_.socket().receive(net::buffer(byte), net::socket_base::message_peek, error);
  }
  if (error == net::error::would_block) return true;
  close();
  return false;
}

beast::error_code HttpClient::Implementation::open(const net::ip::tcp& protocol) {
  // From the start, so that a program which another thread executes does not inherit it.
  const int descriptor =
      ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
  if (descriptor < 0) return {errno, beast::system_category()};
  beast::error_code failure;
  stream_.socket().assign(protocol, descriptor, failure);
  if (failure) ::close(descriptor);
  return failure;
}

bool HttpClient::Implementation::connect(Clock::time_point deadline, std::string& error) {
  beast::error_code failure;
  const Resolver::Endpoints endpoints = resolver_.resolve(deadline, error);
  auto left = static_cast<Clock::rep>(endpoints.size());
  for (const auto& endpoint : endpoints) {
    // An address that never answers must leave time for the others.
    const Clock::time_point now = Clock::now();
    const Clock::time_point end = now + (deadline - now) / left--;
    failure = open(endpoint.protocol());
    if (!failure) failure = run(end, [&](auto done) { stream_.async_connect(endpoint, done); });
    if (!failure) {
      beast::error_code ignored;  // without it all works the same, only later
      stream_.socket().set_option(net::ip::tcp::no_delay(true), ignored);
      return true;
    }
    close();
  }
  if (failure) error = "cannot connect to " + endpoint_.authority + ": " + failure.message();
  return false;
}

std::optional<HttpClient::Answer> HttpClient::Implementation::post(std::string_view body,
                                                                   Clock::time_point deadline,
                                                                   std::string& error) {
  if (!is_connected() && !connect(deadline, error)) return std::nullopt;
  constexpr unsigned http_1_1 = 11;
  Request request(http::verb::post, endpoint_.target, http_1_1, beast::span<const char>(body));
  for (const auto& field : fields_) request.insert(field.name_string(), field.value());
  request.set(http::field::host, endpoint_.authority);
  request.prepare_payload();
  auto answer = exchange(request, deadline, error);
  if (!answer) close();
  return answer;
}

std::optional<HttpClient::Answer> HttpClient::Implementation::exchange(const Request& request,
                                                                       Clock::time_point deadline,
                                                                       std::string& error) {
  const auto failed = [&](const beast::error_code& failure) {
    error = endpoint_.authority + " did not answer: " + failure.message();
    return std::nullopt;
  };
  const beast::error_code write_failure =
      run(deadline, [&](auto done) { http::async_write(stream_, request, done); });
  // A backend that refuses a request may close before it has read all: its answer counts. If the
  // time is over, or after an interruption, the socket is closed.
  if (write_failure && !stream_.socket().is_open()) return failed(write_failure);

  beast::error_code failure;
  using Parser = http::response_parser<http::string_body>;
  std::unique_ptr<Parser> parser;
  const auto is_interim = [&] { return parser->get().result_int() < 200; };  // RFC 9110 §15.2
  constexpr int max_interim_answers = 8;
  for (int i = 0; i == 0 || is_interim(); ++i) {
    if (i > max_interim_answers) return failed(http::error::bad_status);
    parser = std::make_unique<Parser>();
    parser->header_limit(max_answer_size);
    parser->body_limit(max_answer_size);
    failure =
        run(deadline, [&](auto done) { http::async_read_header(stream_, buffer_, *parser, done); });
    if (failure && failure != http::error::body_limit) {
      return failed(write_failure ? write_failure : failure);
    }
  }
  Answer answer;
  answer.status = parser->get().result_int();
  answer.retry_after = parser->get()[http::field::retry_after];
  // The status has decided: what follows may be missing.
  if (!failure) {
    failure = run(deadline, [&](auto done) { http::async_read(stream_, buffer_, *parser, done); });
  }
  if (!failure) answer.body = std::move(parser->get().body());
  if (write_failure || failure || !parser->keep_alive()) close();
  return answer;
}

}  // namespace baton::detail
