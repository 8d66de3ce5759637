// SPDX-License-Identifier: Apache-2.0
#include "baton/scope.hpp"

#include <new>

#include "baton/baton.h"
#include "baton/detail/scope_list.hpp"
#include "bindings/c/handle.hpp"

namespace {

namespace detail = baton::detail;

/// A scope in the memory of C. `baton::Scope` fails an assertion if it ends in a wrong order; this
/// one tells its caller.
struct OpenScope {
  const void* place;  // where it is, while it is open
  detail::ScopeNode node;
};
static_assert(sizeof(OpenScope) <= sizeof(baton_scope) && alignof(OpenScope) <= alignof(void*));

bool is_open(const baton_scope& scope) noexcept { return scope.hidden[0] == &scope; }

}  // namespace

const baton_context* baton_current(void) { return baton::c::handle(baton::current()); }

baton_error baton_scope_enter(baton_scope* scope, const baton_context* context) {
  if (scope == nullptr || context == nullptr) return BATON_ERROR_ARGUMENT;
  if (is_open(*scope)) return BATON_ERROR_SCOPE;
  detail::ScopeList& list = detail::scopes_of_thread();
  auto* const open =
      new (scope) OpenScope{scope, {&baton::c::object(*context), list.innermost, &list}};
  list.innermost = &open->node;
  return BATON_OK;
}

baton_error baton_scope_leave(baton_scope* scope) {
  if (scope == nullptr) return BATON_ERROR_ARGUMENT;
  if (!is_open(*scope)) return BATON_ERROR_SCOPE;
  auto* const open = std::launder(reinterpret_cast<OpenScope*>(scope));
  detail::ScopeList& list = detail::scopes_of_thread();
  const bool is_innermost = list.innermost == &open->node;
  if (is_innermost) {
    list.innermost = open->node.outer;
  } else {
    detail::end_out_of_order(open->node);
  }
  open->place = nullptr;
  return is_innermost ? BATON_OK : BATON_ERROR_SCOPE;
}
