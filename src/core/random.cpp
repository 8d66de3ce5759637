// SPDX-License-Identifier: Apache-2.0
#include "core/random.hpp"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <span>

namespace baton::detail {
namespace {

// xoshiro256++ by Blackman and Vigna: 256 bits of state, a period of 2^256 - 1, a few instructions.
struct Generator {
  std::array<std::uint64_t, 4> state{};
  bool seeded = false;
};

constinit thread_local Generator generator;

constexpr std::uint64_t mix(std::uint64_t x) noexcept {  // SplitMix64
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9U;
  x = (x ^ x >> 27) * 0x94D049BB133111EBU;
  return x ^ x >> 31;
}

// For an operating system without randomness (a sandbox may forbid the call): values that
// distinguish this process, thread and moment from all others.
void fill_without_system(std::span<std::uint64_t> words) noexcept {
  static std::atomic<std::uint64_t> calls{0};
  std::uint64_t seed = calls.fetch_add(1, std::memory_order_relaxed);
  const auto take = [&seed](std::uint64_t value) { seed = mix(seed ^ value); };
  take(static_cast<std::uint64_t>(::getpid()));
  take(static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()));
  take(static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()));
  take(reinterpret_cast<std::uintptr_t>(words.data()));
  for (std::uint64_t& word : words) word = seed = mix(seed);
}

bool fill_by_system(std::span<std::uint64_t> words) noexcept {
  return ::getentropy(words.data(), words.size_bytes()) == 0;
}

// The thread that forks is the only one in the child, and the handler runs on it. Its generator
// must not repeat the numbers of the parent's generator.
[[maybe_unused]] const int fork_handler =
    ::pthread_atfork(nullptr, nullptr, [] { generator.seeded = false; });

[[gnu::noinline]] void seed(Generator& target) noexcept {
  const bool given = fill_by_system(target.state);
  if (!given || target.state == std::array<std::uint64_t, 4>{}) fill_without_system(target.state);
  target.seeded = true;
}

}  // namespace

std::uint64_t random_bits() noexcept {
  Generator& g = generator;
  if (!g.seeded) [[unlikely]]
    seed(g);
  auto& s = g.state;
  const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
  const std::uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

std::uint64_t secret_bits() noexcept {
  std::uint64_t bits = 0;
  const std::span word(&bits, 1);
  if (!fill_by_system(word)) fill_without_system(word);
  return bits;
}

}  // namespace baton::detail
