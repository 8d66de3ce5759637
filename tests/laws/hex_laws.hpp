// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "laws/require.hpp"
#include "text/hex.hpp"

namespace laws {

/// The fast reader of 16 digits and the plain one agree on any 16 characters.
inline void check_hex_decode(std::string_view text) {
  namespace hex = baton::detail::hex;
  if (text.size() != 16) return;
  const std::vector<char> exact(text.begin(), text.end());
  std::uint64_t fast = 0;
  std::uint64_t plain = 0;
  const unsigned good = hex::convert16(exact.data(), fast);
  require(good == hex::plain::convert16(exact.data(), plain), "both see the same digits");
  require(good != hex::all_digits || fast == plain, "both read the same number");
  constexpr std::uint64_t untouched = 0x5a5a5a5a5a5a5a5a;
  std::uint64_t value = untouched;
  const unsigned end = hex::decode16(exact.data(), value);
  require(end == static_cast<unsigned>(std::countr_one(good)), "it ends at the first bad one");
  require(value == (end == 16 ? fast : untouched), "bad digits leave the number alone");
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
