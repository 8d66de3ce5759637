// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "baton/carriers/celery/tasks/task.hpp"
#include "baton/detail/handle.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::celery {

/// A message of the Celery protocol, version 2, which each transport packs in its own way.
struct Message {
  boost::json::object headers;  ///< the task's description, and its context
  std::string body;             ///< `[args, kwargs, embed]`, JSON

  std::string content_type = "application/json";
  std::string content_encoding = "utf-8";
  std::string correlation_id;  ///< the task's id
  std::string reply_to;
  std::string exchange;
  std::string routing_key;         ///< of the default exchange: the queue
  std::uint8_t delivery_mode = 2;  ///< 2: the broker writes it to disk
  std::uint8_t priority = 0;
};

/// Makes the message of a task with a context, by default the current one.
///
///     const baton::Scope scope(context);
///     const baton::celery::Message message = baton::celery::make_message(task);
///
/// Writes the context into the headers, over those that the application has set. The destination is
/// the task's queue, unless the options name another one. Makes an id if the task has none:
/// `message.correlation_id`. Never fails; throws `std::bad_alloc`.
[[nodiscard]] Message make_message(const Task& task, const Context& context = current(),
                                   const InjectOptions& options = {});

namespace internal {

/// The span of a task: `run/<task>` where it is run, `apply_async/<task>` where it is published.
detail::SpanFacts span_facts(SpanKind kind, std::string_view operation, std::string_view task,
                             std::string_view id, std::string_view queue);

struct Producer {};

/// That of the task, or a new one.
std::string id_of(const Task& task);

/// As `make_message`, with `id` in place of the task's.
Message make_message(const Task& task, std::string id, const Context& context,
                     const InjectOptions& options);

}  // namespace internal

/// Publishes a task with the current context: makes its message, and calls `send` with that.
/// Returns the result of `send`.
///
///     baton::celery::publish(task, [&](const baton::celery::Message& message) {
///       redisCommand(redis, "LPUSH %s %b", …);
///     });
///
/// A tracer starts a span for the task (kind `producer`, named `apply_async/<task>` as by
/// OpenTelemetry for Python), which the message carries and which is current in `send`. It ends
/// with `send`, with an error if that throws. A coroutine does not compile. Tasks in `embed` need
/// `inject_signatures` first.
template <class Send>
decltype(auto) publish(const Task& task, Send&& send, const SendOptions& options = {}) {
  detail::refuse_coroutine<std::invoke_result_t<Send, const Message&>>();
  std::string id = internal::id_of(task);
  Span span = detail::start_sending(options, [&] {
    return internal::span_facts(SpanKind::producer, "apply_async", task.name, id, task.queue);
  });
  const Message message =
      internal::make_message(task, std::move(id), span.context(), options.injection());
  return detail::call_in_span(internal::Producer(), std::move(span), [&]() -> decltype(auto) {
    return std::invoke(std::forward<Send>(send), message);
  });
}

/// The message as kombu's Redis transport puts it into a list. Each call makes a new delivery tag,
/// by which the worker distinguishes deliveries.
///
///     redisCommand(redis, "LPUSH %s %b", redis_key(message).c_str(), text.data(), text.size());
[[nodiscard]] std::string to_redis(const Message& message);

/// The list for a message of that priority: the queue's name, followed by the step of the priority
/// (3, 6, 9; none for 0 to 2).
[[nodiscard]] std::string redis_key(std::string_view queue, unsigned priority = 0);
[[nodiscard]] inline std::string redis_key(const Message& message) {
  return redis_key(message.routing_key, message.priority);
}

}  // namespace baton::celery
