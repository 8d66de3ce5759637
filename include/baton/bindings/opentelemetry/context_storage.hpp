// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/context/context.h>
#include <opentelemetry/context/runtime_context.h>
#include <opentelemetry/nostd/unique_ptr.h>

#include <memory>
#include <utility>

#include "baton/bindings/opentelemetry/context.hpp"
#include "baton/detail/scope_list.hpp"
#include "baton/scope.hpp"

namespace baton::otel {

namespace detail {

/// The contexts that this thread has attached, innermost first; each is a scope of Baton as well.
class AttachedContexts {
 public:
  AttachedContexts() noexcept = default;
  AttachedContexts(const AttachedContexts&) = delete;
  AttachedContexts& operator=(const AttachedContexts&) = delete;
  ~AttachedContexts() {
    while (innermost_ != nullptr) pop();
  }

  [[nodiscard]] opentelemetry::context::Context current() {
    const auto* const scope = baton::detail::scopes_of_thread().innermost;
    if (innermost_ != nullptr && scope != nullptr && scope->context == &innermost_->own) {
      return innermost_->context;
    }
    // A scope of Baton is the innermost one.
    if (scope == nullptr) return {};
    const opentelemetry::context::Context base =
        innermost_ != nullptr ? innermost_->context : opentelemetry::context::Context();
    if (!(last_.own == *scope->context) || !(last_.base == base)) {
      last_ = {*scope->context, base, to_opentelemetry(*scope->context, base)};
    }
    return last_.made;
  }

  void push(const opentelemetry::context::Context& context) {
    innermost_ = new Attached(context, innermost_);
  }

  /// Ends the innermost attachment of that context, and those inside it.
  bool pop_to(const opentelemetry::context::Token& token) noexcept {
    const Attached* found = innermost_;
    while (found != nullptr && !(token == found->context)) found = found->outer;
    if (found == nullptr) return false;
    while (innermost_ != found) pop();
    pop();
    return true;
  }

 private:
  struct Attached {
    Attached(const opentelemetry::context::Context& attached, Attached* enclosing)
        : context(attached), own(from_opentelemetry(attached)), outer(enclosing), scope(own) {}

    opentelemetry::context::Context context;
    Context own;
    Attached* outer;
    Scope scope;
  };
  /// The last answer, since each line of a log asks again.
  struct Last {
    Context own;
    opentelemetry::context::Context base;
    opentelemetry::context::Context made;
  };

  void pop() noexcept {
    const std::unique_ptr<Attached> ended(innermost_);
    innermost_ = ended->outer;
    // A span of the SDK ends with its last reference, which must not be this one.
    if (last_.base == ended->context) last_ = {};
  }

  Attached* innermost_ = nullptr;
  Last last_;
};

/// Of this thread; one for all libraries of a process.
[[gnu::visibility("default")]] inline AttachedContexts& attached_contexts() {
  static thread_local AttachedContexts contexts;
  return contexts;
}

}  // namespace detail

/// Joins what is current for opentelemetry-cpp and what is current for Baton: of both kinds of
/// scopes, the innermost one on the thread counts for both.
///
///     opentelemetry::context::RuntimeContext::SetRuntimeContextStorage(
///         opentelemetry::nostd::shared_ptr<opentelemetry::context::RuntimeContextStorage>(
///             new baton::otel::ContextStorage()));
///
/// In a scope of Baton, as in a handler that `baton::http::serve` calls, the SDK's current span is
/// the span of `Tracer`, and `opentelemetry::baggage` has the request's baggage. In a scope of
/// opentelemetry-cpp, `baton::current()` is its span and baggage, so Baton's helpers start their
/// spans below it and send its baggage.
///
/// Set it at start, before the first span, in place of any other storage.
///
/// Baton's scopes, and `baton::current()`, cost what they did. `Attach` costs several allocations,
/// and converts ids; a tracestate or baggage only if the SDK's code has changed it. `GetCurrent` in
/// a scope of Baton costs a conversion the first time: it keeps the last result on each thread, and
/// so perhaps a span that `Tracer` has ended.
///
/// As opentelemetry-cpp's own storage, each thread has its contexts: a token that is detached, or
/// destroyed, on another thread detaches nothing. Scopes of both kinds must nest: that a token ends
/// before a scope of Baton inside it fails an assertion (see `Scope`).
class ContextStorage final : public opentelemetry::context::RuntimeContextStorage {
 public:
  opentelemetry::context::Context GetCurrent() noexcept override {
    return detail::attached_contexts().current();
  }
  opentelemetry::nostd::unique_ptr<opentelemetry::context::Token> Attach(
      const opentelemetry::context::Context& context) noexcept override {
    detail::attached_contexts().push(context);
    return CreateToken(context);
  }
  bool Detach(opentelemetry::context::Token& token) noexcept override {
    return detail::attached_contexts().pop_to(token);
  }
};

}  // namespace baton::otel
