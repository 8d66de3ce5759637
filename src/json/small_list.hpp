// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

namespace baton::json {

/// A list whose first N elements need no allocation, and never move.
template <class T, std::size_t N>
class SmallList {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  [[nodiscard]] T& operator[](std::size_t i) noexcept {
    return i < N ? first_[i].it : rest_[i - N];
  }
  [[nodiscard]] const T& operator[](std::size_t i) const noexcept {
    return i < N ? first_[i].it : rest_[i - N];
  }
  [[nodiscard]] T& back() noexcept { return (*this)[size_ - 1]; }

  void push_back(const T& element) {
    if (size_ < N) {
      first_[size_].it = element;
    } else {
      rest_.push_back(element);
    }
    ++size_;
  }

 private:
  // Not initialized before it is needed.
  union Place {
    Place() noexcept {}
    T it;
  };

  Place first_[N];
  std::vector<T> rest_;
  std::size_t size_ = 0;
};

}  // namespace baton::json
