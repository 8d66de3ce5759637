// SPDX-License-Identifier: Apache-2.0
#ifndef BATON_MUTATION_MUTANT_HPP
#define BATON_MUTATION_MUTANT_HPP

// Included before anything else in each source that has mutants. A process runs the mutant that its
// environment names, and notes in a file which mutants' places it came to. Or it serves: see
// server.hpp.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server.hpp"

namespace baton_mutation {

inline constexpr unsigned max_mutants = 1U << 20U;

inline unsigned chosen = 0;
inline unsigned char* seen = nullptr;

// Before all dynamic initialization: that may call what has mutants.
[[gnu::constructor(101)]] static void begin() {
  const char* const path = getenv("BATON_MUTANTS_SEEN");
  if (path != nullptr && seen == nullptr) {
    const int file = open(path, O_RDWR);
    void* const memory = mmap(nullptr, max_mutants, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory != MAP_FAILED) {
      seen = static_cast<unsigned char*>(memory);
    }
  }
  if (getenv("BATON_MUTANTS_SERVED") != nullptr) {
    serve();
  }
  if (const char* const number = getenv("BATON_MUTANT"); number != nullptr) {
    chosen = static_cast<unsigned>(strtoul(number, nullptr, 10));
  }
}

// Constant expressions keep their value. A mutant that only these contain has no symbol in any
// object, by which it is recognized.
template <unsigned number>
[[gnu::noinline, clang::no_sanitize("address", "undefined")]] constexpr bool on() {
  if (__builtin_is_constant_evaluated()) {
    return false;
  }
  if (seen != nullptr) {
    seen[number] = 1;
  }
  return chosen == number;
}

}  // namespace baton_mutation

#endif
