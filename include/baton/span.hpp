// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <string_view>
#include <utility>

#include "baton/detail/coroutine.hpp"
#include "baton/scope.hpp"
#include "baton/tracer.hpp"

namespace baton {

/// A span that a tracer has started, or the forwarded context of its parent if there is no tracer.
///
///     baton::Span span(baton::global_tracer(), {.parent = baton::current(), .name = "price"});
///     const baton::Scope scope(span.context());
///
/// Ends once: by `end`, or with the object; then with an error if an exception destroys it. May
/// move to another thread and end there, but not while a scope refers to its context. The tracer
/// must outlive it.
class [[nodiscard]] Span {
 public:
  /// No span, with an empty context.
  Span() noexcept = default;

  /// Starts a span; without a tracer, has the parent's context.
  Span(Tracer* tracer, const SpanStart& start) noexcept
      : tracer_(tracer),
        exceptions_(std::uncaught_exceptions()),
        started_(tracer != nullptr ? tracer->start(start) : Tracer::Started{start.parent}) {}

  Span(Span&& other) noexcept
      : tracer_(std::exchange(other.tracer_, nullptr)),
        exceptions_(other.exceptions_),
        started_(std::move(other.started_)) {}
  Span& operator=(Span&& other) noexcept {
    if (this == &other) return *this;
    end();
    tracer_ = std::exchange(other.tracer_, nullptr);
    exceptions_ = other.exceptions_;
    started_ = std::move(other.started_);
    return *this;
  }
  ~Span() {
    if (tracer_ == nullptr) return;
    if (std::uncaught_exceptions() > exceptions_) {
      end({.is_error = true, .error_type = "exception"});
    } else {
      end();
    }
  }

  /// The context to make current, or to send. Valid as long as the span, ended or not.
  [[nodiscard]] const Context& context() const noexcept { return started_.context; }

  /// Ends the span; does nothing if it has ended.
  void end(const SpanEnd& end = {}) noexcept {
    if (Tracer* const tracer = std::exchange(tracer_, nullptr)) tracer->end(started_, end);
  }

 private:
  Tracer* tracer_ = nullptr;  // null: ended
  int exceptions_ = 0;        // uncaught ones when it was started
  Tracer::Started started_;
};

/// Calls `work` in a span of its own, of kind `internal`, and returns its result. Without a tracer,
/// just calls it.
///
///     const Price price = baton::in_span("price", [&] { return price_of(order); });
///
/// The span ends with an error if `work` throws. A coroutine does not compile.
template <class Work>
decltype(auto) in_span(std::string_view name, Work&& work, Tracer* tracer = global_tracer()) {
  detail::refuse_coroutine<std::invoke_result_t<Work>>();
  if (tracer == nullptr) return std::invoke(std::forward<Work>(work));
  const Span span(tracer, {.parent = current(), .name = name});
  const Scope scope(span.context());
  return std::invoke(std::forward<Work>(work));
}

}  // namespace baton
