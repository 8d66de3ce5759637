// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "text/base64.hpp"

namespace baton::celery::internal {

/// With padding.
inline std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  detail::base64::encode(
      std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()), text.data());
  return text;
}

/// Error: `bad_base64`; then `bytes` is empty.
inline ParseError from_base64(std::string_view text, std::string& bytes) {
  bytes.resize((text.size() + 3) / 4 * 3);
  std::size_t size = 0;
  const ParseError error = detail::base64::decode(
      text, std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()), size);
  bytes.resize(error ? 0 : size);
  return error;
}

}  // namespace baton::celery::internal
