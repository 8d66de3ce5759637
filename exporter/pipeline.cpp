// SPDX-License-Identifier: Apache-2.0
#include "exporter/pipeline.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace baton::detail {
namespace {

void count(std::atomic<std::uint64_t>& counter, std::uint64_t number = 1) noexcept {
  counter.fetch_add(number, std::memory_order_relaxed);
}

std::uint64_t read(const std::atomic<std::uint64_t>& counter) noexcept {
  return counter.load(std::memory_order_relaxed);
}

/// While it exists, threads that start get no signals: those are the application's.
class WithoutSignals {
 public:
  WithoutSignals() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;
  ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

/// While it exists, this thread cannot be canceled: that would unwind what must not be unwound.
class WithoutCancellation {
 public:
  WithoutCancellation() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  WithoutCancellation(const WithoutCancellation&) = delete;
  WithoutCancellation& operator=(const WithoutCancellation&) = delete;
  ~WithoutCancellation() { ::pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

}  // namespace

void Pipeline::add(SpanPointer span) noexcept {
  count(ended_);
  if (span->generation() != generation_) return count(forked_);
  if (is_shut_down_.load(std::memory_order_relaxed)) return count(dropped_by_shutdown_);
  const std::size_t waiting = queue_.push(span);
  if (waiting == 0) return count(queue_full_);
  if (is_closed_.load()) return drop_queue();
  if (!has_thread_.load(std::memory_order_acquire)) start_thread();
  if (waiting == settings_.options.max_batch_size) {
    const MutexLock wakes(mutex_);  // at its end, the conditions are evaluated
  }
}

void Pipeline::add_nothing() noexcept {
  count(ended_);
  count(no_memory_);
}

void Pipeline::start_thread() noexcept {
  const Clock::rep now = Clock::now().time_since_epoch().count();
  if (now >= next_start_.load(std::memory_order_relaxed)) start_thread_now();
}

void Pipeline::start_thread_now() noexcept {
  const MutexLock lock(mutex_);
  if (has_thread_.load(std::memory_order_relaxed) || is_stopping_) return;
  try {
    const WithoutSignals without_signals;
    thread_ = std::thread([this] { run(); });
    is_stopped_ = false;
    has_thread_.store(true, std::memory_order_release);
  } catch (const std::exception&) {
    // A span tries again later. If each did, all would wait for each other here.
    const Clock::time_point next = Clock::now() + std::chrono::seconds(1);
    next_start_.store(next.time_since_epoch().count(), std::memory_order_relaxed);
  }
}

void Pipeline::start_missing_thread() noexcept {
  if (!has_thread_.load(std::memory_order_acquire) && queue_.size() != 0) start_thread_now();
}

bool Pipeline::wants_all() const { return is_stopping_ || flushes_wanted_ != flushes_done_; }

bool Pipeline::has_work() const {
  return wants_all() || queue_.size() >= settings_.options.max_batch_size;
}

void Pipeline::run() noexcept {
  static_cast<void>(::pthread_setname_np(::pthread_self(), "baton-export"));
  export_until_stopped();
  sender_.reset();
  const MutexLock lock(mutex_);
  close();
}

void Pipeline::export_until_stopped() noexcept {
  const auto delay = settings_.options.schedule_delay;
  Clock::time_point next_export = Clock::now() + delay;
  for (bool is_stopping = false; !is_stopping;) {
    bool all = false;
    std::uint64_t flush = 0;
    {
      const MutexLock lock(mutex_);
      mutex_.await([this] { return has_work(); }, until(next_export));
      all = wants_all();
      is_stopping = is_stopping_;
      flush = flushes_wanted_;
    }
    if (Clock::now() >= next_export) {
      all = true;
      next_export = Clock::now() + delay;
    }
    export_waiting(all);
    const MutexLock lock(mutex_);
    flushes_done_ = flush;
  }
}

void Pipeline::export_waiting(bool all) noexcept {
  taken_.append(queue_.take_all());
  const std::size_t max_size = settings_.options.max_batch_size;
  // What ends from now on is for the next time, or a flush would never end under load.
  std::size_t rest = all ? taken_.size() : taken_.size() - taken_.size() % max_size;
  while (rest > 0) {
    const std::size_t size = std::min(rest, max_size);
    rest -= size;
    export_batch(size);
  }
}

void Pipeline::export_batch(std::size_t size) noexcept {
  in_flight_.store(size, std::memory_order_relaxed);
  queue_.release(size);
  const std::size_t others = taken_.size() - size;
  try {
    send(size);
  } catch (const std::exception& exception) {
    while (taken_.size() > others) static_cast<void>(taken_.pop());
    count(no_memory_, size);
    failure_log_.add_failure(exception.what());
  }
  batch_.clear();
  in_flight_.store(0, std::memory_order_relaxed);
}

void Pipeline::send(std::size_t size) {
  if (!sender_) sender_.emplace(settings_, interruption_, retries_, failure_log_);
  batch_.reserve(size);
  while (batch_.size() < size) batch_.push_back(taken_.pop());
  const Sender::Result result = sender_->send(batch_);
  switch (result.outcome) {
    case Sender::Outcome::exported:
      count(exported_, size - result.rejected);
      count(rejected_, result.rejected);
      break;
    case Sender::Outcome::rejected: count(rejected_, size); break;
    case Sender::Outcome::unreachable: count(unreachable_, size); break;
    case Sender::Outcome::interrupted: count(dropped_by_shutdown_, size); break;
  }
}

void Pipeline::drop_queue() noexcept {
  SpanList spans;
  spans.append(queue_.take_all());
  const std::size_t dropped = spans.clear();
  queue_.release(dropped);
  count(dropped_by_shutdown_, dropped);
}

void Pipeline::close() {
  is_closed_.store(true);
  count(dropped_by_shutdown_, taken_.size());
  queue_.release(taken_.size());
  taken_.clear();
  drop_queue();
  is_stopped_ = true;
}

bool Pipeline::flush(std::chrono::milliseconds timeout) {
  start_missing_thread();
  const MutexLock lock(mutex_);
  if (is_stopped_) return queue_.size() == 0;
  const std::uint64_t mine = ++flushes_wanted_;
  const auto is_done = [&] { return is_stopped_ || flushes_done_ >= mine; };
  return mutex_.await(is_done, absl::FromChrono(timeout));
}

bool Pipeline::shutdown(std::chrono::milliseconds timeout) {
  start_missing_thread();  // there is none to start once the flags are set
  is_shut_down_.store(true);
  std::thread thread;
  bool is_in_time = false;
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
    if (is_stopped_ && !is_closed_.load()) close();
    is_in_time = mutex_.await([this] { return is_stopped_; }, absl::FromChrono(timeout));
  }
  if (!is_in_time) interruption_.interrupt();
  {
    const MutexLock lock(mutex_);
    mutex_.await([this] { return is_stopped_; });
    thread.swap(thread_);
  }
  const WithoutCancellation without_cancellation;
  if (thread.joinable()) thread.join();
  return is_in_time;
}

ExportCounts Pipeline::counts() const noexcept {
  ExportCounts counts;
  counts.started = read(started_);
  counts.ended = read(ended_);
  counts.exported = read(exported_);
  counts.dropped = {.queue_full = read(queue_full_),
                    .unreachable = read(unreachable_),
                    .rejected = read(rejected_),
                    .shut_down = read(dropped_by_shutdown_),
                    .forked = read(forked_),
                    .no_memory = read(no_memory_)};
  counts.retries = read(retries_);
  counts.waiting = queue_.size() + static_cast<std::size_t>(read(in_flight_));
  return counts;
}

}  // namespace baton::detail
