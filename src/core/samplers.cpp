// SPDX-License-Identifier: Apache-2.0
#include "baton/samplers.hpp"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/ot_member.hpp"
#include "core/rate_limiter.hpp"
#include "core/threshold.hpp"

namespace baton {
namespace {

using detail::OtMember;
using detail::read_ot_member;
using detail::with_threshold;

const TraceState& state_of(const SpanStart& start) noexcept {
  return start.parent.span_context().trace_state;
}

OtMember member_of(const SpanStart& start) noexcept {
  const TraceState& state = state_of(start);
  return state.empty() ? OtMember() : read_ot_member(state);
}

bool is_sampled_by(std::uint64_t threshold, const OtMember& member, TraceId trace_id) noexcept {
  return member.randomness.value_or(detail::randomness_of(trace_id)) >= threshold;
}

class Always final : public Sampler {
 public:
  explicit Always(Sampling sampling) noexcept : sampling_(sampling) {}

  [[nodiscard]] SamplingResult sample(const SpanStart& start,
                                      TraceId /*trace_id*/) const noexcept override {
    return {sampling_, state_of(start)};
  }

 private:
  Sampling sampling_;
};

class ByThreshold final : public Sampler {
 public:
  explicit ByThreshold(std::uint64_t threshold)
      : threshold_(threshold), alone_(with_threshold({}, threshold)) {}

  [[nodiscard]] SamplingResult sample(const SpanStart& start,
                                      TraceId trace_id) const noexcept override {
    const TraceState& state = state_of(start);
    const OtMember member = member_of(start);
    if (!is_sampled_by(threshold_, member, trace_id)) return {Sampling::drop, state};
    if (state.empty()) return {Sampling::sample, alone_, threshold_, !alone_.empty()};
    return {Sampling::sample, state, threshold_, member.threshold == threshold_};
  }

 private:
  std::uint64_t threshold_;
  TraceState alone_;  // shared by all spans without another member
};

class ParentBased final : public Sampler {
 public:
  ParentBased(std::shared_ptr<const Sampler> root, ParentOverrides overrides) noexcept
      : root_(std::move(root)), overrides_(std::move(overrides)) {}

  [[nodiscard]] SamplingResult sample(const SpanStart& start,
                                      TraceId trace_id) const noexcept override {
    const Sampling sampling = start.parent.sampling();
    if (sampling == Sampling::defer) return root_->sample(start, trace_id);
    const SpanContext& parent = start.parent.span_context();
    const bool is_remote = parent.is_remote || !parent.is_valid();
    const auto& sampled = is_remote ? overrides_.remote_sampled : overrides_.local_sampled;
    const auto& not_sampled =
        is_remote ? overrides_.remote_not_sampled : overrides_.local_not_sampled;
    const Sampler* const sampler = (is_sampled(sampling) ? sampled : not_sampled).get();
    const auto threshold = is_sampled(sampling) ? parents(start, trace_id) : std::nullopt;
    if (sampler == nullptr) {
      return {is_sampled(sampling) ? Sampling::sample : Sampling::drop, state_of(start), threshold,
              threshold.has_value()};
    }
    SamplingResult result = sampler->sample(start, trace_id);
    // Both had to sample it.
    const auto higher =
        threshold && result.threshold ? std::max(threshold, result.threshold) : std::nullopt;
    result.is_written = result.is_written && higher == result.threshold;
    result.threshold = higher;
    return result;
  }

 private:
  /// The threshold of a parent that is sampled, if its randomness agrees.
  static std::optional<std::uint64_t> parents(const SpanStart& start, TraceId trace_id) noexcept {
    const OtMember member = member_of(start);
    const bool agrees = member.threshold && is_sampled_by(*member.threshold, member, trace_id);
    return agrees ? member.threshold : std::nullopt;
  }

  std::shared_ptr<const Sampler> root_;
  ParentOverrides overrides_;
};

/// Nanoseconds of a clock that is monotonic. The time of the last tick is precise enough, and takes
/// a fifth of the time.
std::int64_t now() noexcept {
#ifdef CLOCK_MONOTONIC_COARSE
  ::timespec time{};
  static_cast<void>(::clock_gettime(CLOCK_MONOTONIC_COARSE, &time));
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
#else
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
#endif
}

class RateLimited final : public Sampler {
 public:
  explicit RateLimited(double per_second) noexcept : limiter_(per_second) {}

  [[nodiscard]] SamplingResult sample(const SpanStart& start,
                                      TraceId /*trace_id*/) const noexcept override {
    return {limiter_.take(now()) ? Sampling::sample : Sampling::drop, state_of(start)};
  }

 private:
  mutable detail::RateLimiter limiter_;
};

}  // namespace

std::shared_ptr<const Sampler> always_on() { return std::make_shared<Always>(Sampling::sample); }

std::shared_ptr<const Sampler> always_off() { return std::make_shared<Always>(Sampling::drop); }

std::shared_ptr<const Sampler> trace_id_ratio(double ratio) {
  if (!(ratio < 1)) return std::make_shared<ByThreshold>(0);  // NaN, too
  if (ratio <= 0) return always_off();
  const auto threshold = detail::threshold_of(ratio);
  if (!threshold) return always_off();
  return std::make_shared<ByThreshold>(*threshold);
}

std::shared_ptr<const Sampler> parent_based(std::shared_ptr<const Sampler> root,
                                            ParentOverrides overrides) {
  return std::make_shared<ParentBased>(std::move(root), std::move(overrides));
}

std::shared_ptr<const Sampler> rate_limited(double spans_per_second) {
  if (!(spans_per_second > 0)) return always_off();  // NaN, too
  return std::make_shared<RateLimited>(spans_per_second);
}

}  // namespace baton
