// SPDX-License-Identifier: Apache-2.0
#include "text/growing_text.hpp"

#include <new>

#include "baton/detail/memory_source.hpp"

namespace baton::detail {

bool GrowingText::grow(std::size_t capacity) {
  capacity = std::max(capacity, 2 * capacity_);
  const MemorySource* const source = MemorySource::current();
  void* const memory = source != nullptr              ? source->take(capacity)
                       : shortage_ == Shortage::fails ? ::operator new(capacity, std::nothrow)
                                                      : ::operator new(capacity);
  if (memory == nullptr) {
    failed_ = true;
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

void GrowingText::free_heap() noexcept { ::operator delete(data_); }

}  // namespace baton::detail
