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

/// A scope that ended on another thread than its own, as a note for its thread. The scope itself
/// no longer exists.
struct Stray {
  const ScopeNode* node;
  ScopeNode* outer;
};

/// The scopes of a thread.
struct ScopeList {
  ScopeNode* innermost;
  std::uint64_t strays_seen;

  // The mutex of scope.cpp guards the members below.
  Stray* strays;  ///< allocated, in no order
  std::size_t stray_count;
  bool is_lost;  ///< no memory for a stray
  ScopeList* next;
  ScopeList** link;  ///< the pointer to this list, if other threads may add strays to it
};

// Visible even if all else is hidden: there must be one of each for all libraries of a process.

[[gnu::visibility("default")]] inline constinit thread_local ScopeList scope_list{};

/// Counts strays, from 1, so that each thread checks once before its first scope. No other thread
/// may change the nodes of a list, so a stray remains until its thread checks.
[[gnu::visibility("default")]] inline constinit std::atomic<std::uint64_t> strays{1};

/// Removes the strays from this thread's list.
[[gnu::visibility("default"), gnu::cold]] void drop_strays() noexcept;

/// Removes a scope that is not the innermost one, or leaves that to its own thread.
[[gnu::visibility("default"), gnu::cold]] void end_out_of_order(const ScopeNode& node) noexcept;

/// The list of this thread, without strays: all of its nodes are valid.
[[nodiscard]] inline ScopeList& scopes_of_thread() noexcept {
  if (scope_list.strays_seen != strays.load(std::memory_order_acquire)) [[unlikely]] {
    drop_strays();
  }
  return scope_list;
}

}  // namespace detail
}  // namespace baton
