// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/ids.hpp"
#include "text/hex.hpp"

namespace baton::detail {

/// Reads 32 lowercase digits, which may all be zero.
inline ParseError decode_trace_id(const char* text, TraceId& id) noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (const unsigned good = hex::decode16(text, high); good != 16) {
    return {ErrorCode::bad_hex, good};
  }
  if (const unsigned good = hex::decode16(text + 16, low); good != 16) {
    return {ErrorCode::bad_hex, 16 + good};
  }
  id = TraceId(high, low);
  return ParseError();
}

}  // namespace baton::detail
