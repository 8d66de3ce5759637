#include "baton/scope.hpp"

namespace baton {

const Context& detail::empty_context() noexcept {
  // Never destroyed: other destructors may still ask for the current context.
  static const Context& empty = *new Context;
  return empty;
}

}  // namespace baton
