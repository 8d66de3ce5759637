// SPDX-License-Identifier: Apache-2.0
// Compiled with NDEBUG: the behavior of scopes that end in a wrong order, or on a wrong thread.

#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "baton/scope.hpp"
#include "support/child_process.hpp"

#ifndef NDEBUG
#error "these tests are about release builds"
#endif

// Without these, sanitizers end the process if there is no memory, or if a child makes threads.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __tsan_default_options() {
  return "allocator_may_return_null=1:die_after_fork=0";
}

namespace baton {
namespace {

/// A context and its scope in one block, as in the frame of a coroutine.
struct Attached {
  explicit Attached(std::uint64_t id) : scope(context) {
    context.set_span_context({TraceId(1, 1), SpanId(id), TraceFlags(), false, {}});
  }

  Context context;
  Scope scope;
};

std::unique_ptr<Attached> attach(std::uint64_t id) { return std::make_unique<Attached>(id); }

std::uint64_t current_id() { return current().span_context().span_id.value(); }

/// Runs functions in sequence on a thread of its own.
class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}
  ~Worker() {
    give([this] { ended_ = true; });
    thread_.join();
  }

  void give(std::function<void()> function) {
    std::unique_lock lock(mutex_);
    function_ = std::move(function);
    changed_.notify_one();
    done_.wait(lock, [&] { return !function_; });
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!ended_) {
      changed_.wait(lock, [&] { return function_ != nullptr; });
      function_();
      function_ = nullptr;
      done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable done_;
  std::function<void()> function_;
  bool ended_ = false;
  std::thread thread_;
};

// The first one: a process makes the library's key once.
TEST(ScopeOrder, WithoutAKeyScopesEndInAnyOrderAndTheNextCheckTriesAgain) {
  EXPECT_EQ(test::run_in_child([] {
              std::vector<pthread_key_t> keys;
              for (pthread_key_t key{}; ::pthread_key_create(&key, nullptr) == 0;) {
                keys.push_back(key);
              }
              auto outer = attach(1);
              const auto inner = attach(2);
              outer.reset();
              std::string said = std::to_string(current_id());
              said += detail::scope_list.link == nullptr ? ", not entered" : ", entered";
              for (const pthread_key_t key : keys) ::pthread_key_delete(key);
              said += ", " + std::to_string(current_id());
              return said + (detail::scope_list.link == nullptr ? ", not entered" : ", entered");
            }),
            "2, not entered, 2, entered");
}

TEST(ScopeOrder, AnOuterScopeThatEndsFirstTakesOnlyItselfOut) {
  auto outer = attach(1);
  auto inner = attach(2);
  outer.reset();
  EXPECT_EQ(current_id(), 2U);
  inner.reset();
  EXPECT_EQ(&current(), &detail::empty_context());
}

TEST(ScopeOrder, InEveryOrderTheLastOneMadeOfThoseAliveIsCurrent) {
  std::array<std::size_t, 5> order;
  std::iota(order.begin(), order.end(), 0U);
  do {
    std::array<std::unique_ptr<Attached>, 5> scopes;
    for (std::size_t i = 0; i < scopes.size(); ++i) scopes[i] = attach(i + 1);
    for (const std::size_t which : order) {
      scopes[which].reset();
      const auto last =
          std::find_if(scopes.rbegin(), scopes.rend(), [](auto& s) { return s != nullptr; });
      EXPECT_EQ(current_id(), static_cast<std::uint64_t>(scopes.rend() - last));
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(ScopeOrder, AScopeThatEndsOnAnotherThreadLeavesBothAsTheyShouldBe) {
  Worker other;
  std::unique_ptr<Attached> theirs;
  other.give([&] { theirs = attach(9); });

  auto outer = attach(1);
  auto middle = attach(2);
  auto inner = attach(3);
  other.give([&] {
    middle.reset();
    EXPECT_EQ(current_id(), 9U);
    inner.reset();
    EXPECT_EQ(current_id(), 9U);
  });
  EXPECT_EQ(current_id(), 1U);
  EXPECT_EQ(detail::scope_list.strays_seen, detail::strays) << "heard of once";
  auto next = attach(4);
  EXPECT_EQ(current_id(), 4U);
  other.give([&] { outer.reset(); });
  EXPECT_EQ(current_id(), 4U);
  next.reset();
  EXPECT_EQ(&current(), &detail::empty_context());

  other.give([&] {
    theirs.reset();
    EXPECT_EQ(&current(), &detail::empty_context());
  });
}

TEST(ScopeOrder, AScopeMayOutliveItsThread) {
  std::unique_ptr<Attached> left;
  std::thread([&] { left = attach(1); }).join();
  EXPECT_EQ(&current(), &detail::empty_context());
  const std::uint64_t strays = detail::strays;
  left.reset();
  EXPECT_EQ(&current(), &detail::empty_context());
  EXPECT_EQ(detail::strays, strays) << "no thread needs a stray";
  // Many of these threads reuse the thread-local storage of the one that has ended.
  for (int i = 0; i < 10; ++i) {
    std::thread([&] {
      EXPECT_EQ(&current(), &detail::empty_context());
      const auto mine = attach(2);
      EXPECT_EQ(current_id(), 2U);
    }).join();
  }
}

TEST(ScopeOrder, ThreadsMayEndInAnyOrder) {
  std::array<std::size_t, 3> order{0, 1, 2};
  do {
    std::array<std::optional<Worker>, 3> workers;
    std::array<std::unique_ptr<Attached>, 3> left;
    for (std::size_t i = 0; i < workers.size(); ++i) {
      workers[i].emplace().give([&] { left[i] = attach(1); });
    }
    workers[order[0]].reset();
    workers[order[1]].reset();
    const std::uint64_t strays = detail::strays;
    left[order[0]].reset();
    left[order[1]].reset();
    EXPECT_EQ(detail::strays, strays) << "no thread needs a stray";
    left[order[2]].reset();
    EXPECT_EQ(detail::strays, strays + 1);
    workers[order[2]]->give([] { EXPECT_EQ(&current(), &detail::empty_context()); });
  } while (std::next_permutation(order.begin(), order.end()));
}

// Another thread could end them, and nobody would hear of it any more.
TEST(ScopeOrder, TheLastFunctionsOfAThreadSeeNoScopesThatItLeft) {
  static_cast<void>(current());  // the library's key is older, and so its function is called first
  pthread_key_t key{};
  ASSERT_EQ(::pthread_key_create(&key,
                                 [](void* sees_none) {
                                   *static_cast<bool*>(sees_none) =
                                       &current() == &detail::empty_context();
                                 }),
            0);
  std::unique_ptr<Attached> left;
  bool sees_none = false;
  std::thread([&] {
    left = attach(1);
    ::pthread_setspecific(key, &sees_none);
  }).join();
  EXPECT_TRUE(sees_none);
  ::pthread_key_delete(key);
}

TEST(ScopeOrder, AThreadHearsOfManyAtOnce) {
  constexpr std::size_t count = 2000;
  std::vector<std::unique_ptr<Attached>> scopes;
  for (std::size_t id = 1; id <= count; ++id) scopes.push_back(attach(id));
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  std::vector<std::size_t> kept(order.end() - 20, order.end());
  order.resize(count - kept.size());
  std::thread([&] {
    for (const std::size_t which : order) scopes[which].reset();
  }).join();

  std::sort(kept.begin(), kept.end(), std::greater<>());
  for (const std::size_t which : kept) {
    EXPECT_EQ(current_id(), which + 1);
    EXPECT_EQ(detail::scope_list.strays, nullptr) << "freed";
    scopes[which].reset();
  }
  EXPECT_EQ(&current(), &detail::empty_context());
}

// A sanitizer reports what is not freed.
TEST(ScopeOrder, AThreadMayEndWithoutHearingOfAny) {
  Worker other;
  std::thread([&] {
    std::vector<std::unique_ptr<Attached>> scopes;
    for (std::size_t id = 1; id <= 100; ++id) scopes.push_back(attach(id));
    other.give([&] { scopes.clear(); });
    EXPECT_EQ(detail::scope_list.stray_count, 100U);
  }).join();
}

TEST(ScopeOrder, ANewThreadLooksOnce) {
  std::thread([] {
    static_cast<void>(current());
    EXPECT_EQ(detail::scope_list.strays_seen, detail::strays);
    EXPECT_NE(detail::scope_list.link, nullptr);
  }).join();
}

TEST(ScopeOrder, AChildProcessHasNoScopesOfOtherThreads) {
  Worker other;
  std::unique_ptr<Attached> theirs;
  other.give([&] { theirs = attach(9); });
  auto mine = attach(1);
  EXPECT_EQ(test::run_in_child([&] {
              const std::uint64_t strays = detail::strays;
              theirs.reset();  // of a thread that the child does not have
              std::string ids = std::to_string(detail::strays - strays);
              std::thread([&] {
                const auto next = attach(2);
                ids += std::to_string(current_id());
              }).join();
              ids += std::to_string(current_id());
              std::thread([&] { mine.reset(); }).join();
              return ids + std::to_string(current_id());
            }),
            "0210");
  other.give([&] {
    EXPECT_EQ(current_id(), 9U);
    theirs.reset();
  });
}

TEST(ScopeOrder, AThreadForgetsItsScopesIfThereIsNoMemoryForAStray) {
  Worker other;
  auto outer = attach(1);
  auto middle = attach(2);
  auto inner = attach(3);
  detail::ScopeList& list = detail::scope_list;
  // No memory for twice that: half of what can be addressed.
  constexpr int bits = std::numeric_limits<std::size_t>::digits;
  list.stray_count = (std::size_t{1} << (bits - 1)) / (2 * sizeof(detail::Stray));
  other.give([&] {
    middle.reset();
    inner.reset();
  });
  EXPECT_TRUE(list.is_lost);
  list.stray_count = 0;
  other.give([&] { inner.reset(); });  // there is memory again

  EXPECT_EQ(&current(), &detail::empty_context());
  const auto next = attach(4);
  outer.reset();
  EXPECT_EQ(list.stray_count, 0U) << "another scope may get the place of a lost one";
  EXPECT_EQ(current_id(), 4U);
}

// As if the other thread had ended its scope when this thread had just looked.
TEST(ScopeOrder, AScopeThatEndsOutOfOrderPassesNoStrays) {
  Worker other;
  detail::ScopeList& list = detail::scopes_of_thread();
  const Context context;
  detail::ScopeNode outer{&context, list.innermost, &list};
  list.innermost = &outer;
  auto middle = attach(2);
  const auto inner = attach(3);
  other.give([&] { middle.reset(); });
  detail::end_out_of_order(outer);
  EXPECT_EQ(current_id(), 3U);
  EXPECT_EQ(list.innermost->outer, nullptr);
}

TEST(ScopeOrder, OthersEndWhileTheirThreadMakesMore) {
  std::mutex mutex;
  std::vector<std::unique_ptr<Attached>> given;
  bool done = false;
  std::thread other([&] {
    for (bool last = false; !last;) {
      std::vector<std::unique_ptr<Attached>> taken;  // ended outside of the lock
      const std::lock_guard lock(mutex);
      taken.swap(given);
      last = done;
    }
  });
  for (std::uint64_t id = 1; id <= 5000; ++id) {
    auto theirs = attach(id);
    auto outer = attach(id + 1);
    {
      const std::lock_guard lock(mutex);
      given.push_back(std::move(theirs));
    }
    const auto inner = attach(id + 2);
    outer.reset();
    ASSERT_EQ(current_id(), id + 2);
  }
  {
    const std::lock_guard lock(mutex);
    done = true;
  }
  other.join();
  EXPECT_EQ(&current(), &detail::empty_context());
}

TEST(ScopeOrder, AtRandomOnThreeThreadsWithMemoryThatIsUsedAgain) {
  struct Slot {
    std::optional<Attached> attached;
    std::size_t thread = 0;
    std::uint64_t id = 0;
  };
  constexpr std::size_t threads = 3;
  std::array<Worker, threads> workers;
  std::array<Slot, 6> slots;
  std::mt19937 random(1);
  for (std::uint64_t step = 1; step <= 20'000; ++step) {
    const std::size_t thread = random() % threads;
    Slot& slot = slots[random() % slots.size()];
    const bool looks = random() % 2 == 0;
    workers[thread].give([&] {
      if (slot.attached) {
        slot.attached.reset();
      } else {
        slot.attached.emplace(step);
        slot.thread = thread;
        slot.id = step;
      }
      if (!looks) return;  // a thread may find many strays at once
      std::uint64_t expected = 0;
      for (const Slot& each : slots) {
        if (each.attached && each.thread == thread) expected = std::max(expected, each.id);
      }
      ASSERT_EQ(current_id(), expected);
    });
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace baton
