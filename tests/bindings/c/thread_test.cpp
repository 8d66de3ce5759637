// SPDX-License-Identifier: Apache-2.0
// What threads may share: chains, contexts that nobody changes, the global chain, and scopes that
// end on the wrong thread.
#include <baton/baton.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::size_t threads = 4;
constexpr int rounds = 2000;

template <class Function>
void on_threads(Function function) {
  std::latch start(threads);
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < threads; ++i) {
    all.emplace_back([&, i] {
      start.arrive_and_wait();
      function(i);
    });
  }
  for (std::thread& thread : all) thread.join();
}

class ThreadTest : public testing::Test {
 protected:
  ThreadTest() {
    baton_chain_new(nullptr, &chain_, nullptr, 0);
    baton_context_new(&shared_);
    baton_context_set_traceparent(shared_, parent.data(), parent.size(), nullptr);
    baton_context_set_baggage(shared_, "a=1,b=2", 7, nullptr);
  }
  ~ThreadTest() override {
    baton_context_free(shared_);
    baton_chain_free(chain_);
  }

  baton_chain* chain_ = nullptr;
  baton_context* shared_ = nullptr;
};

TEST_F(ThreadTest, ShareAChainAndAContext) {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  ASSERT_EQ(baton_counts(&before, nullptr, nullptr), BATON_OK);
  std::atomic<int> right = 0;
  on_threads([&](std::size_t) {
    baton_context* mine = nullptr;
    baton_context_new(&mine);
    const std::array<baton_field, 2> fields{
        {{"traceparent", 11, parent.data(), parent.size()}, {"baggage", 7, "a=1,b=2", 7}}};
    baton_reader reader = BATON_INIT(baton_reader);
    reader.fields = fields.data();
    reader.field_count = fields.size();
    for (int i = 0; i < rounds; ++i) {
      baton_extract(chain_, &reader, mine, nullptr, nullptr);
      right += baton_context_equals(mine, shared_);
      baton_context_assign(mine, shared_);
      baton_context_child(mine, mine);
      right += baton_context_has_span(mine);
    }
    baton_context_free(mine);
  });
  EXPECT_EQ(right, 2 * rounds * static_cast<int>(threads));
  ASSERT_EQ(baton_counts(&after, nullptr, nullptr), BATON_OK);
  EXPECT_EQ(after - before, rounds * threads);
}

TEST_F(ThreadTest, ReplaceTheGlobalChainWhileItIsUsed) {
  std::atomic<int> owners = 0;
  on_threads([&](std::size_t index) {
    for (int i = 0; i < 100; ++i) {
      if (index == 0) {
        baton_chain_set_global(chain_);
      } else {
        owners += baton_chain_owns(baton_chain_global(), "traceparent", 11);
      }
    }
  });
  EXPECT_EQ(owners, 100 * static_cast<int>(threads - 1));
}

TEST_F(ThreadTest, HaveScopesOfTheirOwn) {
  std::atomic<int> right = 0;
  on_threads([&](std::size_t) {
    for (int i = 0; i < rounds; ++i) {
      baton_scope outer{};
      baton_scope inner{};
      baton_scope_enter(&outer, shared_);
      baton_scope_enter(&inner, shared_);
      right += baton_current() == shared_ ? 1 : 0;
      baton_scope_leave(&inner);
      baton_scope_leave(&outer);
      right += baton_context_has_span(baton_current()) == 0 ? 1 : 0;
    }
  });
  EXPECT_EQ(right, 2 * rounds * static_cast<int>(threads));
}

TEST_F(ThreadTest, EndAScopeOfAnotherThread) {
  baton_scope outer{};
  baton_scope scope{};
  baton_context* other = nullptr;
  ASSERT_EQ(baton_context_new(&other), BATON_OK);
  ASSERT_EQ(baton_scope_enter(&outer, shared_), BATON_OK);
  ASSERT_EQ(baton_scope_enter(&scope, other), BATON_OK);
  std::thread([&] { EXPECT_EQ(baton_scope_leave(&scope), BATON_ERROR_SCOPE); }).join();
  EXPECT_EQ(baton_current(), shared_);
  EXPECT_EQ(baton_scope_leave(&scope), BATON_ERROR_SCOPE);
  EXPECT_EQ(baton_scope_leave(&outer), BATON_OK);
  EXPECT_EQ(baton_context_has_span(baton_current()), 0);
  baton_context_free(other);
}

}  // namespace
