// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include "baton/baton.h"
#include "baton/parse_error.hpp"

/// Structs that begin with their size, which callers of other versions have smaller or larger.
namespace baton::c {

/// More than a struct will ever have. A size beyond it was never set.
inline constexpr std::size_t max_struct_size = 1024;

constexpr bool is_struct_size(std::size_t size) noexcept {
  return size >= sizeof(std::size_t) && size <= max_struct_size && size % sizeof(void*) == 0;
}

/// A struct from C, as this version knows it.
template <class Struct>
class Sized {
 public:
  /// Null: all members are zero.
  explicit Sized(const Struct* given) noexcept : known_(given) {
    if (given == nullptr || given->size != sizeof(Struct)) [[unlikely]]
      copy(given);
  }
  Sized(const Sized&) = delete;
  Sized& operator=(const Sized&) = delete;

  /// False: the size is wrong, or members are used that this version does not know.
  explicit operator bool() const noexcept { return known_ != nullptr; }
  const Struct& operator*() const noexcept { return *known_; }
  const Struct* operator->() const noexcept { return known_; }

 private:
  [[gnu::noinline, gnu::cold]] void copy(const Struct* given) noexcept {
    known_ = nullptr;
    Struct& known = copy_.emplace();
    const std::size_t size = given != nullptr ? given->size : sizeof(std::size_t);
    if (!is_struct_size(size)) return;
    if (given != nullptr) {
      const auto* const bytes = reinterpret_cast<const char*>(given);
      std::memcpy(&known, bytes, std::min(size, sizeof(Struct)));
      for (std::size_t i = sizeof(Struct); i < size; ++i) {
        if (bytes[i] != 0) return;
      }
    }
    known_ = &known;
  }

  const Struct* known_;
  std::optional<Struct> copy_;
};

/// Whether a struct to be filled may be passed. Asked first, whatever comes of the call: who forgot
/// to set the size must not learn it from bad input.
template <class Struct>
bool can_fill(const Struct* given) noexcept {
  return given == nullptr || is_struct_size(given->size);
}

/// Fills a struct of C as far as its size goes. What this version does not know becomes zero.
template <class Struct>
baton_error fill(Struct* given, Struct known) noexcept {
  const std::size_t size = given->size;
  if (!is_struct_size(size)) return BATON_ERROR_SIZE;
  known.size = size;
  auto* const bytes = reinterpret_cast<char*>(given);
  const std::size_t both = std::min(size, sizeof(Struct));
  std::memcpy(bytes, &known, both);
  std::memset(bytes + both, 0, size - both);
  return BATON_OK;
}

/// The result of a call that could not read a text. `issue` may be null, or can be filled.
inline baton_error refuse(baton_issue* issue, ParseError error) noexcept {
  if (error.code == ErrorCode::out_of_memory) return BATON_ERROR_MEMORY;
  if (issue != nullptr) {
    const auto code = static_cast<std::uint32_t>(error.code);
    static_cast<void>(fill(issue, {0, {"", 0}, code, error.offset}));
  }
  return BATON_ERROR_SYNTAX;
}

}  // namespace baton::c
