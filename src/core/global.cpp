// SPDX-License-Identifier: Apache-2.0
#include "baton/global.hpp"

#include <pthread.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "baton/configuration.hpp"

namespace baton {
namespace {

/// Every chain that was ever global, since a thread may still read it.
struct Kept {
  PropagatorChain chain;
  const Kept* older;
};

// Never destroyed: the chain must be valid until the process ends.
constinit std::mutex mutex;
constinit const Kept* newest = nullptr;
constinit const std::string* default_error = nullptr;

// In a child of `fork`, no thread that it does not have may hold the mutex.
// NOLINTNEXTLINE(cert-err58-cpp): C does not throw, and a mutex is locked
[[maybe_unused]] const int fork_handlers =
    ::pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, [] { mutex.unlock(); });

/// The caller must hold the mutex.
const PropagatorChain& publish(PropagatorChain chain) {
  newest = new Kept{std::move(chain), newest};
  detail::global_chain.store(&newest->chain, std::memory_order_release);
  return newest->chain;
}

}  // namespace

const PropagatorChain& detail::make_global_chain() {
  const std::lock_guard lock(mutex);
  // Another thread may have been first.
  if (const PropagatorChain* chain = global_chain.load(std::memory_order_relaxed)) return *chain;
  ConfiguredChain configured = default_global_chain();
  auto error = std::make_unique<const std::string>(std::move(configured.error));
  const PropagatorChain& chain = publish(std::move(configured.chain));
  default_error = error.release();
  return chain;
}

void set_global_chain(PropagatorChain chain) {
  const std::lock_guard lock(mutex);
  publish(std::move(chain));
}

std::string_view global_chain_error() {
  static_cast<void>(global_chain());
  const std::lock_guard lock(mutex);
  return default_error != nullptr ? std::string_view(*default_error) : std::string_view();
}

}  // namespace baton
