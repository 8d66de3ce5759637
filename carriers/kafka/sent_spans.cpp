// SPDX-License-Identifier: Apache-2.0
#include "carriers/kafka/sent_spans.hpp"

#include <optional>
#include <utility>

#include "carriers/kafka/message_span.hpp"

namespace baton::kafka::internal {
namespace {

/// The message that this thread has sent last, if its span was added.
struct Last {
  const SentSpans* spans;
  const rd_kafka_message_t* message;
};
constinit thread_local Last last{nullptr, nullptr};

}  // namespace

Span start_send(Tracer& tracer, const Received& parent, std::string_view topic,
                const rd_kafka_message_t& message, std::string_view chosen_name) {
  detail::SpanFacts facts = facts_of(SpanKind::producer, "send", topic);
  add_key(facts, message);
  const std::size_t links = parent.link.is_valid() ? 1 : 0;
  return facts.start(tracer, parent.context, chosen_name, {&parent.link, links});
}

void end_send(Span& span, rd_kafka_resp_err_t result, const rd_kafka_message_t* report) noexcept {
  const bool is_error = result != RD_KAFKA_RESP_ERR_NO_ERROR;
  detail::Attributes attributes;
  std::optional<Place> place;
  if (report != nullptr && !is_error) place.emplace(*report).add_to(attributes);
  span.end({.is_error = is_error,
            .error_type = is_error ? rd_kafka_err2name(result) : std::string_view(),
            .attributes = attributes.all()});
}

SentSpans::~SentSpans() {
  for (auto& [message, span] : spans_) end_send(span, RD_KAFKA_RESP_ERR__DESTROY);
}

void SentSpans::begin() noexcept {
  if (last.spans == this) last = {nullptr, nullptr};
}

void SentSpans::add(const rd_kafka_message_t& message, Span span) {
  // librdkafka may drop a message without a report, and use its memory for this one.
  Span dropped;
  {
    const std::lock_guard lock(mutex_);
    dropped = std::exchange(spans_[&message], std::move(span));
    is_used_.store(true, std::memory_order_relaxed);
    last = {this, &message};
  }
  end_send(dropped, RD_KAFKA_RESP_ERR__DESTROY);
}

void SentSpans::take_and_end(const rd_kafka_message_t& report) noexcept {
  Span span = take(report);
  end_send(span, report.err, &report);
}

Span SentSpans::take(const rd_kafka_message_t& report) noexcept {
  const std::lock_guard lock(mutex_);
  auto found = spans_.find(&report);
  // If `rd_kafka_produce_batch` finds no partition for a message, it reports the application's
  // struct, which has no topic, instead of its own message, at once.
  if (found == spans_.end() && report.rkt == nullptr && last.spans == this) {
    found = spans_.find(last.message);
  }
  if (found == spans_.end()) return {};
  Span span = std::move(found->second);
  spans_.erase(found);
  return span;
}

}  // namespace baton::kafka::internal
