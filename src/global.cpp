#include "baton/global.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "baton/configuration.hpp"

namespace baton {
namespace {

/// Every chain that was ever global, since somebody may still read it, and the words about the
/// environment. Never destroyed: the chain must serve to the very end of the process.
struct Global {
  std::mutex mutex;
  std::vector<std::unique_ptr<const PropagatorChain>> chains;
  std::string error;
};

Global& global() {
  static Global& instance = *new Global;
  return instance;
}

/// Needs the mutex.
const PropagatorChain& publish(Global& state, PropagatorChain chain) {
  state.chains.push_back(std::make_unique<const PropagatorChain>(std::move(chain)));
  detail::global_chain.store(state.chains.back().get(), std::memory_order_release);
  return *state.chains.back();
}

}  // namespace

const PropagatorChain& detail::global_chain_from_environment() {
  Global& state = global();
  const std::lock_guard lock(state.mutex);
  // Somebody else may have been first.
  if (const PropagatorChain* chain = global_chain.load(std::memory_order_relaxed)) return *chain;
  ConfiguredChain configured = make_chain_from_environment();
  state.error = std::move(configured.error);
  return publish(state, std::move(configured.chain));
}

void set_global_chain(PropagatorChain chain) {
  Global& state = global();
  const std::lock_guard lock(state.mutex);
  publish(state, std::move(chain));
}

std::string_view global_chain_error() {
  Global& state = global();
  const std::lock_guard lock(state.mutex);
  return state.error;
}

}  // namespace baton
