#include "baton/parse_error.hpp"

namespace baton {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::empty: return "empty";
    case ErrorCode::too_short: return "ends too early";
    case ErrorCode::too_long: return "goes on after its end";
    case ErrorCode::bad_version: return "version ff is not allowed";
    case ErrorCode::bad_hex: return "not a lowercase hexadecimal digit";
    case ErrorCode::bad_delimiter: return "not the delimiter that must stand here";
    case ErrorCode::zero_trace_id: return "the trace id is all zeros";
    case ErrorCode::zero_span_id: return "the span id is all zeros";
    case ErrorCode::repeated_field: return "the field may come only once";
    case ErrorCode::missing_field: return "the field is missing beside its companions";
    case ErrorCode::bad_length: return "an id with a wrong number of digits";
    case ErrorCode::bad_sampling_state: return "not a sampling state";
    case ErrorCode::bad_key: return "not allowed in a key";
    case ErrorCode::key_too_long: return "the key is too long";
    case ErrorCode::missing_equals: return "a key without '='";
    case ErrorCode::bad_value: return "not allowed in a value";
    case ErrorCode::empty_value: return "the value is empty";
    case ErrorCode::value_too_long: return "the value is too long";
    case ErrorCode::bad_property: return "not a valid property";
    case ErrorCode::duplicate_key: return "the key came before";
    case ErrorCode::too_many_members: return "over the limit of members";
    case ErrorCode::too_many_bytes: return "over the limit of bytes";
    case ErrorCode::out_of_memory: return "out of memory";
  }
  return "unknown error";
}

std::string ParseError::message() const {
  std::string text(to_string(code));
  text += " at byte ";
  text += std::to_string(offset);
  return text;
}

}  // namespace baton
