// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace baton {

/// Spans that no backend got, by the reason.
struct DroppedSpans {
  std::uint64_t queue_full = 0;   ///< `max_queue_size` spans were waiting
  std::uint64_t unreachable = 0;  ///< no backend took their batch within `export_timeout`
  std::uint64_t rejected = 0;     ///< the backend refused them, or their batch
  std::uint64_t shut_down = 0;    ///< ended after `shutdown`, or waited longer than it did
  std::uint64_t forked = 0;       ///< ended in a child of `fork`, but started in its parent
  std::uint64_t no_memory = 0;    ///< there was no memory for them

  [[nodiscard]] std::uint64_t total() const noexcept {
    return queue_full + unreachable + rejected + shut_down + forked + no_memory;
  }
  friend bool operator==(const DroppedSpans&, const DroppedSpans&) = default;
};

/// What became of the sampled spans of an ExportingTracer in this process.
///
/// `ended` is `exported` + `dropped.total()` + `waiting`, as long as no span ends and no batch is
/// sent during the call.
struct ExportCounts {
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
  std::uint64_t exported = 0;  ///< the backend confirmed them
  DroppedSpans dropped = {};
  std::uint64_t retries = 0;  ///< requests that were made again
  std::size_t waiting = 0;    ///< in the queue, or in the batch that is being sent

  friend bool operator==(const ExportCounts&, const ExportCounts&) = default;
};

/// The same in Prometheus's text format (version 0.0.4), as metrics that begin with `baton_`:
///
///     baton_spans_started_total 12
///     baton_spans_ended_total 12
///     baton_spans_exported_total 8
///     baton_spans_dropped_total{reason="queue_full"} 0
///     baton_export_retries_total 3
///     baton_spans_waiting 4
[[nodiscard]] std::string to_prometheus(const ExportCounts& counts);

}  // namespace baton
