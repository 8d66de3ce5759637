// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/sampler.hpp"
#include "baton/tracer.hpp"

namespace baton::detail {

/// The context of a span that has its ids, with the sampler's decision; `debug` remains.
Context decide(Context context, const SpanStart& start, const Sampler& sampler) noexcept;

}  // namespace baton::detail
