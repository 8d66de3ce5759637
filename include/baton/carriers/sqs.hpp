#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/carriers/sqs/attributes.hpp"
#include "baton/function_ref.hpp"
#include "baton/global.hpp"
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
/// What is left out is given back, in the order of the entries; an older value of it goes.
///
/// Every other byte of the request stays. The rules, the errors and the costs are those of
/// `baton::celery::inject`; names may not come twice in the request, in an entry, or among
/// attributes. SQS hashes attributes in its answer: who checks `MD5OfMessageAttributes` must do so
/// with the attributes that were sent.
[[nodiscard]] expected<std::vector<LeftOut>> inject(std::string& request,
                                                    const Context& context = current(),
                                                    const PropagatorChain& chain = global_chain());

/// Gives a context for each entry.
using ContextOfEntry = FunctionRef<const Context&(std::size_t)>;

/// The same with a context of its own for each entry, as a batch of messages with several origins
/// needs it.
///
///     baton::sqs::inject_each(request, [&](std::size_t entry) -> const baton::Context& {
///       return contexts[entry];
///     }).value();
[[nodiscard]] expected<std::vector<LeftOut>> inject_each(
    std::string& request, ContextOfEntry context_of, const PropagatorChain& chain = global_chain());

/// The contexts that came with the messages of a ReceiveMessage response, in their order; none
/// where there are no messages. They come only where the request asked for them:
/// `"MessageAttributeNames": ["All"]`, and `"AttributeNames": ["AWSTraceHeader"]`.
///
///     const auto contexts = baton::sqs::extract(response).value();
///
/// `x-amzn-trace-id` is read from `Attributes.AWSTraceHeader`, and where that is absent from an
/// attribute of its own name. Names are matched exactly. An attribute of another type than String
/// is absent, and reported as `wrong_type`. The report counts over all messages. An error of the
/// JSON tells its byte of the response.
[[nodiscard]] expected<std::vector<Context>> extract(std::string_view response,
                                                     const PropagatorChain& chain = global_chain(),
                                                     ExtractReport* report = nullptr);

/// The same for one message of a response, by itself.
[[nodiscard]] expected<Context> extract_message(std::string_view message,
                                                const PropagatorChain& chain = global_chain(),
                                                ExtractReport* report = nullptr);

}  // namespace baton::sqs
