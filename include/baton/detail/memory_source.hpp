// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace baton::detail {

/// While it exists, the texts of contexts (tracestate, baggage) that this thread makes lie in
/// memory of an owner, such as the pool of a server's request, instead of on the heap.
///
///     const baton::detail::MemorySource source(&take_from_pool, request->pool);
///     context = chain.extract(carrier);  // no call of operator new
///
/// The owner frees that memory as a whole. Each context with such a text, and each copy, must be
/// destroyed before that, so it must not become the context of a span, a scope or a thread that
/// may live longer. Sources of one thread nest; another thread has its own.
class MemorySource {
 public:
  /// Returns `size` bytes, aligned for a pointer, or null if there is no memory.
  using Take = void* (*)(void* owner, std::size_t size) noexcept;

  MemorySource(Take how, void* owner) noexcept;
  MemorySource(const MemorySource&) = delete;
  MemorySource& operator=(const MemorySource&) = delete;
  ~MemorySource();

  [[nodiscard]] void* take(std::size_t size) const noexcept { return take_(owner_, size); }

 private:
  const Take take_;
  void* const owner_;
  const MemorySource* const outer_;
};

}  // namespace baton::detail
