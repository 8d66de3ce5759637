// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>

#include "journey.hpp"

namespace relay {

/// Puts the spans and hops of all services together to journeys, and forgets each when it is
/// complete. Any number of threads may use it.
///
/// A span belongs to the journey of its parent. So two requests of one trace are two journeys, and
/// a span whose parent is unknown is one that never ends well.
class Journal {
 public:
  /// More than that many incomplete journeys are not kept: the oldest counts as done.
  static constexpr std::size_t max_incomplete = 10'000;

  /// `done` gets each journey, on the thread that completes it.
  explicit Journal(std::function<void(Journey)> done) : done_(std::move(done)) {}

  void start(FinishedSpan span);
  void end(const baton::SpanId& id, std::string error);
  void add(Hop hop);

  /// Those that are not complete; the journal then has none.
  [[nodiscard]] std::vector<Journey> take_incomplete();

 private:
  struct Entry {
    Journey journey;
    std::size_t open = 0;  ///< spans that have not ended
  };
  using Position = std::list<Entry>::iterator;

  Position find(const baton::SpanId& id);
  Journey take(Position entry);
  /// Calls `done_` outside of the lock.
  void finish_if_complete(std::unique_lock<std::mutex> lock, Position entry);

  std::function<void(Journey)> done_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // the oldest first
  std::unordered_map<baton::SpanId, Position> by_span_;
};

}  // namespace relay
