// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "peer.hpp"

namespace gateway {

/// The service behind the gateway, and the connections to it that wait for their next request. For
/// one thread.
class Upstream {
 public:
  Upstream(net::io_context& io, tcp::resolver::results_type endpoints,
           std::chrono::seconds patience)
      : io_(io), endpoints_(std::move(endpoints)), patience_(patience) {}

  [[nodiscard]] const tcp::resolver::results_type& endpoints() const { return endpoints_; }

  /// A connection that was used before; null where none is left that is still open.
  [[nodiscard]] std::unique_ptr<Peer> take();
  /// One that must be connected first.
  [[nodiscard]] std::unique_ptr<Peer> make() const;
  /// To be used again.
  void give_back(std::unique_ptr<Peer> connection);

  /// Closes what waits.
  void clear() { idle_.clear(); }

 private:
  static constexpr std::size_t max_idle = 64;

  net::io_context& io_;
  tcp::resolver::results_type endpoints_;
  std::chrono::seconds patience_;
  std::vector<std::unique_ptr<Peer>> idle_;
};

}  // namespace gateway
