// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>

/// Replaces the allocator of a test program. For one source file of it, which also defines
/// `may_allocate`.

namespace baton::test {

/// Called for each allocation: false if it must fail.
bool may_allocate(std::size_t size) noexcept;

inline void* allocate(std::size_t size) noexcept {
  return may_allocate(size) ? std::malloc(size != 0 ? size : 1) : nullptr;
}

inline void* allocate_or_throw(std::size_t size) {
  if (void* const memory = allocate(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace baton::test

// One source of a program includes them: what replaces these operators must not be inline.
// Nor may GCC inline one of a pair: it warns of a free() of what new returned.
// NOLINTBEGIN(misc-definitions-in-headers)
void* operator new(std::size_t size) { return baton::test::allocate_or_throw(size); }
void* operator new[](std::size_t size) { return baton::test::allocate_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return baton::test::allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return baton::test::allocate(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
// NOLINTEND(misc-definitions-in-headers)
