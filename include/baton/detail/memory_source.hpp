// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <new>
#include <string>

namespace baton::detail {

/// While it exists, the texts of contexts (tracestate, baggage) that this thread makes lie in
/// memory of an owner, such as the pool of a server's request, instead of on the heap.
///
///     const baton::detail::MemorySource source(&take_from_pool, request->pool);
///     context = chain.extract(carrier);  // no call of operator new
///
/// The owner frees that memory as a whole. Each context with such a text, and each copy, must be
/// destroyed before that, so it must not become the context of a span, a scope or a thread that
/// may live longer. The same is true of texts that are read into such a context later, without a
/// source: they may lie in its memory, too. Sources of one thread nest; another thread has its own.
class MemorySource {
 public:
  /// Returns `size` bytes, aligned for a pointer, or null if there is no memory.
  using Take = void* (*)(void* owner, std::size_t size) noexcept;

  MemorySource(Take how, void* owner) noexcept;
  MemorySource(const MemorySource&) = delete;
  MemorySource& operator=(const MemorySource&) = delete;
  ~MemorySource();

  /// That of this thread; null if there is none.
  [[nodiscard]] static const MemorySource* current() noexcept;

  [[nodiscard]] void* take(std::size_t size) const noexcept { return take_(owner_, size); }

 private:
  const Take take_;
  void* const owner_;
  const MemorySource* const outer_;
};

/// Takes memory of the source that the thread had when this was made, or else of the heap. If the
/// source has none, takes the heap's, since strings know no failure but an exception, which a
/// server like nginx does not catch. That memory is lost: nothing tells it from the source's.
template <class T>
class SourceAllocator {
 public:
  using value_type = T;

  SourceAllocator() noexcept : source_(MemorySource::current()) {}
  template <class U>
  explicit SourceAllocator(const SourceAllocator<U>& other) noexcept : source_(other.source()) {}

  [[nodiscard]] T* allocate(std::size_t count) {
    void* memory = source_ != nullptr ? source_->take(count * sizeof(T)) : nullptr;
    if (memory == nullptr) memory = ::operator new(count * sizeof(T));
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t /*count*/) noexcept {
    if (source_ == nullptr) ::operator delete(memory);
  }

  [[nodiscard]] const MemorySource* source() const noexcept { return source_; }
  friend bool operator==(const SourceAllocator&, const SourceAllocator&) = default;

 private:
  const MemorySource* source_;
};

/// A text that is put together for a request. Must not outlive the source.
using RequestText = std::basic_string<char, std::char_traits<char>, SourceAllocator<char>>;

}  // namespace baton::detail
