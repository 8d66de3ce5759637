// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "peer.hpp"

namespace gateway {

/// The service behind the gateway, and the idle connections to it. For one thread.
class Upstream {
 public:
  Upstream(net::io_context& io, tcp::resolver::results_type endpoints,
           std::chrono::seconds patience)
      : io_(io), endpoints_(std::move(endpoints)), patience_(patience) {}

  [[nodiscard]] const tcp::resolver::results_type& endpoints() const { return endpoints_; }

  /// An idle connection that is still open; null if there is none.
  [[nodiscard]] std::unique_ptr<Peer> take();
  /// A new connection, which the caller must connect.
  [[nodiscard]] std::unique_ptr<Peer> make() const;
  /// Keeps a connection for reuse.
  void give_back(std::unique_ptr<Peer> connection);

  /// Closes the idle connections.
  void clear() { idle_.clear(); }

 private:
  static constexpr std::size_t max_idle = 64;

  net::io_context& io_;
  tcp::resolver::results_type endpoints_;
  std::chrono::seconds patience_;
  std::vector<std::unique_ptr<Peer>> idle_;
};

}  // namespace gateway
