// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/nostd/shared_ptr.h>
#include <opentelemetry/trace/span.h>
#include <pthread.h>

#include <array>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "baton/span_context.hpp"

namespace baton::otel::detail {

/// The recording spans that `Tracer` started and did not end, by their ids: so a copy of a context,
/// on any thread, leads to its span.
class LiveSpans {
 public:
  using SpanPointer = opentelemetry::nostd::shared_ptr<opentelemetry::trace::Span>;

  void add(const SpanContext& context, const SpanPointer& span) {
    Shard& shard = shard_of(context);
    const std::lock_guard lock(shard.mutex);
    shard.spans.insert_or_assign(context.span_id, Entry{context.trace_id, span});
  }
  void remove(const SpanContext& context) {
    Shard& shard = shard_of(context);
    const std::lock_guard lock(shard.mutex);
    shard.spans.erase(context.span_id);
  }
  /// Null if there is none.
  [[nodiscard]] SpanPointer find(const SpanContext& context) {
    Shard& shard = shard_of(context);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.spans.find(context.span_id);
    if (found == shard.spans.end() || found->second.trace_id != context.trace_id) return {};
    return found->second.span;
  }

  void lock() {
    for (Shard& shard : shards_) shard.mutex.lock();
  }
  void unlock() {
    for (Shard& shard : shards_) shard.mutex.unlock();
  }

 private:
  struct Entry {
    TraceId trace_id;
    SpanPointer span;
  };
  struct alignas(64) Shard {
    std::mutex mutex;
    std::unordered_map<SpanId, Entry> spans;
  };

  Shard& shard_of(const SpanContext& context) noexcept {
    return shards_[context.span_id.value() >> 32U & (shards_.size() - 1)];
  }

  std::array<Shard, 64> shards_;
};

/// One for all libraries of a process. Never destroyed: spans may end when the process does.
[[gnu::visibility("default")]] inline LiveSpans& live_spans() {
  static LiveSpans& spans = *new LiveSpans;
  return spans;
}

/// In a child of `fork`, no thread that it does not have may hold a mutex. Before `main`, so that
/// none is making the spans either.
[[gnu::visibility("default"), maybe_unused]] inline const int fork_handlers =
    (live_spans(), ::pthread_atfork([] { live_spans().lock(); }, [] { live_spans().unlock(); },
                                    [] { live_spans().unlock(); }));

}  // namespace baton::otel::detail
