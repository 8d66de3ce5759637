#include "error_name.hpp"

namespace baton::tool {

std::string_view error_name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::empty: return "empty";
    case ErrorCode::too_short: return "too_short";
    case ErrorCode::too_long: return "too_long";
    case ErrorCode::bad_version: return "bad_version";
    case ErrorCode::bad_hex: return "bad_hex";
    case ErrorCode::bad_delimiter: return "bad_delimiter";
    case ErrorCode::zero_trace_id: return "zero_trace_id";
    case ErrorCode::zero_span_id: return "zero_span_id";
    case ErrorCode::repeated_field: return "repeated_field";
    case ErrorCode::missing_field: return "missing_field";
    case ErrorCode::bad_length: return "bad_length";
    case ErrorCode::bad_sampling_state: return "bad_sampling_state";
    case ErrorCode::bad_key: return "bad_key";
    case ErrorCode::key_too_long: return "key_too_long";
    case ErrorCode::missing_equals: return "missing_equals";
    case ErrorCode::bad_value: return "bad_value";
    case ErrorCode::empty_value: return "empty_value";
    case ErrorCode::value_too_long: return "value_too_long";
    case ErrorCode::bad_property: return "bad_property";
    case ErrorCode::duplicate_key: return "duplicate_key";
    case ErrorCode::too_many_members: return "too_many_members";
    case ErrorCode::too_many_bytes: return "too_many_bytes";
    case ErrorCode::out_of_memory: return "out_of_memory";
  }
  return {};
}

}  // namespace baton::tool
