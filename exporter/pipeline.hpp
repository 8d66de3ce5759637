// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "baton/exporter/counts.hpp"
#include "exporter/failure_log.hpp"
#include "exporter/interruption.hpp"
#include "exporter/mutex.hpp"
#include "exporter/sender.hpp"
#include "exporter/settings.hpp"
#include "exporter/span_queue.hpp"

namespace baton::detail {

/// The way of spans from the threads that end them to the backend, in one process: a child of fork
/// has a pipeline of its own, since the thread and the locks of its parent's are of no use there.
class Pipeline {
 public:
  /// The child of a process that had shut down is shut down as well.
  Pipeline(const Settings& settings, unsigned generation,
           const Pipeline* parent_process = nullptr) noexcept
      : parent(parent_process),
        settings_(settings),
        generation_(generation),
        queue_(settings.options.max_queue_size),
        is_shut_down_(parent != nullptr && parent->is_shut_down_.load(std::memory_order_relaxed)),
        failure_log_(settings) {}
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;
  /// After `shutdown`, or if no span has ended.
  ~Pipeline() = default;

  [[nodiscard]] unsigned generation() const noexcept { return generation_; }

  void count_started() noexcept { started_.fetch_add(1, std::memory_order_relaxed); }
  /// Takes over a span that has ended.
  void add(SpanPointer span) noexcept;
  /// A span has ended for which there was no memory.
  void add_nothing() noexcept;

  bool flush(std::chrono::milliseconds timeout);
  bool shutdown(std::chrono::milliseconds timeout);
  [[nodiscard]] ExportCounts counts() const noexcept;

  /// The pipeline of the parent process. It cannot be destroyed here; the pointer keeps leak
  /// checkers quiet.
  const Pipeline* const parent;

 private:
  using Count = std::atomic<std::uint64_t>;

  /// Not sooner than a while after the last failure.
  void start_thread() noexcept;
  void start_thread_now() noexcept;
  /// If spans wait because no thread could be had.
  void start_missing_thread() noexcept;
  [[nodiscard]] bool wants_all() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] bool has_work() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void close() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void drop_queue() noexcept;

  // Of the exporting thread.
  void run() noexcept;
  void export_until_stopped() noexcept;
  /// Exports what waits: full batches and, if `all`, the rest.
  void export_waiting(bool all) noexcept;
  void export_batch(std::size_t size) noexcept;
  /// Sends so many of those that are taken, and counts what became of them.
  void send(std::size_t size);

  const Settings& settings_;
  const unsigned generation_;

  Count started_{0};
  Count ended_{0};
  SpanQueue queue_;
  std::atomic<bool> has_thread_{false};
  std::atomic<Clock::rep> next_start_{0};  // of a thread, if none could be had
  std::atomic<bool> is_shut_down_;         // what ends now is dropped
  std::atomic<bool> is_closed_{false};     // and so is what waits

  Mutex mutex_;
  bool is_stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_stopped_ ABSL_GUARDED_BY(mutex_) = true;
  std::uint64_t flushes_wanted_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t flushes_done_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
  Interruption interruption_;

  // Of the exporting thread, as long as there is one.
  SpanList taken_;  // these still count as waiting
  std::vector<SpanPointer> batch_;
  FailureLog failure_log_;
  std::optional<Sender> sender_;

  Count exported_{0};
  Count retries_{0};
  Count in_flight_{0};
  Count queue_full_{0};
  Count unreachable_{0};
  Count rejected_{0};
  Count dropped_by_shutdown_{0};
  Count forked_{0};
  Count no_memory_{0};
};

}  // namespace baton::detail
