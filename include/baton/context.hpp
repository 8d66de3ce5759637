// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "baton/baggage.hpp"
#include "baton/sampling.hpp"
#include "baton/span_context.hpp"

namespace baton {

/// All that travels from one process to the next with a request: the caller's span, baggage, and
/// the sampling decision.
///
///     baton::Context incoming = baton::global_chain().extract(request_fields);
///     baton::Context ours = incoming.child();
///
/// The trace may be known without a span: a load balancer that starts a trace for X-Ray, and a
/// synthetic test of Datadog, send a trace id alone. Then `span_context()` is invalid, but holds
/// that trace id, flags and tracestate, and `child()` is the first span of that trace.
///
/// A value: copying costs two reference counts at most. The sampled flag always agrees with
/// `sampling()`: it is set for `sample` and `debug`, clear for `drop` and `defer`.
class Context {
 public:
  Context() noexcept = default;
  Context(const Context&) noexcept = default;
  /// A context that was moved from is empty.
  Context(Context&& other) noexcept
      : span_context_(std::move(other.span_context_)),
        baggage_(std::move(other.baggage_)),
        sampling_(other.sampling_) {
    other.clear_after_move();
  }
  Context& operator=(const Context&) noexcept = default;
  Context& operator=(Context&& other) noexcept {
    if (this == &other) return *this;
    span_context_ = std::move(other.span_context_);
    baggage_ = std::move(other.baggage_);
    sampling_ = other.sampling_;
    other.clear_after_move();
    return *this;
  }
  ~Context() {
    detail::SharedText::drop_second(detail::shared_text_of(span_context_.trace_state),
                                    detail::shared_text_of(baggage_));
  }

  /// Invalid if no span is known.
  [[nodiscard]] const SpanContext& span_context() const noexcept { return span_context_; }
  /// The trace, with a span or alone; invalid if no trace is known.
  [[nodiscard]] TraceId trace_id() const noexcept { return span_context_.trace_id; }
  [[nodiscard]] const Baggage& baggage() const noexcept { return baggage_; }
  /// May be known without a span context: B3 and Jaeger can send a decision alone.
  [[nodiscard]] Sampling sampling() const noexcept { return sampling_; }

  /// Takes the decision from the sampled flag: `sample` or `drop`; `defer` for an invalid one,
  /// whose trace id, if that is valid, is a trace id alone.
  void set_span_context(SpanContext span_context) noexcept {
    const Sampling sampling = !span_context.is_valid()       ? Sampling::defer
                              : span_context.flags.sampled() ? Sampling::sample
                                                             : Sampling::drop;
    set_span_context(std::move(span_context), sampling);
  }

  /// Sets the sampled flag from the decision.
  void set_span_context(SpanContext span_context, Sampling sampling) noexcept {
    span_context_ = std::move(span_context);
    set_sampling(sampling);
  }

  /// Sets a trace without a span: replaces any span context. The tracestate is for the trace's
  /// first span.
  void set_trace_id(TraceId trace_id, Sampling sampling, TraceState trace_state = {}) noexcept {
    set_span_context({trace_id, SpanId(), TraceFlags(), false, std::move(trace_state)}, sampling);
  }

  void set_sampling(Sampling sampling) noexcept {
    sampling_ = sampling;
    span_context_.flags = span_context_.flags.with_sampled(is_sampled(sampling));
  }

  void set_baggage(Baggage baggage) noexcept { baggage_ = std::move(baggage); }

  /// Changes only the tracestate of the span context.
  void set_trace_state(TraceState trace_state) noexcept {
    span_context_.trace_state = std::move(trace_state);
  }

  /// The context of the next operation: the same trace, tracestate, baggage and decision, with a
  /// new span id. A trace id alone gets its first span. If no trace is known, it starts one with a
  /// random id and the random flag set. The sampled flag then agrees with `sampling()`: it is clear
  /// for `defer`.
  [[nodiscard]] Context child() const& noexcept { return Context(*this).child(); }
  [[nodiscard]] Context child() && noexcept {
    if (!span_context_.trace_id.is_valid()) {
      span_context_ = {};
      span_context_.trace_id = TraceId::random();
      span_context_.flags = TraceFlags(TraceFlags::random_bit).with_sampled(is_sampled(sampling_));
    }
    span_context_.span_id = SpanId::random();
    span_context_.is_remote = false;
    return std::move(*this);
  }

  friend bool operator==(const Context&, const Context&) = default;

 private:
  void clear_after_move() noexcept {
    span_context_.trace_id = {};
    span_context_.span_id = {};
    span_context_.flags = {};
    span_context_.is_remote = false;
    sampling_ = Sampling::defer;
  }

  SpanContext span_context_;
  Baggage baggage_;
  Sampling sampling_ = Sampling::defer;
};

}  // namespace baton
