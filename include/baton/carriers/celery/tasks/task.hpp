// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace baton::celery {

/// A random UUID, RFC 9562, §5.4 (version 4): what Celery names tasks and groups by. From the
/// generator of the trace ids.
[[nodiscard]] std::string random_uuid();

/// A task that is to be run by a worker.
///
///     baton::celery::Task task{.name = "shop.bill", .args = {order_id}};
///     const baton::celery::Message message = baton::celery::make_message(task);
///
/// What is left out has the value that Celery itself would give it. Texts must be UTF-8, and
/// numbers finite. Celery 5, "Message Protocol", version 2.
struct Task {
  using Time = std::chrono::system_clock::time_point;

  // Who names some members only is warned of those without an initializer.
  // NOLINTBEGIN(readability-redundant-member-init)
  std::string name;  ///< as the worker knows it
  boost::json::array args = {};
  boost::json::object kwargs = {};

  std::string id = {};         ///< empty: a random one for each message
  std::string root_id = {};    ///< the first task of the work; empty: this one
  std::string parent_id = {};  ///< the task that publishes it; empty: none
  std::string group = {};      ///< empty: none
  std::optional<std::int64_t> group_index = std::nullopt;

  std::optional<Time> eta = std::nullopt;                       ///< not before
  std::optional<Time> expires = std::nullopt;                   ///< not after
  std::uint32_t retries = 0;                                    ///< how often it was tried before
  std::optional<std::uint32_t> time_limit = std::nullopt;       ///< in seconds; ends the process
  std::optional<std::uint32_t> soft_time_limit = std::nullopt;  ///< in seconds; raises an exception
  bool ignore_result = false;
  std::string reply_to = {};  ///< the queue for the result, with the result backend `rpc://`
  std::string shadow = {};    ///< another name for logs; empty: none

  /// What logs show for the arguments; without one, the arguments as Python shows them, up to 1024
  /// bytes.
  std::optional<std::string> argsrepr = std::nullopt;
  std::optional<std::string> kwargsrepr = std::nullopt;
  std::string origin = {};  ///< who publishes it; empty: this process and host

  /// What happens after it: `callbacks`, `errbacks`, `chain`, `chord`; see canvas.hpp. Goes as it
  /// is; of those four, what is not there goes as null.
  boost::json::object embed = {};
  /// Headers of the application. They may not have names that Celery gives a meaning.
  boost::json::object headers = {};

  std::string queue = "celery";  ///< where it goes: the queue, of the default exchange
  std::uint8_t priority = 0;     ///< of 0 to 9; RabbitMQ serves the highest first, Redis the lowest
  // NOLINTEND(readability-redundant-member-init)
};

}  // namespace baton::celery
