// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <baton/baton.hpp>
#include <baton/exporter/exporting_tracer.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exporter/backend.hpp"

namespace baton::test {

using namespace std::chrono_literals;

/// What the tracer logs.
class Log {
 public:
  [[nodiscard]] std::function<void(std::string_view)> writer() {
    return [this](std::string_view sentence) {
      const std::lock_guard lock(mutex_);
      text_.append(sentence).append("\n");
    };
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// An address at which connections wait for ever: its backlog is full.
class SilentAddress {
 public:
  explicit SilentAddress(const char* host, unsigned short port = 0) : full_(io_) {
    full_.open(boost::asio::ip::tcp::v4());
    full_.bind({boost::asio::ip::make_address(host), port});
    full_.listen(0);
    const auto address = full_.local_endpoint();
    for (int i = 0; i < 4; ++i) {
      auto& socket = waiting_.emplace_back(io_, boost::asio::ip::tcp::v4());
      socket.non_blocking(true);
      static_cast<void>(::connect(socket.native_handle(), address.data(),
                                  static_cast<socklen_t>(address.size())));
    }
  }

  [[nodiscard]] unsigned short port() const { return full_.local_endpoint().port(); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor full_;
  std::vector<boost::asio::ip::tcp::socket> waiting_;
};

/// For OTLP's JSON, which tests read; nothing leaves before a flush, or a full batch.
inline ExportOptions options_for(const Backend& backend, Log& log) {
  ExportOptions options;
  options.protocol = ExportProtocol::otlp_json;
  options.endpoint = backend.url("/v1/traces");
  options.service_name = "shop";
  options.schedule_delay = 1h;
  options.initial_backoff = 5ms;
  options.max_backoff = 20ms;
  options.sampler = parent_based(always_on());
  options.log = log.writer();
  return options;
}

inline void make_spans(ExportingTracer& tracer, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const Span span(&tracer, {.parent = Context(), .kind = SpanKind::server, .name = "work"});
  }
}

/// The spans in the body of a request of OTLP's JSON.
inline boost::json::array spans_of(const std::string& body) {
  return boost::json::parse(body).at_pointer("/resourceSpans/0/scopeSpans/0/spans").as_array();
}

/// The ids of all spans in all requests.
inline std::multiset<std::string> ids_in(const std::vector<Backend::Request>& requests) {
  std::multiset<std::string> ids;
  for (const Backend::Request& request : requests) {
    for (const auto& span : spans_of(request.body())) {
      ids.emplace(span.at("spanId").as_string());
    }
  }
  return ids;
}

/// The law of the counts, while nothing is under way.
inline std::uint64_t accounted_for(const ExportCounts& counts) {
  return counts.exported + counts.dropped.total() + counts.waiting;
}

}  // namespace baton::test
