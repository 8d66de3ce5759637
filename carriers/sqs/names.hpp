// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace baton::sqs {

/// The field that SQS has as a system attribute.
inline constexpr std::string_view xray_field = "x-amzn-trace-id";
inline constexpr std::string_view xray_attribute = "AWSTraceHeader";

inline constexpr std::string_view attributes_member = "MessageAttributes";
inline constexpr std::string_view sent_system_member = "MessageSystemAttributes";
inline constexpr std::string_view received_system_member = "Attributes";
inline constexpr std::string_view body_member = "Body";

// The same in a record of a Lambda event.
inline constexpr std::string_view record_attributes_member = "messageAttributes";
inline constexpr std::string_view record_system_member = "attributes";
inline constexpr std::string_view record_body_member = "body";
inline constexpr std::string_view record_source_member = "eventSource";
inline constexpr std::string_view queue_source = "aws:sqs";
inline constexpr std::string_view record_sns_member = "Sns";  ///< if SNS called the function

}  // namespace baton::sqs
