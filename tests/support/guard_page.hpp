// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <string_view>

namespace baton::test {

/// A text at the end of accessible memory: a read beyond it kills the process.
class TextBeforeGuardPage {
 public:
  explicit TextBeforeGuardPage(std::string_view text) : size_(text.size()) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    mapped_ = (size_ + page - 1) / page * page + page;
    memory_ = static_cast<char*>(
        mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    end_ = memory_ + mapped_ - page;
    mprotect(end_, page, PROT_NONE);
    text.copy(end_ - size_, size_);
  }
  TextBeforeGuardPage(const TextBeforeGuardPage&) = delete;
  TextBeforeGuardPage& operator=(const TextBeforeGuardPage&) = delete;
  ~TextBeforeGuardPage() { munmap(memory_, mapped_); }

  /// The text and `beyond` inaccessible bytes after it.
  [[nodiscard]] std::string_view view(std::size_t beyond) const {
    return {end_ - size_, size_ + beyond};
  }

 private:
  std::size_t size_;
  std::size_t mapped_;
  char* memory_;
  char* end_;
};

}  // namespace baton::test
