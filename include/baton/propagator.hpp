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
  nothing,       ///< none of its fields is present
  malformed,     ///< its fields are present, but nothing could be read
  baggage,       ///< baggage alone
  decision,      ///< a sampling decision without ids
  trace_id,      ///< a trace id without a span
  span_context,  ///< a valid span context
};

/// The report of an extraction: every field that could not be used as it was, and the format that
/// won.
///
/// The caller passes it to a function that extracts, which fills it. Never allocates. Use a new
/// one, or `clear()`, for each request.
class ExtractReport {
 public:
  /// How many issues are kept; further ones are only counted.
  static constexpr std::size_t capacity = 16;

  struct Issue {
    std::string_view field;  ///< the propagator's name for it; valid as long as the program runs
    ParseError error;
    friend bool operator==(const Issue&, const Issue&) = default;
  };

  /// The first `capacity` issues, in the order of their detection.
  [[nodiscard]] std::span<const Issue> issues() const noexcept {
    return std::span(issues_).first(std::min(issue_count_, capacity));
  }
  [[nodiscard]] std::size_t issue_count() const noexcept { return issue_count_; }

  /// The propagator whose span context (or trace id alone, or lone decision) was used; empty if
  /// there is none.
  [[nodiscard]] std::string_view format() const noexcept { return format_; }

  /// A propagator whose span context had another trace id than the used one; empty if all agreed.
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
/// If a format says that the first of repeated fields counts, a carrier with `last_field_counts`
/// gives it the last one instead.
///
/// A propagator is immutable: any number of threads may use it. It never logs, and throws only what
/// the carrier throws; `inject` also `std::bad_alloc`, for baggage in fields with a prefix and for
/// a tracestate over its limit of bytes.
class Propagator {
 public:
  virtual ~Propagator() = default;

  /// The constant properties of its format.
  [[nodiscard]] const FormatTraits& traits() const noexcept { return *traits_; }

  /// A copy of `state` whose member (`FormatTraits::state_key`) agrees with the decision and
  /// includes what only `found` has, the tracestate from the format's own fields of the same
  /// request. Nothing if the member need not change. A chain calls this after it has read several
  /// formats, and again before it writes.
  [[nodiscard]] virtual std::optional<TraceState> reconcile(
      [[maybe_unused]] const TraceState& state, [[maybe_unused]] Sampling sampling,
      [[maybe_unused]] const TraceState& found) const noexcept {
    return std::nullopt;
  }

  /// Puts what it finds into `context`. A field that it cannot read does not change the context
  /// and, if there is a report, is added to it. Less never replaces more: a trace id alone is used
  /// only if the context has no valid span context, and a decision alone only if it has no trace
  /// id.
  virtual Extracted extract(CarrierReader carrier, Context& context,
                            ExtractReport* report = nullptr) const = 0;

  /// Writes `context` into the format's `fields` of the carrier: sets those that have a value and
  /// erases the others, so that no stale field is forwarded.
  virtual void inject(const Context& context, CarrierWriter carrier) const = 0;

 protected:
  /// The traits must outlive the propagator, and the name must outlive all counts: make both
  /// constants.
  explicit Propagator(const FormatTraits& traits) noexcept : traits_(&traits) {}
  Propagator(const Propagator&) = default;
  Propagator& operator=(const Propagator&) = default;

 private:
  const FormatTraits* traits_;
};

}  // namespace baton
