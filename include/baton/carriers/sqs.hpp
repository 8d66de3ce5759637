// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/carriers/sqs/attributes.hpp"
#include "baton/function_ref.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

/// Contexts in the message attributes of Amazon SQS, in the JSON of its requests and responses
/// (AWS JSON 1.0).
namespace baton::sqs {

/// A field that a message goes without.
struct LeftOut {
  std::size_t entry;  ///< of the batch, from zero on; zero for a single message
  std::string field;
  std::size_t others;  ///< how many attributes the message has that are none of the context's
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
/// `AWSTraceHeader`, which does not count. There is room for ten attributes; those of the
/// application stay, whatever their number, and of the context's `traceparent` is the first to get
/// in. What has no room is left out, and so is what SQS would refuse the message for, see
/// `is_attribute_name` and `is_attribute_value`.
/// What is left out is given back, in the order of the entries; an older value of it goes, and so
/// does an attribute that has the name of a field in another case.
///
/// Every other byte of the request stays. The rules, the errors and the costs are those of
/// `baton::celery::inject`; names may not come twice in the request, in an entry, or among
/// attributes. SQS hashes attributes in its answer: who checks `MD5OfMessageAttributes` must do so
/// with the attributes that were sent.
[[nodiscard]] expected<std::vector<LeftOut>> inject(std::string& request,
                                                    const Context& context = current(),
                                                    const InjectOptions& options = {});

/// Gives a context for each entry.
using ContextOfEntry = FunctionRef<const Context&(std::size_t)>;

/// The same with a context of its own for each entry, as a batch of messages with several origins
/// needs it.
///
///     baton::sqs::inject_each(request, [&](std::size_t entry) -> const baton::Context& {
///       return contexts[entry];
///     }).value();
[[nodiscard]] expected<std::vector<LeftOut>> inject_each(std::string& request,
                                                         ContextOfEntry context_of,
                                                         const InjectOptions& options = {});

/// The contexts that came with messages, in their order. `response` is one of:
///
/// - what ReceiveMessage answers, `{"Messages": [{"Body", "MessageAttributes", "Attributes"}]}`;
///   `{}` and null for the list mean that there are no messages, and so does what boto3 gives then,
///   `{"ResponseMetadata": {…}}`. Attributes come only if the request asked for them:
///   `"MessageAttributeNames": ["All"]`, `"AttributeNames": ["AWSTraceHeader"]`.
/// - the event that calls a Lambda function, `{"Records": [{"body", "messageAttributes",
///   "attributes"}]}` from a queue, `{"Records": [{"Sns": {"MessageAttributes"}}]}` from SNS.
///
/// A message has `Body`, `MessageAttributes` or `Attributes`; a record has `messageAttributes`, the
/// `eventSource` `aws:sqs`, or `Sns`. `body` and `attributes` alone are no mark of a record: other
/// events have them too. Another object is an error: `missing_field` at its `{`, also for one of
/// several messages. An error of the JSON tells its byte of the response.
///
///     const auto contexts = baton::sqs::extract(response).value();
///
/// - Names of attributes are matched exactly; if no attribute has the very name, in any case. Of
///   several spellings the last one counts, and all of `tracestate` and `baggage`.
/// - `x-amzn-trace-id` is read from the system attribute `AWSTraceHeader`, and if that is absent
///   from an attribute of its own name.
/// - If no message attribute is a field of the chain, the body may be a notification of SNS that
///   was delivered without *raw message delivery*, `{"Type": "Notification", "MessageAttributes":
///   {name: {"Type", "Value"}}}`; then its attributes are read instead. A body that is none is no
///   error. What is inside of the notification is not looked at.
/// - An attribute of another type than String is absent, and reported as `wrong_type`. The report
///   counts over all messages.
///
/// Work is linear in the size of the response. Allocates for the vector, for values with escapes,
/// for the text of a notification, and for more than 32 attributes; throws `std::bad_alloc`, and
/// nothing else.
[[nodiscard]] expected<std::vector<Context>> extract(std::string_view response,
                                                     const ExtractOptions& options = {});

/// The same for one message of a response, one record of an event, or a notification of SNS, by
/// itself.
[[nodiscard]] expected<Context> extract_message(std::string_view message,
                                                const ExtractOptions& options = {});

}  // namespace baton::sqs
