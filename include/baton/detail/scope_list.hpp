#pragma once

#include <atomic>
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

/// The scopes of a thread.
struct ScopeList {
  ScopeNode* innermost;
  std::uint64_t strays_seen;
};

// Visible even where everything else is hidden: there must be one of each for all libraries of a
// process.

[[gnu::visibility("default")]] inline constinit thread_local ScopeList scope_list{};

/// Counts strays: scopes that ended on another thread than their own. No other thread may change a
/// list, so a stray stays in it until its thread looks.
[[gnu::visibility("default")]] inline constinit std::atomic<std::uint64_t> strays{0};

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
