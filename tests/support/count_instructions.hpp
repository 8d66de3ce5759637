// SPDX-License-Identifier: Apache-2.0
#pragma once

// Defined by Meson if there is the header: a compiler that looks for it itself would not be run
// again when it is installed.
#if defined(BATON_HAVE_CALLGRIND)
#include <valgrind/callgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_TOGGLE_COLLECT
#define CALLGRIND_DUMP_STATS_AT(title) static_cast<void>(title)
#endif

#include <string>

/// Counts instructions under callgrind, for tests/support/callgrind.py.

namespace baton::test {

[[nodiscard]] inline bool counts_instructions() noexcept { return RUNNING_ON_VALGRIND != 0; }

/// Not inlined, so that all runs of an action are the same code.
template <class Action>
[[gnu::noinline]] void run(Action& action) {
  action();
}

/// Counts the instructions of `action`, after runs without counting: what is done once is done, and
/// the allocator is at rest.
template <class Action>
void count_instructions(Action action, int runs_before = 3) {
  for (int i = 0; i < runs_before; ++i) run(action);
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  run(action);
  CALLGRIND_TOGGLE_COLLECT;
}

/// Hands over what `count_instructions` has counted last.
inline void name_count(const std::string& title) { CALLGRIND_DUMP_STATS_AT(title.c_str()); }

}  // namespace baton::test
