// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace baton::detail {

/// While it exists, the texts of contexts (tracestate, baggage) that this thread makes, and what
/// else an extraction or an injection needs, lie in memory of an owner, such as the pool of a
/// server's request, instead of on the heap.
///
///     const baton::detail::MemorySource source(&take_from_pool, request->pool);
///     context = chain.extract(carrier);  // no call of operator new
///
/// The owner frees that memory as a whole. Each context with such a text, and each copy, must be
/// destroyed before that, so it must not become the context of a span, a scope or a thread that
/// may live longer. The same is true of texts that are read into such a context later, without a
/// source: they may lie in its memory, too. Sources of one thread nest; another thread has its own.
///
/// If the owner has no memory, what needed it is missing: a list of an extracted context, or a
/// field that should have been written or erased. So an owner that was short must not send the
/// fields.
class MemorySource {
 public:
  /// Returns `size` bytes, aligned for a pointer, or null if there is no memory.
  using Take = void* (*)(void* owner, std::size_t size) noexcept;

  MemorySource(Take how, void* owner) noexcept;
  MemorySource(const MemorySource&) = delete;
  MemorySource& operator=(const MemorySource&) = delete;
  ~MemorySource();

  /// That of this thread; null: memory comes from the heap.
  [[nodiscard]] static const MemorySource* current() noexcept;

  [[nodiscard]] void* take(std::size_t size) const noexcept { return take_(owner_, size); }

 private:
  const Take take_;
  void* const owner_;
  const MemorySource* const outer_;
};

}  // namespace baton::detail
