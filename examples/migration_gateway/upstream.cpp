// SPDX-License-Identifier: Apache-2.0
#include "upstream.hpp"

#include <utility>

namespace gateway {

std::unique_ptr<Peer> Upstream::take() {
  while (!idle_.empty()) {
    std::unique_ptr<Peer> connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->is_idle()) return connection;
  }
  return nullptr;
}

std::unique_ptr<Peer> Upstream::make() const {
  return std::make_unique<Peer>(tcp::socket(io_), patience_);
}

void Upstream::give_back(std::unique_ptr<Peer> connection) {
  if (idle_.size() < max_idle) idle_.push_back(std::move(connection));
}

}  // namespace gateway
