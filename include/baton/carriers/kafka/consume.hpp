// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafkacpp.h>

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/carriers/kafka/cpp_headers.hpp"
#include "baton/carriers/kafka/headers.hpp"
#include "baton/detail/handle.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::kafka {

/// The context of a message.
///
///     baton::Context context = baton::kafka::extract(*message);
///
/// Reads the headers in place, and never fails. If librdkafka itself cannot read them (it refuses
/// more than 100,000), the context is empty and the report says `bad_value` of `headers`.
/// librdkafka unpacks them on first access, so two threads must not read one message at the same
/// time.
[[nodiscard]] Context extract(const rd_kafka_message_t& message,
                              const ExtractOptions& options = {});

/// The same for a message of the C++ interface, also after a call of its `headers()`. That call
/// takes the headers out of the C message: librdkafka then unpacks those of a consumed message
/// again, as received, and those of a delivery report are copied.
[[nodiscard]] Context extract(RdKafka::Message& message, const ExtractOptions& options = {});

/// The same for headers alone.
[[nodiscard]] inline Context extract(const rd_kafka_headers_t& headers,
                                     const ExtractOptions& options = {}) {
  return options.extract(ConstHeadersCarrier(&headers));
}
[[nodiscard]] inline Context extract(const RdKafka::Headers& headers,
                                     const ExtractOptions& options = {}) {
  return options.extract(ConstCppHeadersCarrier(headers));
}

/// A message of either interface.
template <class T>
concept Message = std::same_as<std::remove_cv_t<T>, rd_kafka_message_t> ||
                  (!std::is_const_v<T> && std::derived_from<T, RdKafka::Message>);

namespace internal {

/// What is known of a message that is processed, by the semantic conventions for Kafka.
struct ReceivedFacts {
  const rd_kafka_message_t* message;

  [[nodiscard]] Span start(Tracer& tracer, const Context& parent, std::string_view chosen_name,
                           std::span<const SpanContext> links = {}) const;
};

struct Consumer {
  static ReceivedFacts facts(const rd_kafka_message_t& message) { return {&message}; }
  // The accessor of the C message, which has the facts, is not const.
  static ReceivedFacts facts(const RdKafka::Message& message) {
    return {const_cast<RdKafka::Message&>(message).c_ptr()};
  }
};

}  // namespace internal

/// Processes a message: makes its context current, as it came, and calls the handler, with the
/// message if it takes one. Returns the handler's result.
///
///     baton::kafka::process(*message, [&](const rd_kafka_message_t& order) {
///       ship(order);  // baton::current() is this message's context
///     });
///
/// A tracer starts a span for the message (kind `consumer`), which is then current. It ends with
/// the handler: with an error if the handler throws.
///
/// Always calls the handler, even if the headers are invalid. The handler must not be a coroutine,
/// which does not compile: await it through `co_with_context` (baton/asio.hpp).
template <Message M, class Handler>
decltype(auto) process(M& message, Handler&& handler, const HandleOptions& options = {}) {
  return detail::handle<internal::Consumer>(
      [&](const ExtractOptions& how) { return extract(message, how); },
      std::forward<Handler>(handler), message, options);
}

/// The valid ones among these span contexts that differ by trace id or span id, each once, in the
/// order of their first appearance. The span of a batch links to them.
[[nodiscard]] std::vector<SpanContext> distinct_parents(std::span<const SpanContext> parents);
[[nodiscard]] std::vector<SpanContext> distinct_parents(std::span<const Context> contexts);

/// Several messages that are handled together.
struct Batch {
  std::vector<Context> contexts;  ///< of each message, in their order
  /// The distinct ones, for the links of the batch's span; those of untrusted callers too.
  std::vector<SpanContext> parents;
};

/// Extracts from all messages of a range of pointers, plain or smart, to messages of either
/// interface. The report counts all of them together.
///
///     const baton::kafka::Batch batch = baton::kafka::extract_batch(messages);
///     for (std::size_t i = 0; i < messages.size(); ++i) ship(*messages[i], batch.contexts[i]);
template <class Messages>
[[nodiscard]] Batch extract_batch(const Messages& messages, const ExtractOptions& options = {}) {
  Batch batch;
  std::vector<SpanContext> parents;
  for (const auto& message : messages) {
    SpanContext link;
    batch.contexts.push_back(extract(*message, {options.chain, options.report, &link}));
    if (options.link != nullptr) *options.link = link;
    parents.push_back(link.is_valid() ? link : batch.contexts.back().span_context());
  }
  batch.parents = distinct_parents(parents);
  return batch;
}

namespace internal {

/// What is known of a batch: its size, and its topic if all messages have the same.
class BatchFacts {
 public:
  void add(const rd_kafka_message_t& message) noexcept;
  void add(RdKafka::Message& message) noexcept { add(*message.c_ptr()); }

  [[nodiscard]] Span start(Tracer& tracer, const Context& parent, std::string_view chosen_name,
                           std::span<const SpanContext> links = {}) const;

 private:
  std::string_view topic_;
  std::size_t size_ = 0;
};

}  // namespace internal

/// Processes several messages as one: calls the handler, with their Batch if it takes one, and
/// returns its result. The messages are those of `extract_batch`.
///
///     baton::kafka::process_batch(messages, [&](const baton::kafka::Batch& batch) {
///       store(messages);  // once for all
///     });
///
/// A batch has many parents, so none is *the* parent. Without a tracer, nothing is current in the
/// handler. A tracer starts a span for the batch (kind `consumer`), which is then current: the
/// first of a trace of its own, with a link to each of the distinct parents. It ends as `process`
/// says. A coroutine does not compile.
template <class Messages, class Handler>
decltype(auto) process_batch(const Messages& messages, Handler&& handler,
                             const HandleOptions& options = {}) {
  detail::refuse_coroutine<detail::HandlerResult<Handler, const Batch>>();
  const Batch batch = extract_batch(messages, {options.chain, options.report});
  const auto handle = [&]() -> decltype(auto) {
    return detail::invoke_handler(std::forward<Handler>(handler), batch);
  };
  const Context none;
  if (options.tracer == nullptr) {
    const Scope scope(none);
    return handle();
  }
  internal::BatchFacts facts;
  for (const auto& message : messages) facts.add(*message);
  return detail::call_in_span(internal::Consumer(),
                              facts.start(*options.tracer, none, options.span_name, batch.parents),
                              handle);
}

}  // namespace baton::kafka
