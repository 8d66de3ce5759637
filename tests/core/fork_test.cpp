// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>

#include "baton/baton.hpp"
#include "support/child_process.hpp"
#include "support/fields.hpp"

// A server that forks must never make the same id twice, in any of its processes.
namespace baton {
namespace {

using test::run_in_child;

/// Some ids of this process, concatenated in hex.
std::string some_ids() {
  std::string text;
  for (int i = 0; i < 50; ++i) text += TraceId::random().to_string() + SpanId::random().to_string();
  return text;
}

void add_all(std::multiset<std::string>& ids, const std::string& text) {
  for (std::size_t at = 0; at < text.size(); at += 16) ids.insert(text.substr(at, 16));
}

void expect_all_different(const std::multiset<std::string>& ids, std::size_t expected) {
  EXPECT_EQ(ids.size(), expected);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), expected);
}

constexpr std::size_t words = std::size_t{50} * 3;  // 16 digits each, of one some_ids()

TEST(ForkTest, ParentAndChildrenMakeDifferentIds) {
  std::multiset<std::string> ids;
  add_all(ids, some_ids());
  for (int child = 0; child < 5; ++child) add_all(ids, run_in_child(some_ids));
  add_all(ids, some_ids());
  expect_all_different(ids, words * 7);
}

TEST(ForkTest, ChildrenOfAParentThatNeverMadeAnId) {
  std::multiset<std::string> ids;
  const std::string text = run_in_child([] {
    // A thread's generator has no seed before its first id.
    std::string all;
    std::thread([&] {
      for (int child = 0; child < 3; ++child) all += run_in_child(some_ids);
    }).join();
    return all;
  });
  add_all(ids, text);
  expect_all_different(ids, words * 3);
}

TEST(ForkTest, NestedForks) {
  std::multiset<std::string> ids;
  add_all(ids, some_ids());
  add_all(ids, run_in_child([] {
            const std::string before = some_ids();
            const std::string inner =
                run_in_child([] { return some_ids() + run_in_child(some_ids); });
            return before + inner + some_ids();
          }));
  add_all(ids, some_ids());
  expect_all_different(ids, words * 6);
}

TEST(ForkTest, ForkFromAThreadThatMadeIds) {
  std::multiset<std::string> ids;
  add_all(ids, some_ids());
  std::string from_thread;
  std::thread([&] {
    from_thread = some_ids();
    from_thread += run_in_child(some_ids);
    from_thread += run_in_child(some_ids);
    from_thread += some_ids();
  }).join();
  add_all(ids, from_thread);
  expect_all_different(ids, words * 5);
}

TEST(ForkTest, ThreadsOfTheChild) {
  std::multiset<std::string> ids;
  add_all(ids, some_ids());
  add_all(ids, run_in_child([] {
            std::string text;
            for (int i = 0; i < 3; ++i) std::thread([&] { text += some_ids(); }).join();
            return text;
          }));
  expect_all_different(ids, words * 4);
}

TEST(ForkTest, AChildGoesOnCounting) {
  const PropagatorChain chain = make_chain("b3").chain;
  const test::Fields fields = {{"b3", "d"}};
  static_cast<void>(chain.extract(fields));
  const std::uint64_t before = extraction_counts().extractions;
  const std::string in_child = run_in_child([&] {
    static_cast<void>(chain.extract(fields));
    std::thread([&] { static_cast<void>(chain.extract(fields)); }).join();
    return std::to_string(extraction_counts().extractions);
  });
  EXPECT_EQ(in_child, std::to_string(before + 2));
  EXPECT_EQ(extraction_counts().extractions, before);
}

}  // namespace
}  // namespace baton
