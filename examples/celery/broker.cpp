// SPDX-License-Identifier: Apache-2.0
#include "broker.hpp"

#include <stdexcept>

namespace example {

std::unique_ptr<Broker> connect(const std::string& url) {
  if (url.starts_with("redis://")) return connect_to_redis(url);
  if (url.starts_with("amqp://")) return connect_to_rabbitmq(url);
  throw std::runtime_error("the URL must begin with redis:// or amqp://: " + url);
}

}  // namespace example
