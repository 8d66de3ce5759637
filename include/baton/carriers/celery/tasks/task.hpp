// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace baton::celery {

/// A random UUID, RFC 9562, §5.4 (version 4), as Celery uses to name tasks and groups. From the
/// generator of the trace ids.
[[nodiscard]] std::string random_uuid();

/// A task for a worker to run.
///
///     baton::celery::Task task{.name = "shop.bill", .args = {order_id}};
///     const baton::celery::Message message = baton::celery::make_message(task);
///
/// Members that are left out have Celery's own default. Texts must be UTF-8, and numbers finite.
/// Celery 5, "Message Protocol", version 2.
struct Task {
  using Time = std::chrono::system_clock::time_point;

  // A caller that names only some members gets warnings only for those without an initializer.
  // NOLINTBEGIN(readability-redundant-member-init)
  std::string name;  ///< as the worker knows it
  boost::json::array args = {};
  boost::json::object kwargs = {};

  std::string id = {};         ///< empty: a random one for each message
  std::string root_id = {};    ///< the first task of the work; empty: this one
  std::string parent_id = {};  ///< the task that publishes it; empty: none
  std::string group = {};      ///< empty: none
  std::optional<std::int64_t> group_index = std::nullopt;

  std::optional<Time> eta = std::nullopt;                  ///< not before
  std::optional<Time> expires = std::nullopt;              ///< not after
  std::uint32_t retries = 0;                               ///< how many times it was tried before
  std::optional<std::uint32_t> time_limit = std::nullopt;  ///< in seconds; ends the process
  std::optional<std::uint32_t> soft_time_limit = std::nullopt;  ///< in seconds; raises an exception
  bool ignore_result = false;
  std::string reply_to = {};  ///< the queue for the result, with the result backend `rpc://`
  std::string shadow = {};    ///< another name for logs; empty: none

  /// The arguments as logs show them; by default as Python shows them, up to 1024 bytes.
  std::optional<std::string> argsrepr = std::nullopt;
  std::optional<std::string> kwargsrepr = std::nullopt;
  std::string origin = {};  ///< its publisher; empty: this process and host

  /// What happens after it: `callbacks`, `errbacks`, `chain`, `chord`; see canvas.hpp. Sent
  /// unchanged; those of the four that are absent are sent as null.
  boost::json::object embed = {};
  /// Headers of the application. Their names must not be those that Celery uses.
  boost::json::object headers = {};

  std::string queue = "celery";  ///< the queue, of the default exchange
  std::uint8_t priority = 0;     ///< of 0 to 9; RabbitMQ serves the highest first, Redis the lowest
  // NOLINTEND(readability-redundant-member-init)
};

}  // namespace baton::celery
