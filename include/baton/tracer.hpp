// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

#include "baton/context.hpp"

namespace baton {

/// What a span is to the others of its trace, as in OpenTelemetry's specification.
enum class SpanKind : std::uint8_t {
  internal,  ///< an operation inside a service
  server,    ///< answers a request
  client,    ///< makes a request and awaits its answer
  producer,  ///< sends a message
  consumer,  ///< processes a message
};

/// "internal", "server", "client", "producer" or "consumer".
[[nodiscard]] constexpr std::string_view to_string(SpanKind kind) noexcept {
  switch (kind) {
    case SpanKind::server: return "server";
    case SpanKind::client: return "client";
    case SpanKind::producer: return "producer";
    case SpanKind::consumer: return "consumer";
    case SpanKind::internal: break;
  }
  return "internal";
}

/// A fact about a span. The helpers of the carriers use the keys of OpenTelemetry's semantic
/// conventions. Views: they are valid only during the call that receives them.
struct Attribute {
  std::string_view key;
  std::variant<std::string_view, std::int64_t> value;
};

/// What is known when a span starts. Views: they are valid only during the call of `start`.
struct SpanStart {
  const Context& parent;  ///< empty if there is none; may be a trace id or a decision alone
  SpanKind kind = SpanKind::internal;
  std::string_view name = {};
  std::span<const Attribute> attributes = {};
  std::span<const SpanContext> links = {};
};

/// What is known when a span ends. Views: they are valid only during the call of `end`.
struct SpanEnd {
  bool is_error = false;
  std::string_view error_type = {};  ///< `error.type` of an error: an exception's type, a status
  std::span<const Attribute> attributes = {};
};

/// Makes spans. The helpers of all carriers ask it at both ends of a transport: the span that it
/// starts for a received message is current while the message is handled, and the span that it
/// starts for a message to send is the one that the message carries.
///
/// Without a tracer, Baton forwards: the helpers make the caller's context current as it came, and
/// send the current context unchanged. So no span id is sent that nobody records.
///
/// An implementation must allow any number of threads to call it.
class Tracer {
 public:
  struct Started {
    Context context;       ///< of the new span, with the parent's baggage
    void* span = nullptr;  ///< the tracer's own; `end` gets it back
  };

  virtual ~Tracer() = default;
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  /// Starts a span: a child of `start.parent` or, if that knows no trace, the first of a new trace.
  [[nodiscard]] virtual Started start(const SpanStart& start) noexcept = 0;

  /// Ends a span that `start` returned; called once for each, on any thread.
  virtual void end(const Started& started, const SpanEnd& end) noexcept = 0;

 protected:
  Tracer() = default;
};

namespace detail {
// Visible even if all else is hidden: there must be one for all libraries of a process.
[[gnu::visibility("default")]] inline constinit std::atomic<Tracer*> global_tracer{nullptr};
}  // namespace detail

/// The tracer of this process: the argument of the last `set_global_tracer`, or null. One atomic
/// load. It remains valid until the process ends, even if it is replaced.
[[nodiscard]] inline Tracer* global_tracer() noexcept {
  return detail::global_tracer.load(std::memory_order_acquire);
}

/// Replaces the tracer of this process, even while other threads use it; null: none. A span may
/// outlive the change, so no tracer is ever destroyed: call this at start, and flush it before the
/// process ends.
void set_global_tracer(std::shared_ptr<Tracer> tracer);

}  // namespace baton
