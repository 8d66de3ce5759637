// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "baton/carrier.hpp"
#include "baton/context.hpp"
#include "baton/format_traits.hpp"
#include "baton/parse_error.hpp"

namespace baton {

/// The most that a propagator found in a carrier, in rising order.
enum class Extracted : std::uint8_t {
  nothing,       ///< none of its fields were there
  malformed,     ///< its fields were there, but gave nothing
  baggage,       ///< baggage alone
  decision,      ///< a sampling decision without ids
  trace_id,      ///< a trace id without a span
  span_context,  ///< a valid span context
};

/// What an extraction met: every field that could not be used as it was, and which format won.
///
/// Filled by whoever extracts, read by whoever passed it. Never allocates; use a new one, or
/// `clear()`, for each request.
class ExtractReport {
 public:
  /// How many issues are kept; what comes after them is only counted.
  static constexpr std::size_t capacity = 16;

  struct Issue {
    std::string_view field;  ///< the name as the propagator knows it; lives as long as the program
    ParseError error;
    friend bool operator==(const Issue&, const Issue&) = default;
  };

  /// The first `capacity` issues, in the order in which they were met.
  [[nodiscard]] std::span<const Issue> issues() const noexcept {
    return std::span(issues_).first(std::min(issue_count_, capacity));
  }
  [[nodiscard]] std::size_t issue_count() const noexcept { return issue_count_; }

  /// The propagator whose span context (or trace id alone, or lone decision) was taken; empty if
  /// none was.
  [[nodiscard]] std::string_view format() const noexcept { return format_; }

  /// A propagator whose span context had another trace id than the one taken; empty if all agreed.
  [[nodiscard]] std::string_view disagreeing_format() const noexcept { return disagreeing_format_; }

  void add(std::string_view field, ParseError error) noexcept {
    if (issue_count_ < capacity) issues_[issue_count_] = {field, error};
    ++issue_count_;
  }
  void set_format(std::string_view name) noexcept { format_ = name; }
  void set_disagreeing_format(std::string_view name) noexcept { disagreeing_format_ = name; }
  void clear() noexcept { *this = ExtractReport(); }

 private:
  std::array<Issue, capacity> issues_{};
  std::size_t issue_count_ = 0;
  std::string_view format_;
  std::string_view disagreeing_format_;
};

/// One wire format: reads a context from a carrier's fields and writes it into them.
///
/// A propagator is immutable, so that any number of threads may use it. It never logs, and throws
/// only what the carrier throws.
class Propagator {
 public:
  virtual ~Propagator() = default;

  /// What is constant about its format.
  [[nodiscard]] const FormatTraits& traits() const noexcept { return *traits_; }

  /// `state` with its member (`FormatTraits::state_key`) such that it agrees with the decision and
  /// has what only `found` has: the tracestate that the format's own fields of the same request
  /// gave. Nothing if the member need not change. A chain asks when it has read several formats,
  /// and again before it writes.
  [[nodiscard]] virtual std::optional<TraceState> reconcile(
      [[maybe_unused]] const TraceState& state, [[maybe_unused]] Sampling sampling,
      [[maybe_unused]] const TraceState& found) const noexcept {
    return std::nullopt;
  }

  /// Puts what it finds into `context`. What it cannot read leaves the context as it was and, if
  /// there is a report, is named there. What says less takes nothing away from a context that says
  /// more: a trace id alone is taken only if the context has no valid span context, and a decision
  /// alone only if it has no trace id.
  virtual Extracted extract(CarrierReader carrier, Context& context,
                            ExtractReport* report = nullptr) const = 0;

  /// Makes the format's `fields` in the carrier say what `context` says: sets those that have
  /// something to say and erases the others, so that no stale field is sent with a request that is
  /// forwarded.
  virtual void inject(const Context& context, CarrierWriter carrier) const = 0;

 protected:
  /// The traits must outlive the propagator, and its name all counts: both are best constants.
  explicit Propagator(const FormatTraits& traits) noexcept : traits_(&traits) {}
  Propagator(const Propagator&) = default;
  Propagator& operator=(const Propagator&) = default;

 private:
  const FormatTraits* traits_;
};

}  // namespace baton
