// SPDX-License-Identifier: Apache-2.0

/// Preloaded into nginx: counts in a file what its module allocates on the heap. nginx is C, so
/// each call of `operator new` is the module's, or for it; calls of malloc are told by who calls.
/// The second number in the file is a size that malloc has no memory for. The third is the call
/// that throws, of those of `operator new` that may; zero: none. The fourth counts these calls.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

extern "C" {
// Of the C library, whatever replaces malloc.
// NOLINTBEGIN(bugprone-reserved-identifier)
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
// NOLINTEND(bugprone-reserved-identifier)
}

namespace {

struct Numbers {
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> missing_size;
  std::atomic<std::uint64_t> throwing;
  std::atomic<std::uint64_t> may_throw;
};

Numbers& numbers() {
  static Numbers* const mapped = [] {
    const int file = ::open(std::getenv("ALLOCATIONS"), O_RDWR);
    void* const memory =
        ::mmap(nullptr, sizeof(Numbers), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    return static_cast<Numbers*>(memory);
  }();
  return *mapped;
}

void count_if_of_module(const void* caller) {
  Dl_info info{};
  if (::dladdr(caller, &info) == 0 || info.dli_fname == nullptr) return;
  if (std::strstr(info.dli_fname, "ngx_http_baton_module") != nullptr) ++numbers().allocations;
}

void* counted(std::size_t size) {
  ++numbers().allocations;
  return __libc_malloc(size);
}

void* counted(std::size_t size, std::align_val_t alignment) {
  ++numbers().allocations;
  return __libc_memalign(static_cast<std::size_t>(alignment), size);
}

void throw_if_wanted() {
  if (++numbers().may_throw == numbers().throwing) throw std::bad_alloc();
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  count_if_of_module(__builtin_return_address(0));
  if (size != 0 && size == numbers().missing_size) return nullptr;
  return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  count_if_of_module(__builtin_return_address(0));
  return __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size) {
  count_if_of_module(__builtin_return_address(0));
  return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count_if_of_module(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  count_if_of_module(__builtin_return_address(0));
  *memory = __libc_memalign(alignment, size);
  return *memory != nullptr ? 0 : ENOMEM;
}

char* strdup(const char* text) noexcept {
  count_if_of_module(__builtin_return_address(0));
  const std::size_t size = std::strlen(text) + 1;
  void* const copy = __libc_malloc(size);
  return copy != nullptr ? static_cast<char*>(std::memcpy(copy, text, size)) : nullptr;
}
}

void* operator new(std::size_t size) {
  throw_if_wanted();
  return counted(size);
}
void* operator new[](std::size_t size) {
  throw_if_wanted();
  return counted(size);
}
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return counted(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  throw_if_wanted();
  return counted(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  throw_if_wanted();
  return counted(size, alignment);
}
void* operator new(std::size_t size, std::align_val_t alignment,
                   const std::nothrow_t& /*tag*/) noexcept {
  return counted(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment,
                     const std::nothrow_t& /*tag*/) noexcept {
  return counted(size, alignment);
}
void operator delete(void* memory) noexcept { __libc_free(memory); }
void operator delete[](void* memory) noexcept { __libc_free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { __libc_free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { __libc_free(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept { __libc_free(memory); }
void operator delete[](void* memory, std::align_val_t /*alignment*/) noexcept {
  __libc_free(memory);
}
void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  __libc_free(memory);
}
void operator delete[](void* memory, std::size_t /*size*/,
                       std::align_val_t /*alignment*/) noexcept {
  __libc_free(memory);
}
