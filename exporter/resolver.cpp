// SPDX-License-Identifier: Apache-2.0
#include "exporter/resolver.hpp"

#include <absl/strings/numbers.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <exception>
#include <new>
#include <thread>
#include <utility>

namespace net = boost::asio;
using net::ip::tcp;

namespace baton::detail {

struct Resolver::Lookup {
  Mutex mutex;
  bool is_done ABSL_GUARDED_BY(mutex) = false;
  bool is_abandoned ABSL_GUARDED_BY(mutex) = false;
  Endpoints endpoints ABSL_GUARDED_BY(mutex);
  std::string error ABSL_GUARDED_BY(mutex);

  void run(const std::string& host, const std::string& port) noexcept {
    Endpoints found;
    std::string reason;
    try {
      net::io_context io;
      boost::system::error_code failure;
      const auto results = tcp::resolver(io).resolve(host, port, failure);
      for (const auto& result : results) found.push_back(result.endpoint());
      if (failure) reason = failure.message();
    } catch (const std::exception& exception) {
      found.clear();
      reason = reason_of(exception);
    }
    const MutexLock lock(mutex);
    endpoints = std::move(found);
    error = std::move(reason);
    is_done = true;
  }

  static std::string reason_of(const std::exception& exception) noexcept {
    try {
      return exception.what();
    } catch (const std::bad_alloc&) {
      return {};
    }
  }
};

Resolver::Resolver(std::string host, std::string port, Interruption& interruption)
    : host_(std::move(host)), port_(std::move(port)), interruption_(interruption) {}

Resolver::Endpoints Resolver::resolve(Clock::time_point deadline, std::string& error) {
  boost::system::error_code no_address;
  const net::ip::address address = net::ip::make_address(host_, no_address);
  int port = 0;
  if (!no_address && absl::SimpleAtoi(port_, &port)) {
    return {tcp::endpoint(address, static_cast<std::uint16_t>(port))};
  }

  if (lookup_ == nullptr) {
    auto lookup = std::make_shared<Lookup>();
    std::thread([lookup, host = host_, port_text = port_] {
      lookup->run(host, port_text);
    }).detach();
    lookup_ = std::move(lookup);
  }
  const std::shared_ptr<Lookup> lookup = lookup_;
  const Interruption::Waker waker(interruption_, [lookup] {
    const MutexLock lock(lookup->mutex);
    lookup->is_abandoned = true;
  });
  const MutexLock lock(lookup->mutex);
  lookup->mutex.await([&] { return lookup->is_done || lookup->is_abandoned; }, until(deadline));
  if (!lookup->is_done) {
    error = "the lookup of '" + host_ + "' takes too long";
    return {};
  }
  lookup_ = nullptr;
  if (lookup->endpoints.empty()) error = "cannot find '" + host_ + "': " + lookup->error;
  return std::move(lookup->endpoints);
}

}  // namespace baton::detail
