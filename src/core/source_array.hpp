// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>

#include "baton/detail/memory_source.hpp"

namespace baton::detail {

/// Frees what lies on the heap.
struct FreeUnlessBorrowed {
  bool is_borrowed = false;  // the memory belongs to a MemorySource
  void operator()(void* memory) const noexcept {
    if (!is_borrowed) ::operator delete(memory);
  }
};

/// An array on the heap or, if the thread has a MemorySource, in memory of that.
template <class T>
using SourceArray = std::unique_ptr<T[], FreeUnlessBorrowed>;

/// Values without a meaning yet. Null if there is no memory.
template <class T>
[[nodiscard]] SourceArray<T> make_source_array(std::size_t count) noexcept {
  static_assert(std::is_trivial_v<T> && alignof(T) <= alignof(void*));
  if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) return {};
  const std::size_t bytes = count * sizeof(T);
  const MemorySource* const source = MemorySource::current();
  void* const memory =
      source != nullptr ? source->take(bytes) : ::operator new(bytes, std::nothrow);
  auto* const array = static_cast<T*>(memory);
  if (array != nullptr) std::uninitialized_default_construct_n(array, count);
  return SourceArray<T>(array, FreeUnlessBorrowed{source != nullptr});
}

}  // namespace baton::detail
