#pragma once

#include <string_view>

namespace baton::sqs {

/// The field that is a system attribute here.
inline constexpr std::string_view xray_field = "x-amzn-trace-id";
inline constexpr std::string_view xray_attribute = "AWSTraceHeader";

inline constexpr std::string_view attributes_member = "MessageAttributes";
inline constexpr std::string_view sent_system_member = "MessageSystemAttributes";
inline constexpr std::string_view received_system_member = "Attributes";

}  // namespace baton::sqs
