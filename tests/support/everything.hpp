// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/configuration.hpp"

namespace baton::test {

/// Reads and writes all formats.
inline const PropagatorChain& everything() {
  static const PropagatorChain chain =
      make_chain("tracecontext,baggage,b3,b3multi,jaeger,xray,ottrace,datadog,gcp,opencensus")
          .chain;
  return chain;
}

}  // namespace baton::test
