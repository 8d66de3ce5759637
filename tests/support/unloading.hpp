// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <thread>
#include <vector>

namespace baton::test {

/// What a thread does with a library: scopes and ids or, if `all`, whatever it can.
using Work = std::function<bool(bool all)>;

inline bool is_loaded(const char* path) {
  void* const library = ::dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  if (library != nullptr) ::dlclose(library);
  return library != nullptr;
}

/// Loads the library and unloads it, a hundred times, while threads that have used it live. Some of
/// them use it each time, and others end after it was unloaded. Returns how often it was gone.
inline int load_and_unload(const char* path, const std::function<Work(void* library)>& bind) {
  constexpr int rounds = 100;
  constexpr std::ptrdiff_t workers = 4;
  std::barrier has_turned(workers + 1);
  std::atomic<int> right = 0;
  int gone = 0;
  Work work;
  bool is_done = false;

  std::vector<std::thread> threads;
  for (std::ptrdiff_t i = 0; i < workers; ++i) {
    threads.emplace_back([&, all = i == 0] {
      for (;;) {
        has_turned.arrive_and_wait();
        if (is_done) return;
        right += work(all) ? 1 : 0;
        has_turned.arrive_and_wait();
      }
    });
  }
  for (int round = 0; round < rounds; ++round) {
    void* const library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
    EXPECT_NE(library, nullptr) << ::dlerror();
    if (library == nullptr) break;
    work = bind(library);
    has_turned.arrive_and_wait();
    std::atomic<bool> has_worked = false;
    std::atomic<bool> may_end = false;
    std::thread ends_later([&] {
      right += work(round % 2 == 0) ? 1 : 0;
      has_worked = true;
      has_worked.notify_one();
      may_end.wait(false);
    });
    has_turned.arrive_and_wait();
    has_worked.wait(false);
    work = nullptr;
    EXPECT_EQ(::dlclose(library), 0);
    gone += is_loaded(path) ? 0 : 1;

    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    int status = 0;
    EXPECT_TRUE(::waitpid(child, &status, 0) == child && status == 0) << "no handler remains";
    may_end = true;
    may_end.notify_one();
    ends_later.join();
  }
  is_done = true;
  has_turned.arrive_and_wait();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, rounds * (workers + 1));
  return gone;
}

}  // namespace baton::test
