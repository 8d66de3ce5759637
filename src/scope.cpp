#include "baton/scope.hpp"

#include <pthread.h>

#include <mutex>

namespace baton {
namespace {

using detail::ScopeList;
using detail::ScopeNode;

/// A scope that ended elsewhere, for its thread to hear of. The scope itself is gone.
struct Stray {
  const ScopeNode* node;
  ScopeNode* outer;
  const ScopeList* list;
  Stray* next;
};

// Neither is ever destroyed: scopes may end when the process does.
constinit std::mutex mutex;
constinit Stray* first_stray = nullptr;

// A child of `fork` must not find the mutex held by a thread that it does not have.
[[maybe_unused]] const int fork_handlers =
    ::pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, [] { mutex.unlock(); });

/// Needs the mutex.
const Stray* find_stray(const ScopeList& list, const ScopeNode* node) noexcept {
  const Stray* stray = first_stray;
  while (stray != nullptr && (stray->node != node || stray->list != &list)) stray = stray->next;
  return stray;
}

/// Needs the mutex: whoever ends a scope of this list elsewhere waits for it, so a scope without a
/// stray is still there.
void drop_strays_of(ScopeList& list) noexcept {
  list.strays_seen = detail::strays.load(std::memory_order_relaxed);
  for (ScopeNode** link = &list.innermost; *link != nullptr;) {
    if (const Stray* stray = find_stray(list, *link)) {
      *link = stray->outer;
    } else {
      link = &(*link)->outer;
    }
  }
  // What is left is of a thread that had its list here before this one, and is gone.
  for (Stray** link = &first_stray; *link != nullptr;) {
    if (Stray* stray = *link; stray->list == &list) {
      *link = stray->next;
      delete stray;
    } else {
      link = &stray->next;
    }
  }
}

}  // namespace

const Context& detail::empty_context() noexcept {
  // Never destroyed: other destructors may still ask for the current context.
  static const Context& empty = *new Context;
  return empty;
}

void detail::drop_strays() noexcept {
  const std::lock_guard lock(mutex);
  drop_strays_of(scope_list);
}

void detail::end_out_of_order(const ScopeNode& node) noexcept {
  const std::lock_guard lock(mutex);
  drop_strays_of(scope_list);
  for (ScopeNode** link = &scope_list.innermost; *link != nullptr; link = &(*link)->outer) {
    if (*link == &node) {
      *link = node.outer;
      return;
    }
  }
  first_stray = new Stray{&node, node.outer, node.list, first_stray};
  strays.fetch_add(1, std::memory_order_release);
}

}  // namespace baton
