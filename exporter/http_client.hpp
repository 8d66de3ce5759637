// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/span_body.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "exporter/endpoint.hpp"
#include "exporter/interruption.hpp"
#include "exporter/resolver.hpp"

namespace baton::detail {

/// Posts bodies to one endpoint, over one connection as long as both sides keep it. For one thread,
/// which waits until a deadline, or until it is interrupted.
class HttpClient {
 public:
  /// An answer is cut off beyond this.
  static constexpr std::size_t max_answer_size = 65536;

  using Fields = boost::beast::http::fields;
  struct Answer {
    unsigned status = 0;
    std::string body;         ///< empty if it is malformed, or too long
    std::string retry_after;  ///< the field
  };

  HttpClient(Endpoint endpoint, Fields fields, Interruption& interruption);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Nothing, with the reason in `error`, if there is no answer.
  [[nodiscard]] std::optional<Answer> post(std::string_view body, Clock::time_point deadline,
                                           std::string& error);

 private:
  using Request = boost::beast::http::request<boost::beast::http::span_body<const char>>;

  [[nodiscard]] bool is_connected();
  [[nodiscard]] boost::system::error_code open(const boost::asio::ip::tcp& protocol);
  [[nodiscard]] bool connect(Clock::time_point deadline, std::string& error);
  [[nodiscard]] std::optional<Answer> exchange(const Request& request, Clock::time_point deadline,
                                               std::string& error);
  /// Runs an operation of `stream_`: `start` gets what it has to call at the end.
  template <class Start>
  boost::system::error_code run(Clock::time_point deadline, Start start);
  void close() noexcept;

  const Endpoint endpoint_;
  const Fields fields_;
  Interruption& interruption_;
  Resolver resolver_;
  boost::asio::io_context io_{1};
  boost::beast::tcp_stream stream_{io_};
  boost::beast::flat_buffer buffer_{max_answer_size};
};

}  // namespace baton::detail
