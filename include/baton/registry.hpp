#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "baton/propagator.hpp"

namespace baton {

/// A propagator that can be asked for by name.
struct RegisteredPropagator {
  std::string_view name;
  std::shared_ptr<const Propagator> (*make)();
};

/// All propagators of this library, in the order of its documentation.
[[nodiscard]] std::span<const RegisteredPropagator> registered_propagators() noexcept;

}  // namespace baton
