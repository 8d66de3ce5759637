// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "tools/standard_streams.hpp"

namespace baton::tool {
namespace {

constinit std::atomic<int> handled = 0;

/// A pipe, and a handler after which the system continues no call.
class SignalsTest : public testing::Test {
 protected:
  SignalsTest() {
    struct sigaction action{};
    action.sa_handler = [](int) { ++handled; };
    ::sigaction(SIGUSR1, &action, &before_);
    if (::pipe(ends_.data()) != 0) ends_ = {-1, -1};
  }
  ~SignalsTest() override {
    for (const int end : ends_) ::close(end);
    ::sigaction(SIGUSR1, &before_, nullptr);
  }

  /// Interrupts the thread of the test, which waits meanwhile.
  void interrupt() const {
    for (const int enough = handled + 20; handled < enough;) {
      ::pthread_kill(tested_, SIGUSR1);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  std::array<int, 2> ends_{};

 private:
  struct sigaction before_{};
  pthread_t tested_ = ::pthread_self();
};

TEST_F(SignalsTest, InterruptNoReading) {
  std::thread other([&] {
    interrupt();
    EXPECT_EQ(::write(ends_[1], "a: 1\n", 5), 5);
    interrupt();
    EXPECT_EQ(::write(ends_[1], "b: 2\n\n", 6), 6);
  });
  EXPECT_EQ(read_lines(ends_[0]), "a: 1\nb: 2\n");
  other.join();
}

TEST_F(SignalsTest, InterruptNoWriting) {
  const std::string text(1'000'000, 'x');  // more than a pipe holds
  std::string read;
  std::thread other([&] {
    interrupt();
    std::string part(100'000, '\0');
    while (read.size() < text.size()) {
      const ssize_t count = ::read(ends_[0], part.data(), part.size());
      ASSERT_GT(count, 0);
      read.append(part, 0, static_cast<std::size_t>(count));
    }
  });
  EXPECT_EQ(write_all(ends_[1], text), true);
  ::close(std::exchange(ends_[1], -1));
  other.join();
  EXPECT_EQ(read, text);
}

}  // namespace
}  // namespace baton::tool
