// SPDX-License-Identifier: Apache-2.0
#include "text/growing_text.hpp"

#include <limits>
#include <memory>
#include <new>

#include "baton/detail/memory_source.hpp"

namespace baton::detail {

bool GrowingText::grow(std::size_t capacity) {
  capacity = std::max(capacity, 2 * capacity_);
  const MemorySource* const source = MemorySource::current();
  void* const memory =
      source != nullptr ? source->take(capacity) : ::operator new(capacity, std::nothrow);
  if (memory == nullptr) {
    fail();
    return false;
  }
  auto* const larger = static_cast<char*>(memory);
  std::copy_n(data_, size_, larger);
  if (is_on_heap_) free_heap();
  data_ = larger;
  capacity_ = capacity;
  is_on_heap_ = source == nullptr;
  return true;
}

void GrowingText::fail() {
  failed_ = true;
  if (shortage_ == Shortage::fails || MemorySource::current() != nullptr) return;
  // Throws std::bad_alloc, even from code that is compiled without exceptions.
  static_cast<void>(std::allocator<char>().allocate(std::numeric_limits<std::size_t>::max()));
}

void GrowingText::free_heap() noexcept { ::operator delete(data_); }

}  // namespace baton::detail
