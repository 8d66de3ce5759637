// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "baton/baton.hpp"
#include "baton/carriers/celery.hpp"
#include "support/context_of.hpp"

namespace celery_test {

using baton::test::context_of;

inline constexpr std::string_view parent =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

inline boost::json::value json(std::string_view text) { return boost::json::parse(text); }

/// Both steps of a consumer.
inline baton::celery::received<baton::celery::ReceivedTask> receive(
    std::string_view envelope, const baton::celery::Limits& limits = {}) {
  auto message = baton::celery::from_redis(envelope, limits);
  if (!message) return tl::unexpected(message.error());
  return baton::celery::read_task(*std::move(message), limits);
}

/// A received message with these headers and that body.
inline baton::celery::Message message_of(std::string_view headers, std::string_view body) {
  baton::celery::Message message;
  message.headers = json(headers).as_object();
  message.body = body;
  return message;
}

inline constexpr std::string_view some_headers = R"({"task":"t","id":"i"})";

}  // namespace celery_test
