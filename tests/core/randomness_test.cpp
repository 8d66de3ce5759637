// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>

#include "baton/ids.hpp"
#include "core/keyed_hash.hpp"
#include "core/random.hpp"
#include "support/child_process.hpp"

namespace {

/// What the operating system gives: the same byte again and again, or nothing.
int given = 'x';
constexpr int nothing = -1;

std::atomic<bool> is_slow = false;
std::atomic<bool> is_asked = false;

}  // namespace

// In place of the C library's, for all of this program.
extern "C" int getentropy(void* bytes, std::size_t size) {
  is_asked = true;
  while (is_slow) std::this_thread::yield();
  if (given == nothing) {
    errno = ENOSYS;
    return -1;
  }
  std::memset(bytes, given, size);
  return 0;
}

namespace baton {
namespace {

using test::run_in_child;

std::string some_ids() {
  std::string text;
  for (int i = 0; i < 8; ++i) text += TraceId::random().to_string() + SpanId::random().to_string();
  return text;
}

std::string hash_of_a_name() { return std::to_string(detail::keyed_hash("name")); }

/// The result of a function in a process that has asked for no randomness yet.
template <class Function>
std::string run_with(int bytes, Function function) {
  return run_in_child([&] {
    given = bytes;
    return function();
  });
}

TEST(Randomness, ComesFromTheSystem) {
  EXPECT_EQ(run_with('a', some_ids), run_with('a', some_ids));
  EXPECT_NE(run_with('a', some_ids), run_with('b', some_ids));
  EXPECT_EQ(run_with('a', hash_of_a_name), run_with('a', hash_of_a_name));
  EXPECT_NE(run_with('a', hash_of_a_name), run_with('b', hash_of_a_name));
}

/// The numbers of xoshiro256++, whose state the system gives, as ids.
std::string ids_by_definition(char given_byte) {
  std::uint64_t a;
  std::memset(&a, given_byte, sizeof(a));
  std::uint64_t b = a;
  std::uint64_t c = a;
  std::uint64_t d = a;
  std::string text;
  for (int i = 0; i < 64; ++i) {
    text += SpanId(std::rotl(a + d, 23) + a).to_string();
    std::tie(a, b, c, d) =
        std::tuple(a ^ b ^ d, a ^ b ^ c, a ^ c ^ (b << 17U), std::rotl(b ^ d, 45));
  }
  return text;
}

TEST(Randomness, IdsAreNumbersOfXoshiro) {
  for (const char byte : {'a', '\x01', '\x7f'}) {
    const std::string ids = run_with(byte, [] {
      std::string text;
      for (int i = 0; i < 64; ++i) text += SpanId::random().to_string();
      return text;
    });
    EXPECT_EQ(ids, ids_by_definition(byte));
  }
}

// Whoever sees some ids can compute the numbers between and before them.
TEST(Randomness, OfHashesIsNotThatOfIds) {
  const std::string without = run_with('a', [] {
    const std::string before = some_ids();
    return before + some_ids();
  });
  const std::string with = run_with('a', [] {
    const std::string before = some_ids();
    static_cast<void>(hash_of_a_name());
    return before + some_ids();
  });
  EXPECT_EQ(with, without) << "the key of hashes lies between ids";

  const auto hash_behind_ids = [] {
    static_cast<void>(some_ids());
    given = 'b';
    return hash_of_a_name();
  };
  EXPECT_EQ(run_with('a', hash_behind_ids), run_with('b', hash_of_a_name));
}

TEST(Randomness, IsAskedOnceForTheKeyOfHashes) {
  for (const int bytes : {0, int{'a'}, nothing}) {
    EXPECT_EQ(run_with(bytes,
                       [] {
                         static_cast<void>(hash_of_a_name());
                         is_asked = false;
                         static_cast<void>(hash_of_a_name());
                         return std::string(is_asked ? "again" : "once");
                       }),
              "once")
        << bytes;
  }
}

void add_ids(std::multiset<std::string>& ids, std::string_view text) {
  ASSERT_EQ(text.size() % 16, 0U);
  for (; !text.empty(); text.remove_prefix(16)) ids.emplace(text.substr(0, 16));
}

/// Ids of two threads and a child of theirs.
std::string ids_of_a_family() {
  std::string text = some_ids();
  std::thread([&] { text += some_ids() + run_in_child(some_ids); }).join();
  return text + some_ids();
}

void expect_all_different(int bytes) {
  std::multiset<std::string> ids;
  for (int process = 0; process < 5; ++process) add_ids(ids, run_with(bytes, ids_of_a_family));
  EXPECT_EQ(ids.size(), std::size_t{5} * 4 * 24);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  EXPECT_EQ(ids.count(std::string(16, '0')), 0U);
}

TEST(Randomness, IdsAreUniqueWithoutIt) { expect_all_different(nothing); }

TEST(Randomness, IdsAreUniqueIfItIsAllZeros) { expect_all_different(0); }

/// How many of the numbers, which are used where the system gives none, have each bit.
TEST(Randomness, ItsReplacementHasEachBitAsOftenAsNot) {
  const auto bits_out_of_bounds = [] {
    constexpr int numbers = 4'096;
    std::array<int, 64> counts{};
    for (int i = 0; i < numbers; ++i) {
      const std::uint64_t number = detail::secret_bits();
      for (unsigned bit = 0; bit < 64; ++bit) counts[bit] += static_cast<int>(number >> bit & 1U);
    }
    // Ten standard deviations, of 32 each.
    return std::to_string(std::ranges::count_if(
        counts, [](int count) { return std::abs(count - numbers / 2) > 320; }));
  };
  EXPECT_EQ(run_with(nothing, bits_out_of_bounds), "0");
}

TEST(Randomness, HashesDifferWithoutIt) {
  EXPECT_NE(run_with(nothing, hash_of_a_name), run_with(nothing, hash_of_a_name));
}

TEST(Randomness, AChildDoesNotWaitForAThreadThatItLacks) {
  const auto hash_of_child = [] {
    is_slow = true;
    std::thread asks(hash_of_a_name);
    while (!is_asked) std::this_thread::yield();
    std::string hash = run_in_child([] {
      ::alarm(100);  // kills a child that waits
      is_slow = false;
      return hash_of_a_name();
    });
    is_slow = false;
    asks.join();
    return hash;
  };
  EXPECT_EQ(run_with('a', hash_of_child), run_with('a', hash_of_a_name));
}

}  // namespace
}  // namespace baton
