// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/carriers/sqs/attributes.hpp"
#include "baton/detail/handle.hpp"
#include "baton/function_ref.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

/// Contexts in the message attributes of Amazon SQS, in the JSON of its requests and responses
/// (AWS JSON 1.0).
namespace baton::sqs {

/// A field that was not written into a message.
struct LeftOut {
  std::size_t entry;  ///< of the batch, from zero; zero for a single message
  std::string field;
  std::size_t others;  ///< how many attributes the message has besides those of the context
  friend bool operator==(const LeftOut&, const LeftOut&) = default;
};

/// Writes a context into the body of a SendMessage request, or into every entry of a
/// SendMessageBatch request.
///
///     for (const auto& left_out : baton::sqs::inject(request).value()) log(left_out.field);
///
///     {"QueueUrl": "…", "MessageBody": "…", "MessageAttributes": {
///       "traceparent": {"DataType": "String", "StringValue": "00-…"}}}
///
/// Each field becomes an attribute of type String. `x-amzn-trace-id` becomes the system attribute
/// `AWSTraceHeader`, which does not count. A message has room for ten attributes. Those of the
/// application remain, whatever their number; of the context's, `traceparent` is written first. A
/// field is left out if it has no room, or if SQS would refuse the message because of it: see
/// `is_attribute_name` and `is_attribute_value`. Then all fields of its format are left out, since
/// a decision without its ids would start another trace; only `tracestate` and baggage may be
/// missing alone.
/// Returns the fields that are left out, in the order of the entries. Removes all older fields of
/// the chain, families (`uberctx-…`) and names in another case included.
///
/// Every other byte of the request remains. The rules, the errors and the costs are those of
/// `baton::celery::inject`; names must not be repeated in the request, in an entry, or among
/// attributes. SQS hashes attributes in its response: a caller that checks `MD5OfMessageAttributes`
/// must use the attributes that were sent.
[[nodiscard]] expected<std::vector<LeftOut>> inject(std::string& request,
                                                    const Context& context = current(),
                                                    const InjectOptions& options = {});

/// Returns the context of each entry.
using ContextOfEntry = FunctionRef<const Context&(std::size_t)>;

/// The same with a context for each entry, for a batch of messages with several origins.
///
///     baton::sqs::inject_each(request, [&](std::size_t entry) -> const baton::Context& {
///       return contexts[entry];
///     }).value();
[[nodiscard]] expected<std::vector<LeftOut>> inject_each(std::string& request,
                                                         ContextOfEntry context_of,
                                                         const InjectOptions& options = {});

namespace internal {

/// A field of a context.
struct Candidate {
  std::string_view name;
  bool is_taken;  ///< SQS takes it; after `choose`: and it is written
};

/// Chooses the fields that are written: those for which there is room, `traceparent` first, and of
/// each format all or none, but for `tracestate` and baggage.
void choose(std::span<Candidate> fields, const PropagatorChain& chain, std::size_t room);

/// Collects the fields of a context for a map of attributes.
class CollectedFields {
 public:
  void set(std::string_view name, std::string_view value) {
    erase(name);
    fields_.emplace_back(name, value);
  }
  void erase(std::string_view name) {
    std::erase_if(fields_, [name](const auto& field) {
      return detail::equals_ignoring_case(field.first, name);
    });
  }

  /// Writes them into a map that has none of the chain. Returns those that are left out.
  template <class Map>
  [[nodiscard]] std::vector<LeftOut> write(Map& attributes, const PropagatorChain& chain) const {
    const std::size_t others = attributes.size();
    std::vector<Candidate> chosen;
    chosen.reserve(fields_.size());
    for (const auto& [name, value] : fields_) {
      chosen.push_back({name, is_attribute_name(name) && is_attribute_value(value)});
    }
    choose(chosen, chain, max_attributes - std::min(others, max_attributes));
    std::vector<LeftOut> left_out;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const auto& [name, value] = fields_[i];
      if (chosen[i].is_taken) {
        AttributeMapCarrier(attributes).set(name, value);
      } else {
        left_out.push_back({0, name, others});
      }
    }
    return left_out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace internal

/// Writes a context into a map of attributes of an SDK, by the same rules.
///
///     for (const auto& left_out : baton::sqs::inject(attributes)) log(left_out.field);
///
/// `x-amzn-trace-id` is an attribute like the others here: SDKs have another map for system
/// attributes. If memory runs out, the map may have lost older fields.
template <class Map>
  requires AttributeMap<Map>
[[nodiscard]] std::vector<LeftOut> inject(Map& attributes, const Context& context = current(),
                                          const InjectOptions& options = {}) {
  internal::CollectedFields fields;
  options.chain.inject(context, fields, options.destination);
  internal::erase_if(attributes, [&](std::string_view name) { return options.chain.owns(name); });
  return fields.write(attributes, options.chain);
}

/// Sends messages: the spans of the messages of a SendMessage or SendMessageBatch request, and
/// their contexts in it. A tracer starts a span for each message (kind `producer`), a child of the
/// current context; without a tracer, each message carries the current context.
///
///     const baton::sqs::Sending sending(request);
///     if (sending.left_out()) for (const auto& each : *sending.left_out()) log(each.field);
///     client.send(request);
///
/// The spans end with the object, with an error if an exception destroys it. The request belongs to
/// the caller, and is changed only by the constructor.
class Sending {
 public:
  explicit Sending(std::string& request, const SendOptions& options = {});

