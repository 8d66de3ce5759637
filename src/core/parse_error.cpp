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
    case ErrorCode::empty: return {"empty", "empty"};
    case ErrorCode::too_short: return {"too_short", "ends too early"};
    case ErrorCode::too_long: return {"too_long", "goes on after its end"};
    case ErrorCode::bad_version: return {"bad_version", "a version that is not allowed"};
    case ErrorCode::bad_hex: return {"bad_hex", "not a lowercase hexadecimal digit"};
    case ErrorCode::bad_delimiter:
      return {"bad_delimiter", "not the delimiter that must stand here"};
    case ErrorCode::zero_trace_id: return {"zero_trace_id", "the trace id is all zeros"};
    case ErrorCode::zero_span_id: return {"zero_span_id", "the span id is all zeros"};
    case ErrorCode::repeated_field: return {"repeated_field", "the field may come only once"};
    case ErrorCode::missing_field:
      return {"missing_field", "a part is missing beside its companions"};
    case ErrorCode::bad_length: return {"bad_length", "an id with a wrong number of digits"};
    case ErrorCode::bad_sampling_state: return {"bad_sampling_state", "not a sampling state"};
    case ErrorCode::bad_key: return {"bad_key", "not allowed in a key"};
    case ErrorCode::key_too_long: return {"key_too_long", "the key is too long"};
    case ErrorCode::missing_equals: return {"missing_equals", "a key without '='"};
    case ErrorCode::bad_value: return {"bad_value", "not allowed in a value"};
    case ErrorCode::empty_value: return {"empty_value", "the value is empty"};
    case ErrorCode::value_too_long: return {"value_too_long", "the value is too long"};
    case ErrorCode::bad_property: return {"bad_property", "not a valid property"};
    case ErrorCode::duplicate_key: return {"duplicate_key", "the key came before"};
    case ErrorCode::too_many_members: return {"too_many_members", "over the limit of members"};
    case ErrorCode::too_many_bytes: return {"too_many_bytes", "over the limit of bytes"};
    case ErrorCode::out_of_memory: return {"out_of_memory", "out of memory"};
    case ErrorCode::bad_number: return {"bad_number", "not a decimal number of 64 bits"};
    case ErrorCode::bad_base64: return {"bad_base64", "not base64"};
    case ErrorCode::bad_utf8: return {"bad_utf8", "not UTF-8"};
    case ErrorCode::too_deep: return {"too_deep", "nested too deeply"};
    case ErrorCode::wrong_type: return {"wrong_type", "a value of a wrong type"};
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
