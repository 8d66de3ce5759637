// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "laws/require.hpp"
#include "text/hex.hpp"

namespace laws {

/// The fast reader of 16 digits and the plain one agree on any 16 characters.
inline void check_hex_decode(std::string_view text) {
  if (text.size() != 16) return;
  const std::vector<char> exact(text.begin(), text.end());
  constexpr std::uint64_t untouched = 0x5a5a5a5a5a5a5a5a;
  std::uint64_t fast = untouched;
  std::uint64_t plain = untouched;
  const unsigned fast_end = baton::detail::hex::decode16(exact.data(), fast);
  const unsigned plain_end = baton::detail::hex::plain::decode16(exact.data(), plain);
  require(fast_end == plain_end, "both stop at the same character");
  require(fast_end <= 16, "the end lies within the text");
  require(fast == plain, "both read the same number, or none");
  if (fast_end < 16) require(fast == untouched, "bad digits leave the number alone");
}

inline void check_hex_encode(std::uint64_t value) {
  std::array<char, 16> fast{};
  std::array<char, 16> plain{};
  baton::detail::hex::encode16(value, fast.data());
  baton::detail::hex::plain::encode16(value, plain.data());
  require(fast == plain, "both write the same digits");
  std::uint64_t back = 0;
  require(baton::detail::hex::decode16(fast.data(), back) == 16, "what is written can be read");
  require(back == value, "decode after encode is the identity");
}

}  // namespace laws
