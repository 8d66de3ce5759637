// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace baton {

class Context;

namespace detail {

struct ScopeList;

/// A scope as a member of its thread's list.
struct ScopeNode {
  const Context* context;
  ScopeNode* outer;
  const ScopeList* list;  ///< of the thread that made it
};

/// A scope that ended on another thread than its own, for its thread to hear of. The scope itself
/// is gone.
struct Stray {
  const ScopeNode* node;
  ScopeNode* outer;
};

/// The scopes of a thread.
struct ScopeList {
  ScopeNode* innermost;
  std::uint64_t strays_seen;

  // What follows needs the mutex of scope.cpp.
  Stray* strays;  ///< allocated, in no order
  std::size_t stray_count;
  bool is_lost;  ///< there was no memory for a stray
  ScopeList* next;
  ScopeList** link;  ///< what leads to this list, if others may leave strays with it
};

// Visible even where everything else is hidden: there must be one of each for all libraries of a
// process.

[[gnu::visibility("default")]] inline constinit thread_local ScopeList scope_list{};

/// Counts strays, from 1: so each thread looks once before its first scope. No other thread may
/// change what is in a list, so a stray stays in it until its thread looks.
[[gnu::visibility("default")]] inline constinit std::atomic<std::uint64_t> strays{1};

/// Takes the strays out of this thread's list.
[[gnu::visibility("default"), gnu::cold]] void drop_strays() noexcept;

/// Takes a scope out that is not the innermost one, or leaves it to its own thread.
[[gnu::visibility("default"), gnu::cold]] void end_out_of_order(const ScopeNode& node) noexcept;

/// The list of this thread, without strays: what is in it may be followed.
[[nodiscard]] inline ScopeList& scopes_of_thread() noexcept {
  if (scope_list.strays_seen != strays.load(std::memory_order_acquire)) [[unlikely]] {
    drop_strays();
  }
  return scope_list;
}

}  // namespace detail
}  // namespace baton
