// SPDX-License-Identifier: Apache-2.0
#include "journal.hpp"

#include <algorithm>

namespace relay {

Journal::Position Journal::find(const baton::SpanId& id) {
  const auto found = by_span_.find(id);
  return found == by_span_.end() ? entries_.end() : found->second;
}

Journey Journal::take(Position entry) {
  for (const FinishedSpan& span : entry->journey.spans) by_span_.erase(span.span_id);
  Journey journey = std::move(entry->journey);
  entries_.erase(entry);
  return journey;
}

void Journal::start(FinishedSpan span) {
  const bool is_first = span.service == route.front().service && span.kind == route.front().kind;
  std::unique_lock lock(mutex_);
  Position entry = is_first ? entries_.end() : find(span.parent_id);
  if (entry == entries_.end()) entry = entries_.emplace(entries_.end());
  by_span_.emplace(span.span_id, entry);
  entry->journey.spans.push_back(std::move(span));
  ++entry->open;
  if (entries_.size() <= max_incomplete) return;
  Journey oldest = take(entries_.begin());
  lock.unlock();
  done_(std::move(oldest));
}

void Journal::end(const baton::SpanId& id, std::string error) {
  const Clock::time_point now = Clock::now();
  std::unique_lock lock(mutex_);
  const Position entry = find(id);
  if (entry == entries_.end()) return;  // forgotten
  const auto span = std::ranges::find(entry->journey.spans, id, &FinishedSpan::span_id);
  span->end = now;
  span->error = std::move(error);
  --entry->open;
  finish_if_complete(std::move(lock), entry);
}

void Journal::add(Hop hop) {
  std::unique_lock lock(mutex_);
  const Position entry = find(hop.context.span_context().span_id);
  if (entry != entries_.end()) entry->journey.hops.push_back(std::move(hop));
}

void Journal::finish_if_complete(std::unique_lock<std::mutex> lock, Position entry) {
  const Journey& journey = entry->journey;
  const bool is_complete =
      entry->open == 0 && journey.spans.size() >= route.size() && journey.hops.size() >= hop_count;
  if (!is_complete) return;
  Journey complete = take(entry);
  lock.unlock();
  done_(std::move(complete));
}

std::vector<Journey> Journal::take_incomplete() {
  const std::lock_guard lock(mutex_);
  std::vector<Journey> journeys;
  while (!entries_.empty()) journeys.push_back(take(entries_.begin()));
  return journeys;
}

}  // namespace relay
