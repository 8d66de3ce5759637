// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/global.hpp"
#include "baton/propagator.hpp"

namespace baton {

/// What every function that extracts may be told. It is read during the call alone.
///
///     baton::ExtractReport report;
///     const baton::Context context = baton::http::extract(headers, {.report = &report});
struct ExtractOptions {
  const PropagatorChain& chain = global_chain();
  ExtractReport* report = nullptr;  ///< gets every field that could not be used, unless null
};

/// What every function that injects may be told. It is read during the call alone.
///
///     baton::http::inject(headers, baton::current(), {.chain = chain});
struct InjectOptions {
  const PropagatorChain& chain = global_chain();
};

}  // namespace baton
