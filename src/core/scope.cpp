// SPDX-License-Identifier: Apache-2.0
#include "baton/scope.hpp"

#include <pthread.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <utility>

namespace baton {
namespace {

using detail::ScopeList;
using detail::ScopeNode;
using detail::Stray;

// Neither is ever destroyed: scopes may end when the process does.
constinit std::mutex mutex;
constinit ScopeList* first_list = nullptr;  // of the threads that have not ended

// Ends the list of a thread. A thread_local object with a destructor would need memory.
constinit bool has_key = false;
constinit pthread_key_t key{};

// The last functions of a thread may still make scopes, but its list must not be entered again: the
// system may call nobody any more before the list's memory is gone.
constinit thread_local bool has_ended = false;

// Callers of the functions below must hold the mutex.

void link(ScopeList& list) noexcept {
  list.next = first_list;
  list.link = &first_list;
  if (first_list != nullptr) first_list->link = &list.next;
  first_list = &list;
}

void forget_strays(ScopeList& list) noexcept {
  std::free(list.strays);
  list.strays = nullptr;
  list.stray_count = 0;
  list.is_lost = false;
}

void leave(ScopeList& list) noexcept {
  if (list.link != nullptr) *list.link = list.next;
  if (list.next != nullptr) list.next->link = list.link;
  forget_strays(list);
  list = {};
}

/// Enters the list, so that other threads can add strays to it until its thread ends. If that
/// fails, the next check tries again.
bool enter(ScopeList& list) noexcept {
  if (list.link != nullptr) return true;
  if (has_ended) return false;
  if (!has_key) {
    has_key = ::pthread_key_create(&key, [](void* ended) {
                const std::lock_guard lock(mutex);
                leave(*static_cast<ScopeList*>(ended));
                has_ended = true;
              }) == 0;
  }
  if (!has_key || ::pthread_setspecific(key, &list) != 0) return false;
  link(list);
  return true;
}

void take_strays_out(ScopeList& list) noexcept {
  const auto less = [](const Stray& a, const Stray& b) { return std::less<>()(a.node, b.node); };
  Stray* const end = list.strays + list.stray_count;
  std::sort(list.strays, end, less);
  for (ScopeNode** link = &list.innermost; *link != nullptr;) {
    const Stray* stray = std::lower_bound(list.strays, end, Stray{*link, nullptr}, less);
    if (stray != end && stray->node == *link) {
      *link = stray->outer;
    } else {
      link = &(*link)->outer;
    }
  }
}

/// A thread that ends a scope of this list waits for the mutex, so a scope without a stray still
/// exists.
void drop_strays_of(ScopeList& list) noexcept {
  if (!enter(list)) return;
  list.strays_seen = detail::strays.load(std::memory_order_relaxed);
  if (list.is_lost) list.innermost = nullptr;
  if (list.stray_count != 0) take_strays_out(list);
  forget_strays(list);
}

void add_stray(ScopeList& list, const Stray& stray) noexcept {
  if (const std::size_t count = list.stray_count; count == 0 || std::has_single_bit(count)) {
    const std::size_t room = count == 0 ? 1 : 2 * count;
    void* const strays = std::realloc(list.strays, room * sizeof(Stray));
    list.is_lost = list.is_lost || strays == nullptr;
    if (strays == nullptr) return;
    list.strays = static_cast<Stray*>(strays);
  }
  list.strays[list.stray_count++] = stray;
}

/// In a child of `fork`, no thread that it does not have may hold the mutex or have a list.
// NOLINTNEXTLINE(cert-err58-cpp): C does not throw, and a mutex is locked
[[maybe_unused]] const int fork_handlers =
    ::pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); },
                     [] {
                       first_list = nullptr;
                       if (ScopeList& list = detail::scope_list; list.link != nullptr) link(list);
                       mutex.unlock();
                     });

/// If this library is unloaded, other threads continue, and cannot call it when they end.
[[maybe_unused]] const struct Unloading {
  ~Unloading() {
    const std::lock_guard lock(mutex);
    if (has_key) ::pthread_key_delete(key);
    has_key = false;
    while (first_list != nullptr) {
      first_list->link = nullptr;
      first_list = std::exchange(first_list->next, nullptr);
    }
  }
} unloading;

/// Never destroyed: other destructors may still ask for the current context.
union Forever {
  constexpr Forever() noexcept : context() {}
  ~Forever() {}
  Context context;
};
constinit const Forever forever;

}  // namespace

const Context& detail::empty_context() noexcept { return forever.context; }

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
  // A list that is not found belongs to a thread that has ended, or runs its last functions. A
  // scope that is not in this thread's list is of an earlier thread with a list at this address, or
  // was lost.
  ScopeList* list = first_list;
  while (list != nullptr && list != node.list) list = list->next;
  if (list == nullptr || list == &scope_list) return;
  add_stray(*list, {&node, node.outer});
  strays.fetch_add(1, std::memory_order_release);
}

}  // namespace baton
