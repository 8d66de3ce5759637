// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

/// Replaces the allocator of a test program with one that counts. For one source file of it.

namespace baton::test {

/// The number of allocations of this thread so far.
inline thread_local std::size_t allocations = 0;

inline void* counted(std::size_t size) noexcept {
  ++allocations;
  return std::malloc(size != 0 ? size : 1);
}

inline void* counted_or_throw(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace baton::test

// One source of a program includes them: what replaces these operators must not be inline.
// NOLINTBEGIN(misc-definitions-in-headers)
void* operator new(std::size_t size) { return baton::test::counted_or_throw(size); }
void* operator new[](std::size_t size) { return baton::test::counted_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return baton::test::counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return baton::test::counted(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
// NOLINTEND(misc-definitions-in-headers)
