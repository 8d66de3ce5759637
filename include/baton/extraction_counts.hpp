// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baton {

/// What one format gave to the extractions of this process since it started.
struct FormatCounts {
  std::string_view format;      ///< the propagator's name
  std::uint64_t found = 0;      ///< its fields were there and said something, or were bad
  std::uint64_t won = 0;        ///< its span context, trace id alone or lone decision was taken
  std::uint64_t malformed = 0;  ///< its fields were there, but gave nothing
  std::uint64_t disagreed = 0;  ///< another format won over its span context with another trace id

  friend bool operator==(const FormatCounts&, const FormatCounts&) = default;
};

/// A snapshot of all counts.
struct ExtractionCounts {
  std::uint64_t extractions = 0;      ///< requests that were looked at
  std::vector<FormatCounts> formats;  ///< those that some chain of this process reads

  /// The counts of one format; zeros where no chain reads it.
  [[nodiscard]] FormatCounts of(std::string_view format) const noexcept;
};

/// What the chains of this process have counted so far: whether anybody still sends an old format.
///
///     baton::extraction_counts().of("b3").won   // requests that only B3 could place
///
/// Counting is always on: it takes a nanosecond or so, since each thread counts for itself. Each
/// number only grows, and includes all that happened before the call; numbers of requests under way
/// may be there in part. Formats are told apart by name, up to `max_counted_formats`; what is
/// beyond is counted as "other". After `fork` the child goes on from its parent's numbers.
[[nodiscard]] ExtractionCounts extraction_counts();

/// How many names of formats are counted apart.
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
