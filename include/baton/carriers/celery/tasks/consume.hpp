// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "baton/carriers/celery/headers.hpp"
#include "baton/carriers/celery/tasks/message.hpp"
#include "baton/detail/handle.hpp"
#include "baton/parse_error.hpp"

namespace baton::celery {

/// Why a message cannot be consumed.
struct MessageError {
  /// What the offset counts in: `envelope`, the text as received; `body`, decoded from base64; or a
  /// field, as in `headers.task`.
  std::string_view part;
  ParseError error;

  friend bool operator==(const MessageError&, const MessageError&) = default;

  /// A sentence for people: "body: not base64 at byte 5".
  [[nodiscard]] std::string message() const;
};

template <class T>
using received = tl::expected<T, MessageError>;

/// The most that a message may contain.
struct Limits {
  std::size_t bytes = std::size_t{16} << 20;  ///< of an envelope, or of a body alone
  std::size_t depth = 128;                    ///< of nested values
  /// Of each object, and each table of RabbitMQ's. Boost.JSON's objects find names by a hash
  /// without a secret: of names that a sender has chosen to collide, each is compared with all
  /// before it.
  std::size_t members = 4096;
};

/// The message that kombu's Redis transport has put into a list.
///
///     baton::celery::from_redis(text).and_then(
///         [](baton::celery::Message message) { return baton::celery::read_task(message); });
///
/// An envelope is a JSON object with `body`, a string; `headers`, `properties`, objects; and
/// `content-type`, `content-encoding`. Unknown members are ignored. Errors: those of JSON
/// (`too_short`, `bad_delimiter`, `bad_value`, `bad_number`, `bad_utf8`, `too_deep`, …);
/// `wrong_type`, `missing_field`, `duplicate_key`; `bad_base64`; `bad_value` for a `body_encoding`
/// that is not base64; `too_many_bytes`, `too_many_members`. Throws `std::bad_alloc`, and nothing
/// else.
[[nodiscard]] received<Message> from_redis(std::string_view envelope, const Limits& limits = {});

/// A task that was received.
struct ReceivedTask {
  int protocol = 2;  ///< 1 or 2
  std::string name;
  std::string id;
  std::string root_id;    ///< empty if it is not known
  std::string parent_id;  ///< empty: none
  std::string group;      ///< empty: none
  std::string eta;        ///< ISO 8601, as received; empty: none
  std::string expires;    ///< the same
  std::uint32_t retries = 0;
  boost::json::array args;
  boost::json::object kwargs;
  boost::json::object embed;    ///< callbacks, errbacks, chain, chord
  boost::json::object headers;  ///< all headers of the message, the context's among them
  std::string reply_to;
};

/// The task that a message asks for, by protocol 2 (headers, and a body `[args, kwargs, embed]`) or
/// protocol 1 (a body `{"task", "id", "args", "kwargs", …}`).
///
/// Dates, UUIDs and bytes among the arguments are as kombu writes them: `{"__type__": "datetime",
/// "__value__": "…"}`. Bodies other than JSON (pickle, yaml, msgpack) and compressed ones are
/// refused: `bad_value` of `content-type`, `content-encoding` or `headers.compression`. Other
/// errors: those of JSON in `body`; `missing_field`, `wrong_type`, `too_many_bytes`,
/// `too_many_members`. Throws `std::bad_alloc`, and nothing else.
[[nodiscard]] received<ReceivedTask> read_task(Message message, const Limits& limits = {});

/// The context of a received task. Never fails.
[[nodiscard]] inline Context extract(const ReceivedTask& task, const ExtractOptions& options = {}) {
  return extract(task.headers, options);
}
/// Moves the fields of the chain's formats from the keyword arguments into the headers, for senders
/// of protocol 1 that have no other place for them. Moves nothing if `extract` of the envelope
/// would not read the arguments either: if the headers name the task, or if they or the object
/// `headers` in them have a text for a field of the chain, in any case. Otherwise replaces a header
/// of exactly that name, which is null or of another type than text. If it throws `std::bad_alloc`,
/// the task is as before.
void take_context_from_kwargs(ReceivedTask& task, const ExtractOptions& options = {});

namespace internal {

struct Consumer {
  static detail::SpanFacts facts(const ReceivedTask& task);
};

}  // namespace internal

/// Processes a task: makes its context current and calls the handler, with the task if it takes
/// one. Returns the handler's result.
///
///     baton::celery::process(task, [&](const baton::celery::ReceivedTask& bill) {
///       send(bill.args);  // baton::current() is this task's context
///     });
///
/// A tracer starts a span for the run (kind `consumer`, named `run/<task>` as by OpenTelemetry for
/// Python), which is then current. It ends with the handler, with an error if the handler throws.
///
/// Always calls the handler, even if the headers are invalid. The handler must not be a coroutine,
/// which does not compile: await it through `co_with_context` (baton/asio.hpp).
template <class Handler>
decltype(auto) process(const ReceivedTask& task, Handler&& handler,
                       const HandleOptions& options = {}) {
  return detail::handle<internal::Consumer>(
      [&](const ExtractOptions& how) { return extract(task, how); }, std::forward<Handler>(handler),
      task, options);
}

/// A task that is published while another one is handled: the other is its parent, and both have
/// the same root.
[[nodiscard]] Task follow_up(const ReceivedTask& parent, std::string name,
                             boost::json::array args = {}, boost::json::object kwargs = {});

}  // namespace baton::celery
