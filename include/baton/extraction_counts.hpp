// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baton {

/// The results of one format in all extractions of this process.
struct FormatCounts {
  std::string_view format;      ///< the propagator's name
  std::uint64_t found = 0;      ///< its fields were present, with a context or malformed
  std::uint64_t won = 0;        ///< its span context, trace id alone or lone decision was used
  std::uint64_t malformed = 0;  ///< its fields were present, but nothing could be read
  std::uint64_t disagreed = 0;  ///< another format won over its span context with another trace id

  friend bool operator==(const FormatCounts&, const FormatCounts&) = default;
};

/// A snapshot of all counts.
struct ExtractionCounts {
  std::uint64_t extractions = 0;      ///< calls of `extract`
  std::vector<FormatCounts> formats;  ///< those that a chain of this process reads

  /// The counts of one format; zeros if no chain reads it.
  [[nodiscard]] FormatCounts of(std::string_view format) const noexcept;
};

/// The counts of all chains of this process. They show whether callers still send an old format.
///
///     baton::extraction_counts().of("b3").won   // requests with a context from B3
///
/// Counting is always on: it takes about a nanosecond, since each thread counts for itself. Each
/// number only grows, and includes all that happened before the call. A request in progress may be
/// included in part. Formats are counted by name, up to `max_counted_formats`; all others, and
/// those without a name, are counted as "other". After `fork` the child continues from its parent's
/// numbers.
[[nodiscard]] ExtractionCounts extraction_counts();

/// How many names of formats are counted separately.
inline constexpr std::size_t max_counted_formats = 32;

/// The same in Prometheus's text format (version 0.0.4), as counters that begin with `baton_`:
///
///     baton_extractions_total 12
///     baton_format_found_total{format="b3"} 3
///     baton_format_won_total{format="b3"} 1
///     baton_format_malformed_total{format="b3"} 0
///     baton_format_disagreed_total{format="b3"} 2
[[nodiscard]] std::string to_prometheus(const ExtractionCounts& counts);

}  // namespace baton
