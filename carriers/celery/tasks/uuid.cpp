// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <span>

#include "baton/carriers/celery/tasks/task.hpp"
#include "baton/ids.hpp"

namespace baton::celery {

std::string random_uuid() {
  const TraceId bits = TraceId::random();
  const TraceId version4((bits.high() & ~std::uint64_t{0xF000}) | 0x4000,
                         (bits.low() & ~(std::uint64_t{3} << 62)) | std::uint64_t{1} << 63);
  std::array<char, TraceId::hex_size> digits;
  version4.write_hex(digits);
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) text += '-';
    text += digits[i];
  }
  return text;
}

}  // namespace baton::celery
