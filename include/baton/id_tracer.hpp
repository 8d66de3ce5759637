// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "baton/sampler.hpp"
#include "baton/tracer.hpp"

namespace baton {

/// A tracer that makes ids and decisions, and records nothing: for services that record their spans
/// by their own means.
///
///     baton::set_global_tracer(std::make_shared<baton::IdTracer>());
class IdTracer final : public Tracer {
 public:
  /// Has the sampler of `make_sampler_from_environment`, whatever its error.
  IdTracer();
  /// The sampler must not be null.
  explicit IdTracer(std::shared_ptr<const Sampler> sampler) noexcept
      : sampler_(std::move(sampler)) {}

  [[nodiscard]] Started start(const SpanStart& start) noexcept override {
    return {context_of(start, *sampler_)};
  }
  void end(const Started& /*started*/, const SpanEnd& /*end*/) noexcept override {}

  /// The context of a new span, for other tracers: the child of its parent, with the sampler's
  /// decision and its threshold in tracestate; `debug` remains.
  [[nodiscard]] static Context context_of(const SpanStart& start, const Sampler& sampler) noexcept;

 private:
  std::shared_ptr<const Sampler> sampler_;
};

}  // namespace baton
