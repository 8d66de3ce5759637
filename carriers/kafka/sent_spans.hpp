// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "baton/chain.hpp"
#include "baton/span.hpp"

namespace baton::kafka::internal {

/// Starts the span of a message that is sent, a child of `parent.context` with `parent.link`, if
/// that is valid. `message` gives the key; its topic is another one if it is forwarded.
[[nodiscard]] Span start_send(Tracer& tracer, const Received& parent, std::string_view topic,
                              const rd_kafka_message_t& message, std::string_view chosen_name = {});

/// Ends it by the result of `produce`; a delivery report says where the message is.
void end_send(Span& span, rd_kafka_resp_err_t result,
              const rd_kafka_message_t* report = nullptr) noexcept;

/// The spans of a client's messages that are on their way. Any number of threads may call it.
class SentSpans {
 public:
  SentSpans() = default;
  SentSpans(const SentSpans&) = delete;
  SentSpans& operator=(const SentSpans&) = delete;
  /// Ends the spans of messages that librdkafka has destroyed with the client, without a report.
  ~SentSpans();

  /// Tells that this thread sends a message, whose span may follow.
  void begin() noexcept;

  void add(const rd_kafka_message_t& message, Span span);

  /// Ends the span of a message, if it has one.
  void end(const rd_kafka_message_t& report) noexcept {
    // The thread that has added the message has passed it to this one through a queue.
    if (is_used_.load(std::memory_order_relaxed)) take_and_end(report);
  }

 private:
  void take_and_end(const rd_kafka_message_t& report) noexcept;
  [[nodiscard]] Span take(const rd_kafka_message_t& report) noexcept;

  std::mutex mutex_;
  std::unordered_map<const rd_kafka_message_t*, Span> spans_;
  std::atomic<bool> is_used_ = false;  // so that a report costs one load if there is no tracer
};

/// Tells the interceptor of the producer that this thread calls that `forward` has written what the
/// message may carry, and offers it the span, if there is one. If no interceptor takes the span, it
/// remains `forward`'s own.
class Forwarding {
 public:
  Forwarding(rd_kafka_t& producer, Span* span) noexcept
      : producer_(&producer), span_(span), outer_(std::exchange(of_thread_, this)) {}
  Forwarding(const Forwarding&) = delete;
  Forwarding& operator=(const Forwarding&) = delete;
  ~Forwarding() { of_thread_ = outer_; }

  /// Null if this thread forwards nothing to that producer.
  [[nodiscard]] static Forwarding* to(const rd_kafka_t& producer) noexcept {
    return of_thread_ != nullptr && of_thread_->producer_ == &producer ? of_thread_ : nullptr;
  }

  /// The span, once.
  [[nodiscard]] Span* take() noexcept { return std::exchange(span_, nullptr); }

 private:
  static inline constinit thread_local Forwarding* of_thread_ = nullptr;

  const rd_kafka_t* producer_;
  Span* span_;
  Forwarding* outer_;
};

}  // namespace baton::kafka::internal
