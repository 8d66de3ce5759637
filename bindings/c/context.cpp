// SPDX-License-Identifier: Apache-2.0
#include "baton/context.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "baton/baton.h"
#include "baton/traceparent.hpp"
#include "bindings/c/handle.hpp"
#include "bindings/c/sized.hpp"

namespace {

using baton::Context;
using baton::SpanContext;
using baton::c::object;

bool is_sampling(baton_sampling sampling) noexcept {
  return sampling >= BATON_DEFER && sampling <= BATON_DEBUG;
}

/// Writes an id's digits and a zero.
template <class Id>
void write_digits(const Id& id, char* out) noexcept {
  id.write_hex(std::span<char, Id::hex_size>(out, Id::hex_size));
  out[Id::hex_size] = '\0';
}

}  // namespace

baton_error baton_context_new(baton_context** context) {
  if (context == nullptr) return BATON_ERROR_ARGUMENT;
  return baton::c::give<Context>(context);
}

baton_error baton_context_copy(const baton_context* context, baton_context** copy) {
  if (copy == nullptr) return BATON_ERROR_ARGUMENT;
  if (context == nullptr) {
    *copy = nullptr;
    return BATON_ERROR_ARGUMENT;
  }
  return baton::c::give<Context>(copy, object(*context));
}

void baton_context_free(baton_context* context) { delete reinterpret_cast<Context*>(context); }

baton_error baton_context_assign(baton_context* context, const baton_context* from) {
  if (context == nullptr || from == nullptr) return BATON_ERROR_ARGUMENT;
  object(*context) = object(*from);
  return BATON_OK;
}

baton_error baton_context_clear(baton_context* context) {
  if (context == nullptr) return BATON_ERROR_ARGUMENT;
  object(*context) = Context();
  return BATON_OK;
}

baton_error baton_context_child(const baton_context* parent, baton_context* child) {
  if (parent == nullptr || child == nullptr) return BATON_ERROR_ARGUMENT;
  object(*child) = object(*parent).child();
  return BATON_OK;
}

int32_t baton_context_equals(const baton_context* context, const baton_context* other) {
  if (context == nullptr || other == nullptr) return 0;
  return object(*context) == object(*other) ? 1 : 0;
}

int32_t baton_context_has_span(const baton_context* context) {
  return context != nullptr && object(*context).span_context().is_valid() ? 1 : 0;
}

int32_t baton_context_is_sampled(const baton_context* context) {
  return context != nullptr && baton::is_sampled(object(*context).sampling()) ? 1 : 0;
}

baton_error baton_context_span_context(const baton_context* context, baton_span_context* span) {
  if (context == nullptr || span == nullptr) return BATON_ERROR_ARGUMENT;
  const Context& from = object(*context);
  const SpanContext& ids = from.span_context();
  baton_span_context known{};
  std::ranges::copy(ids.trace_id.bytes(), known.trace_id);
  std::ranges::copy(ids.span_id.bytes(), known.span_id);
  known.flags = ids.flags.bits();
  known.is_remote = ids.is_remote ? 1 : 0;
  known.sampling = static_cast<baton_sampling>(from.sampling());
  return baton::c::fill(span, known);
}

baton_error baton_context_set_span_context(baton_context* context, const baton_span_context* span) {
  if (context == nullptr || span == nullptr) return BATON_ERROR_ARGUMENT;
  const baton::c::Sized given(span);
  if (!given) return BATON_ERROR_SIZE;
  SpanContext ids;
  ids.trace_id = baton::TraceId(std::span(given->trace_id));
  ids.span_id = baton::SpanId(std::span(given->span_id));
  ids.flags = baton::TraceFlags(given->flags);
  ids.is_remote = given->is_remote != 0;
  const bool is_lone_span = ids.span_id.is_valid() && !ids.trace_id.is_valid();
  const bool is_unknown = given->reserved[0] != 0 || given->reserved[1] != 0;
  if (is_lone_span || is_unknown || !is_sampling(given->sampling)) return BATON_ERROR_ARGUMENT;
  Context& to = object(*context);
  ids.trace_state = to.span_context().trace_state;
  to.set_span_context(std::move(ids), static_cast<baton::Sampling>(given->sampling));
  return BATON_OK;
}

baton_error baton_context_set_sampling(baton_context* context, baton_sampling sampling) {
  if (context == nullptr || !is_sampling(sampling)) return BATON_ERROR_ARGUMENT;
  object(*context).set_sampling(static_cast<baton::Sampling>(sampling));
  return BATON_OK;
}

baton_error baton_context_trace_id(const baton_context* context, char digits[33]) {
  if (context == nullptr || digits == nullptr) return BATON_ERROR_ARGUMENT;
  write_digits(object(*context).trace_id(), digits);
  return BATON_OK;
}

baton_error baton_context_span_id(const baton_context* context, char digits[17]) {
  if (context == nullptr || digits == nullptr) return BATON_ERROR_ARGUMENT;
  write_digits(object(*context).span_context().span_id, digits);
  return BATON_OK;
}

baton_error baton_context_traceparent(const baton_context* context, char value[56]) {
  if (context == nullptr || value == nullptr) return BATON_ERROR_ARGUMENT;
  const SpanContext& ids = object(*context).span_context();
  value[0] = '\0';
  if (!ids.is_valid()) return BATON_ERROR_ABSENT;
  constexpr std::size_t size = baton::Traceparent::size;
  baton::Traceparent{ids.trace_id, ids.span_id, ids.flags}.write(
      std::span<char, size>(value, size));
  value[size] = '\0';
  return BATON_OK;
}

baton_error baton_context_set_traceparent(baton_context* context, const char* value,
                                          size_t value_size, baton_issue* issue) {
  if (context == nullptr) return BATON_ERROR_ARGUMENT;
  if (!baton::c::can_fill(issue)) return BATON_ERROR_SIZE;
  const auto parent = baton::Traceparent::parse(baton::c::text(value, value_size));
  if (!parent) return baton::c::refuse(issue, parent.error());
  Context& to = object(*context);
  to.set_span_context(
      {parent->trace_id, parent->parent_id, parent->flags, true, to.span_context().trace_state});
  return BATON_OK;
}
