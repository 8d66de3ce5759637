#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace baton::detail {

/// Says of each key of a list whether it may have come before: never a false no, rarely a false
/// yes. Holds 16 bits a key and compares them all at once, which for the handful of keys that real
/// lists have is cheaper than clearing any table; nothing is initialised before it is used.
class KeyFilter {
 public:
  static constexpr std::size_t capacity = 256;

  /// Remembers `key`. True if it may have come before, and for every key beyond `capacity`.
  bool insert(std::string_view key) noexcept {
    const std::uint16_t mark = fingerprint(key);
    if (size_ == capacity) return true;
    unsigned seen = 0;
    for (std::size_t i = 0; i < size_; ++i) seen |= static_cast<unsigned>(marks_[i] == mark);
    marks_[size_++] = mark;
    return seen != 0;
  }

 private:
  /// Mixes the size with the first and the last eight bytes.
  static std::uint16_t fingerprint(std::string_view key) noexcept {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    if (key.size() >= 8) {
      std::memcpy(&head, key.data(), 8);
      std::memcpy(&tail, key.data() + key.size() - 8, 8);
    } else if (key.size() >= 4) {
      std::uint32_t half = 0;
      std::memcpy(&half, key.data(), 4);
      head = half;
      std::memcpy(&half, key.data() + key.size() - 4, 4);
      tail = half;
    } else {
      for (const char c : key) head = head << 8 | static_cast<unsigned char>(c);
    }
    const std::uint64_t mixed =
        (head ^ (tail << 29 | tail >> 35) ^ key.size()) * 0x9E3779B97F4A7C15U;
    return static_cast<std::uint16_t>(mixed >> 48);
  }

  std::array<std::uint16_t, capacity> marks_;
  std::size_t size_ = 0;
};

}  // namespace baton::detail
