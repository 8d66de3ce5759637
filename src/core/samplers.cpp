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

SamplingResult without_threshold(Sampling sampling, const TraceState& state) noexcept {
  if (state.empty()) return {sampling, {}};
  return {sampling, with_threshold(state, std::nullopt)};
}

bool is_sampled_by(std::uint64_t threshold, const OtMember& member, TraceId trace_id) noexcept {
  return member.randomness.value_or(detail::randomness_of(trace_id)) >= threshold;
}

class Always final : public Sampler {
 public:
  explicit Always(Sampling sampling) noexcept : sampling_(sampling) {}

  [[nodiscard]] SamplingResult sample(const SpanStart& start,
                                      TraceId /*trace_id*/) const noexcept override {
    return without_threshold(sampling_, state_of(start));
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
    if (state.empty()) {
      if (!is_sampled_by(threshold_, {}, trace_id)) return {Sampling::drop, {}};
      return {Sampling::sample, alone_};
    }
    const OtMember member = read_ot_member(state);
    if (!is_sampled_by(threshold_, member, trace_id)) {
      return without_threshold(Sampling::drop, state);
    }
    if (member.threshold == threshold_) return {Sampling::sample, state};
    return {Sampling::sample, with_threshold(state, threshold_)};
  }

 private:
  std::uint64_t threshold_;
  TraceState alone_;
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
    return is_sampled(sampling) ? if_sampled(sampled.get(), start, trace_id)
                                : if_not_sampled(not_sampled.get(), start, trace_id);
  }

 private:
  static SamplingResult if_not_sampled(const Sampler* sampler, const SpanStart& start,
                                       TraceId trace_id) noexcept {
    if (sampler == nullptr) return without_threshold(Sampling::drop, state_of(start));
    const SamplingResult result = sampler->sample(start, trace_id);
    return without_threshold(result.sampling, result.trace_state);
  }

  static SamplingResult if_sampled(const Sampler* sampler, const SpanStart& start,
                                   TraceId trace_id) noexcept {
    const TraceState& state = state_of(start);
    if (sampler == nullptr && state.empty()) return {Sampling::sample, {}};
    const OtMember member = read_ot_member(state);
    const bool is_known =
        member.threshold.has_value() && is_sampled_by(*member.threshold, member, trace_id);
    if (sampler == nullptr) {
      if (is_known) return {Sampling::sample, state};
      return without_threshold(Sampling::sample, state);
    }
    SamplingResult result = sampler->sample(start, trace_id);
    auto threshold = read_ot_member(result.trace_state).threshold;
    // Both had to sample it.
    if (threshold) threshold = is_known ? std::max(threshold, member.threshold) : std::nullopt;
    result.trace_state = with_threshold(result.trace_state, threshold);
    return result;
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
    return without_threshold(limiter_.take(now()) ? Sampling::sample : Sampling::drop,
                             state_of(start));
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
