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
///
/// Without a sampler, a span has its parent's decision, and is sampled if the parent has none.
class IdTracer final : public Tracer {
 public:
  IdTracer() = default;
  explicit IdTracer(std::shared_ptr<const Sampler> sampler) : sampler_(std::move(sampler)) {}

  [[nodiscard]] Started start(const SpanStart& start) noexcept override {
    return {context_of(start, sampler_.get())};
  }
  void end(const Started& /*started*/, const SpanEnd& /*end*/) noexcept override {}

  /// The context of a new span, for other tracers: the child of its parent, with the decision of a
  /// sampler, if there is one.
  [[nodiscard]] static Context context_of(const SpanStart& start, const Sampler* sampler) noexcept;

 private:
  std::shared_ptr<const Sampler> sampler_;
};

}  // namespace baton
