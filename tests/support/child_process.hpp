// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <utility>

// Of programs whose coverage is measured.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" [[gnu::weak]] int __llvm_profile_write_file();

namespace baton::test {

struct EndedProcess {
  int status = -1;   ///< as of `waitpid`; -1: there was no child
  std::string said;  ///< into the pipe
};

/// Ends a child at once. No destructor and no `atexit` handler runs, so coverage is written here.
[[noreturn]] inline void end_child(int status) {
  if (__llvm_profile_write_file != nullptr) __llvm_profile_write_file();
  ::_exit(status);
}

/// Forks a process that calls `work` with the end of a pipe and exits with what it returns. If that
/// throws, the child ends: it must not run the tests behind this one. Throws nothing itself, since
/// callers have threads.
template <class Work>
EndedProcess run_process(Work work) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {};
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    try {
      end_child(work(ends[1]));
    } catch (...) {
      std::abort();
    }
  }

  ::close(ends[1]);
  EndedProcess ended;  // if there is no child, nothing is said
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    ended.said.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(ends[0]);
  if (child < 0 || ::waitpid(child, &ended.status, 0) != child) ended.status = -1;
  return ended;
}

/// Runs `function` in a child process and returns its result. If the child fails, so does the test.
template <class Function>
std::string run_in_child(Function function) {
  EndedProcess ended = run_process([&](int pipe) {
    const std::string text = function();
    std::size_t written = 0;
    while (written < text.size()) {
      const ssize_t n = ::write(pipe, text.data() + written, text.size() - written);
      if (n <= 0) return 1;
      written += static_cast<std::size_t>(n);
    }
    return 0;
  });
  if (WIFSIGNALED(ended.status)) {
    ADD_FAILURE() << "a child process was ended by signal " << WTERMSIG(ended.status);
  } else if (ended.status != 0) {
    ADD_FAILURE() << "a child process ended with status " << WEXITSTATUS(ended.status);
  }
  return std::move(ended.said);
}

}  // namespace baton::test
