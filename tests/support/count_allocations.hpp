// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "support/replaced_allocator.hpp"

/// Replaces the allocator of a test program with one that counts. For one source file of it.

namespace baton::test {

/// The number of allocations of this thread so far, and their bytes.
inline thread_local std::size_t allocations = 0;
inline thread_local std::size_t allocated_bytes = 0;
/// The bytes of the largest since a test has set this to zero.
inline thread_local std::size_t largest_allocation = 0;

inline bool may_allocate(std::size_t size) noexcept {
  ++allocations;
  allocated_bytes += size;
  if (size > largest_allocation) largest_allocation = size;
  return true;
}

}  // namespace baton::test
