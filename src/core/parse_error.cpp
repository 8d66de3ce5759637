// SPDX-License-Identifier: Apache-2.0
#include "baton/parse_error.hpp"

namespace baton {

namespace {

struct Words {
  std::string_view name;
  std::string_view text;
};

constexpr Words words(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::empty: return {"empty", "field is empty"};
    case ErrorCode::too_short: return {"too_short", "unexpected end of value"};
    case ErrorCode::too_long: return {"too_long", "trailing characters"};
    case ErrorCode::bad_version: return {"bad_version", "unsupported version"};
    case ErrorCode::bad_hex: return {"bad_hex", "not a lowercase hexadecimal digit"};
    case ErrorCode::bad_delimiter: return {"bad_delimiter", "expected a delimiter"};
    case ErrorCode::zero_trace_id: return {"zero_trace_id", "trace id is all zeros"};
    case ErrorCode::zero_span_id: return {"zero_span_id", "span id is all zeros"};
    case ErrorCode::repeated_field: return {"repeated_field", "field occurs more than once"};
    case ErrorCode::missing_field: return {"missing_field", "required field is missing"};
    case ErrorCode::bad_length: return {"bad_length", "id has the wrong number of digits"};
    case ErrorCode::bad_sampling_state: return {"bad_sampling_state", "invalid sampling state"};
    case ErrorCode::bad_key: return {"bad_key", "invalid character in a key"};
    case ErrorCode::key_too_long: return {"key_too_long", "key is too long"};
    case ErrorCode::missing_equals: return {"missing_equals", "missing '=' after a key"};
    case ErrorCode::bad_value: return {"bad_value", "invalid value"};
    case ErrorCode::empty_value: return {"empty_value", "value is empty"};
    case ErrorCode::value_too_long: return {"value_too_long", "value is too long"};
    case ErrorCode::bad_property: return {"bad_property", "invalid property"};
    case ErrorCode::duplicate_key: return {"duplicate_key", "duplicate key"};
    case ErrorCode::too_many_members: return {"too_many_members", "too many members"};
    case ErrorCode::too_many_bytes: return {"too_many_bytes", "too many bytes"};
    case ErrorCode::out_of_memory: return {"out_of_memory", "out of memory"};
    case ErrorCode::bad_number: return {"bad_number", "invalid number or out of range"};
    case ErrorCode::bad_base64: return {"bad_base64", "invalid base64"};
    case ErrorCode::bad_utf8: return {"bad_utf8", "invalid UTF-8"};
    case ErrorCode::too_deep: return {"too_deep", "nested too deeply"};
    case ErrorCode::wrong_type: return {"wrong_type", "value has the wrong type"};
    case ErrorCode::not_hex: return {"not_hex", "not a hexadecimal digit"};
  }
  return {"unknown", "unknown error"};
}

}  // namespace

std::string_view name(ErrorCode code) noexcept { return words(code).name; }

std::string_view to_string(ErrorCode code) noexcept { return words(code).text; }

std::string ParseError::message() const {
  std::string text(to_string(code));
  text += " at byte ";
  text += std::to_string(offset);
  return text;
}

}  // namespace baton
