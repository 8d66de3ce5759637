// SPDX-License-Identifier: Apache-2.0
#include "nginx/request.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <utility>

#include "baton/propagator.hpp"
#include "core/decide.hpp"
#include "core/ot_member.hpp"
#include "nginx/fields.hpp"

namespace baton::nginx {
namespace {

/// A list that this module made for a location.
struct Rewritten {
  const Reading* reading;
  const MadeList list;
  Rewritten* next;
};

/// What is kept of a client's request. Its subrequests share it, since they share its memory, and
/// it outlasts what clears the contexts of modules: internal redirects, and filters that replace a
/// response.
struct State {
  explicit State(const ngx_list_part_t& fields) noexcept : received(fields) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    for (Reading* reading = readings; reading != nullptr; reading = reading->next) {
      reading->~Reading();  // the memory is the pool's
    }
  }

  ngx_list_part_t received;  // the fields as the client sent them
  Reading* readings = nullptr;
  Rewritten* rewritten = nullptr;
  SpanId span_id;    // of nginx's span, whatever the location
  TraceId trace_id;  // of the trace that nginx started
};

/// A request's pool, and whether it had no memory.
struct Owner {
  ngx_pool_t* pool;
  bool was_short = false;

  static void* take(void* self, std::size_t size) noexcept {
    auto& owner = *static_cast<Owner*>(self);
    void* const memory = take_from_pool(owner.pool, size);
    owner.was_short = owner.was_short || memory == nullptr;
    return memory;
  }
};

void destroy(void* state) { static_cast<State*>(state)->~State(); }

State* find_state(const ngx_http_request_t* r) noexcept {
  for (const ngx_pool_cleanup_t* each = r->pool->cleanup; each != nullptr; each = each->next) {
    if (each->handler == &destroy) return static_cast<State*>(each->data);
  }
  return nullptr;
}

State* state_of(ngx_http_request_t* r) noexcept {
  void*& known = r->ctx[ngx_http_baton_module.ctx_index];
  if (known == nullptr && (r->internal != 0 || r->filter_finalize != 0 || r != r->main)) {
    known = find_state(r);
  }
  if (known == nullptr) {
    ngx_pool_cleanup_t* const cleanup = ngx_pool_cleanup_add(r->pool, sizeof(State));
    if (cleanup == nullptr) return nullptr;
    known = new (cleanup->data) State(r->main->headers_in.headers.part);
    cleanup->handler = &destroy;
    // A subrequest may be the first: another module can make one before this phase.
    r->main->ctx[ngx_http_baton_module.ctx_index] = known;
  }
  return static_cast<State*>(known);
}

void log_issues(const ngx_http_request_t* r, const ExtractReport& report) noexcept {
  ngx_log_t* const log = r->connection->log;
  if (report.issue_count() == 0 || log->log_level < NGX_LOG_INFO) return;
  for (const ExtractReport::Issue& issue : report.issues()) {
    const ngx_str_t field = text_of(issue.field);
    const ngx_str_t code = text_of(name(issue.error.code));
    const ngx_str_t words = text_of(to_string(issue.error.code));
    ngx_log_error(NGX_LOG_INFO, log, 0, "baton: malformed %V: %V at byte %uD (%V)", &field, &words,
                  issue.error.offset, &code);
  }
}

/// Gives a context the decision of nginx's span, if another location has made it.
bool decide_as_before(const State& state, Context& context) noexcept {
  for (const Reading* known = state.readings; known != nullptr; known = known->next) {
    const Context& other = known->context;
    if (!known->has_span || other.trace_id() != context.trace_id()) continue;
    const detail::OtMember member = detail::read_ot_member(other.span_context().trace_state);
    context.set_sampling(other.sampling());
    context.set_trace_state(
        detail::with_threshold(context.span_context().trace_state, member.threshold));
    return true;
  }
  return false;
}

/// The context of nginx's span. A request has one span, even if several locations handle it.
Context start_span(State& state, const Setup& setup, const Context& caller,
                   std::string_view method) noexcept {
  Context context = caller.child();
  SpanContext span = context.span_context();
  if (!state.span_id.is_valid()) state.span_id = span.span_id;
  span.span_id = state.span_id;
  if (!caller.trace_id().is_valid()) {
    if (!state.trace_id.is_valid()) state.trace_id = span.trace_id;
    span.trace_id = state.trace_id;
  }
  context.set_span_context(std::move(span), context.sampling());
  if (decide_as_before(state, context)) return context;
  return detail::decide(std::move(context),
                        {.parent = caller, .kind = SpanKind::server, .name = method},
                        *setup.sampler);
}

Reading* read(ngx_http_request_t* r, State& state, const Setup& setup) noexcept {
  for (Reading* known = state.readings; known != nullptr; known = known->next) {
    if (known->setup == &setup) return known->has_failed ? nullptr : known;
  }
  void* const memory = ngx_palloc(r->pool, sizeof(Reading));
  if (memory == nullptr) return nullptr;
  auto* const reading = new (memory) Reading{.setup = &setup, .next = state.readings};
  Owner owner{r->pool};
  const detail::MemorySource source(&Owner::take, &owner);
  ExtractReport report;
  setup.chain.extract(FieldReader({&state.received}), reading->context, &report);
  reading->format = report.format();
  log_issues(r, report);
  if (setup.has_tracer) {
    reading->parent = reading->context.span_context().span_id;
    reading->context = start_span(state, setup, reading->context, view(r->method_name));
    reading->has_span = true;
  }
  state.readings = reading;
  if (!owner.was_short) return reading;
  // A list is missing. The request has been counted, and its bad fields are logged: once is enough.
  *reading = Reading{.setup = &setup, .next = reading->next, .has_failed = true};
  return nullptr;
}

/// Whether nginx has an array of pointers to the fields of that name, not one pointer.
bool has_array(const ngx_http_header_t& known) noexcept {
  const ngx_uint_t offset = known.offset;
#if (NGX_HTTP_X_FORWARDED_FOR)
  if (offset == offsetof(ngx_http_headers_in_t, x_forwarded_for)) return true;
#endif
  return offset == offsetof(ngx_http_headers_in_t, cookies);
}

/// Points nginx's own fields into a list. Some modules change a field by that pointer alone, and
/// the upstream must get the change.
void point_to(ngx_http_headers_in_t& headers, std::span<ngx_table_elt_t> fields) noexcept {
  for (const ngx_http_header_t* each = ngx_http_headers_in; each->name.len != 0; ++each) {
    if (has_array(*each)) continue;
    auto*& field =
        *reinterpret_cast<ngx_table_elt_t**>(reinterpret_cast<char*>(&headers) + each->offset);
    if (field == nullptr) continue;
    const auto is_copy = [field](const ngx_table_elt_t& copy) {
      return copy.key.data == field->key.data;
    };
    const auto copy = std::ranges::find_if(fields, is_copy);
    if (copy != fields.end()) field = &*copy;
  }
}

/// Makes the array full for a request, so that what another module adds gets an array of its own:
/// requests may share this one, unless it is empty.
void fill_up(ngx_list_t& list) noexcept {
  list.last = &list.part;
  list.nalloc = std::max<ngx_uint_t>(list.part.nelts, 1);  // nginx has no array without room
}

/// Makes the list that of the request, which may be a copy of its parent's.
void set_fields(ngx_http_request_t* r, const MadeList& made) noexcept {
  r->headers_in.headers.part = made.part;
  fill_up(r->headers_in.headers);
  point_to(r->headers_in, {static_cast<ngx_table_elt_t*>(made.part.elts), made.part.nelts});
}

/// Finds which of our lists a list is; null: none.
const Rewritten* find_rewritten(const State& state, const ngx_list_part_t& list) noexcept {
  const Rewritten* each = state.rewritten;
  while (each != nullptr && !each->list.is(list)) each = each->next;
  return each;
}

/// The last list that was made for a location; null: none.
const Rewritten* find_last(const State& state, const Reading* reading) noexcept {
  const Rewritten* each = state.rewritten;
  while (each != nullptr && each->reading != reading) each = each->next;
  return each;
}

/// False if memory was short: a field that must not leave may then remain.
bool inject(const Reading& reading, ngx_pool_t* pool, FieldChanges& changes) noexcept {
  Owner owner{pool};
  const detail::MemorySource source(&Owner::take, &owner);
  reading.setup->chain.inject(reading.context, CarrierWriter(changes));
  return !owner.was_short;
}

const FieldNames no_names;

/// Gives a request the fields of a reading, or the client's own if there is none. All else that
/// other modules have changed in its list remains.
bool rewrite(ngx_http_request_t* r, State& state, const Reading* reading) noexcept {
  const ngx_list_part_t now = r->headers_in.headers.part;
  const Rewritten* const before = find_rewritten(state, now);
  if (before != nullptr && before->reading == reading && before->list.is_unchanged(now)) {
    fill_up(r->headers_in.headers);
    return true;
  }

  const FieldParts old{&now, before != nullptr ? &before->list : nullptr};
  // A page may have thousands of subrequests.
  const Rewritten* const last = find_last(state, reading);
  if (last != nullptr && last->list.is_made_of(old)) {
    set_fields(r, last->list);
    return true;
  }

  FieldChanges changes(reading != nullptr ? reading->setup->names : no_names, old,
                       {&take_from_pool, r->pool});
  if (reading != nullptr && !inject(*reading, r->pool, changes)) return false;
  if (!changes.differ() && before == nullptr) return !changes.failed();

  MadeList made;
  void* const memory = ngx_palloc(r->pool, sizeof(Rewritten));
  if (memory == nullptr || !changes.apply(made)) return false;
  state.rewritten = new (memory) Rewritten{reading, made, state.rewritten};
  set_fields(r, made);
  return true;
}

}  // namespace

void* take_from_pool(void* pool, std::size_t size) noexcept {
  return ngx_palloc(static_cast<ngx_pool_t*>(pool), size);
}

Reading* reading_of(ngx_http_request_t* r) noexcept {
  const Settings& settings = settings_of(r);
  if (settings.on != 1) return nullptr;
  State* const state = state_of(r);
  return state != nullptr ? read(r, *state, *settings.setup) : nullptr;
}

ngx_int_t rewrite_fields(ngx_http_request_t* r) noexcept {
  const Settings& settings = settings_of(r);
  if (settings.on != 1) {
    // Behind another location that is on, the fields must be as they came.
    const bool may_be_rewritten = r->internal != 0 || r != r->main;
    State* const state = may_be_rewritten ? find_state(r) : nullptr;
    if (state == nullptr || rewrite(r, *state, nullptr)) return NGX_DECLINED;
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  State* const state = state_of(r);
  const Reading* const reading = state != nullptr ? read(r, *state, *settings.setup) : nullptr;
  if (reading == nullptr || !rewrite(r, *state, reading)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  return NGX_DECLINED;
}

}  // namespace baton::nginx
