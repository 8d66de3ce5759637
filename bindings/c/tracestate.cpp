// SPDX-License-Identifier: Apache-2.0
#include "baton/tracestate.hpp"

#include <utility>

#include "baton/baton.h"
#include "bindings/c/handle.hpp"
#include "bindings/c/sized.hpp"

namespace {

using baton::TraceState;
using baton::c::object;
using baton::c::text;
using baton::c::to_c;

const TraceState& state_of(const baton_context& context) noexcept {
  return object(context).span_context().trace_state;
}

/// Sets what was parsed, or says what is wrong with it.
baton_error set_state(baton_context& context, baton::expected<TraceState> state,
                      baton_issue* issue) noexcept {
  if (!state) return baton::c::refuse(issue, state.error());
  object(context).set_trace_state(*std::move(state));
  return BATON_OK;
}

}  // namespace

baton_text baton_context_tracestate(const baton_context* context) {
  return to_c(context != nullptr ? state_of(*context).header() : "");
}

baton_error baton_context_set_tracestate(baton_context* context, const char* value,
                                         size_t value_size, baton_issue* issue) {
  if (context == nullptr) return BATON_ERROR_ARGUMENT;
  if (!baton::c::can_fill(issue)) return BATON_ERROR_SIZE;
  return set_state(*context, TraceState::parse(text(value, value_size)), issue);
}

baton_error baton_context_tracestate_member(const baton_context* context, const char* key,
                                            size_t key_size, baton_text* value) {
  if (context == nullptr || value == nullptr) return BATON_ERROR_ARGUMENT;
  const auto found = state_of(*context).get(text(key, key_size));
  *value = to_c(found.value_or(""));
  return found ? BATON_OK : BATON_ERROR_ABSENT;
}

baton_error baton_context_set_tracestate_member(baton_context* context, const char* key,
                                                size_t key_size, const char* value,
                                                size_t value_size, baton_issue* issue) {
  if (context == nullptr) return BATON_ERROR_ARGUMENT;
  if (!baton::c::can_fill(issue)) return BATON_ERROR_SIZE;
  const TraceState& state = state_of(*context);
  return set_state(*context, state.set(text(key, key_size), text(value, value_size)), issue);
}

baton_error baton_context_erase_tracestate_member(baton_context* context, const char* key,
                                                  size_t key_size) {
  if (context == nullptr) return BATON_ERROR_ARGUMENT;
  const TraceState& state = state_of(*context);
  if (!state.get(text(key, key_size))) return BATON_ERROR_ABSENT;
  TraceState rest = state.erase(text(key, key_size));
  if (rest.empty() && state.size() > 1) return BATON_ERROR_MEMORY;
  object(*context).set_trace_state(std::move(rest));
  return BATON_OK;
}

baton_error baton_context_visit_tracestate(const baton_context* context, baton_visit visit,
                                           void* argument) {
  if (context == nullptr || visit == nullptr) return BATON_ERROR_ARGUMENT;
  return baton::c::guarded([&]() -> baton_error {
    const TraceState kept = state_of(*context);
    for (const auto& [key, value] : kept) {
      if (visit(argument, key.data(), key.size(), value.data(), value.size()) != 0) break;
    }
    return BATON_OK;
  });
}