  /// What `inject` returns: the fields that are left out, or the error for which the request is
  /// unchanged.
  [[nodiscard]] const expected<std::vector<LeftOut>>& left_out() const noexcept {
    return left_out_;
  }

 private:
  std::deque<Span> spans_;  // their contexts must not move
  expected<std::vector<LeftOut>> left_out_;
};

/// The contexts of received messages, in order. `response` is one of:
///
/// - the response of ReceiveMessage, `{"Messages": [{"Body", "MessageAttributes", "Attributes"}]}`.
///   `{}`, null for the list, and boto3's `{"ResponseMetadata": {…}}` mean that there are no
///   messages. SQS sends attributes only if the request asks for them: `"MessageAttributeNames":
///   ["All"]`, `"AttributeNames": ["AWSTraceHeader"]`.
/// - the event of a Lambda function, `{"Records": [{"body", "messageAttributes", "attributes"}]}`
///   from a queue, `{"Records": [{"Sns": {"MessageAttributes"}}]}` from SNS.
///
/// A message has `Body`, `MessageAttributes` or `Attributes`; a record has `messageAttributes`, the
/// `eventSource` `aws:sqs`, or `Sns`. `body` and `attributes` alone do not make a record, since
/// other events have them too. Any other object is an error, also as one of several messages:
/// `missing_field` at its `{`. An error in the JSON has its offset in the response.
///
///     const auto contexts = baton::sqs::extract(response).value();
///
/// - Names of attributes are matched exactly or, if no attribute has exactly that name, in any
///   case. Of several spellings the last one counts, but all of `tracestate` and `baggage`.
/// - `x-amzn-trace-id` is read from the system attribute `AWSTraceHeader` or, if that is absent,
///   from an attribute of its own name.
/// - If no message attribute is a field of the chain, the body may be a notification of SNS that
///   was delivered without *raw message delivery*, `{"Type": "Notification", "MessageAttributes":
///   {name: {"Type", "Value"}}}`; then its attributes are read instead. Any other body is not an
///   error. The message inside the notification is not read.
/// - An attribute of another type than String counts as absent, and is reported as `wrong_type`.
///   The report is for all messages together.
///
/// Linear in the size of the response. Allocates for the vector, for values with escapes, for the
/// text of a notification, and for more than 32 attributes. Throws `std::bad_alloc`, and nothing
/// else.
[[nodiscard]] expected<std::vector<Context>> extract(std::string_view response,
                                                     const ExtractOptions& options = {});

/// The same, each with the caller's span if the chain's trust rules restart the trace.
[[nodiscard]] expected<std::vector<Received>> receive(std::string_view response,
                                                      const ExtractOptions& options = {});

/// The context of a single message of a response, record of an event, or notification of SNS.
[[nodiscard]] expected<Context> extract_message(std::string_view message,
                                                const ExtractOptions& options = {});

namespace internal {

detail::SpanFacts span_facts(SpanKind kind, std::string_view operation);

struct Consumer {
  template <class Message>
  static detail::SpanFacts facts(const Message& /*message*/) {
    return span_facts(SpanKind::consumer, "process");
  }
};

}  // namespace internal

/// Processes a message whose context `extract` returned: makes that context current and calls the
/// handler. Returns the handler's result.
///
///     const auto contexts = baton::sqs::extract(response).value();
///     for (std::size_t i = 0; i < contexts.size(); ++i) {
///       baton::sqs::process(contexts[i], [&] { ship(orders[i]); });
///     }
///
/// A tracer starts a span for the message (kind `consumer`), which is then current. It ends with
/// the handler, with an error if the handler throws. A coroutine does not compile.
template <class Handler>
decltype(auto) process(const Context& caller, Handler&& handler,
                       const HandleOptions& options = {}) {
  return detail::handle<internal::Consumer>([&](const ExtractOptions&) { return caller; },
                                            std::forward<Handler>(handler), caller, options);
}

/// The same for a message of `receive`, with a link to a caller whose trace must restart.
template <class Handler>
decltype(auto) process(const Received& message, Handler&& handler,
                       const HandleOptions& options = {}) {
  return detail::handle<internal::Consumer>(
      [&](const ExtractOptions& how) {
        if (how.link != nullptr) *how.link = message.link;
        return message.context;
      },
      std::forward<Handler>(handler), message, options);
}

}  // namespace baton::sqs
