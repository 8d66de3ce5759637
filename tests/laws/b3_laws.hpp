// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/translators/b3.hpp"
#include "laws/format_laws.hpp"
#include "laws/require.hpp"
#include "oracle/fields.hpp"

namespace laws {

inline baton::B3Propagator b3_propagator(baton::B3Propagator::Encoding encoding,
                                         bool short_trace_ids = false) {
  return baton::B3Propagator({encoding, short_trace_ids});
}

/// What B3 guarantees beyond the laws of all formats, for all its options.
inline void check_b3_round_trip(const baton::Context& context,
                                const baton::B3Propagator& propagator) {
  oracle::Fields sent;
  propagator.inject(context, sent);
  require(!sent.first("x-b3-parentspanid"), "the parent span id is never sent");
  require(!(sent.first("x-b3-flags") && sent.first("x-b3-sampled")), "debug is said once");
  check_format_round_trip(propagator, context);
}

/// All that must hold for any fields as B3, read and sent by either encoding.
inline void check_b3(const oracle::Fields& fields) {
  using Encoding = baton::B3Propagator::Encoding;
  check_format("b3", fields);
  check_format("b3multi", fields);
  baton::Context context;
  b3_propagator(Encoding::single).extract(fields, context);
  for (const Encoding encoding : {Encoding::single, Encoding::multi}) {
    check_b3_round_trip(context, b3_propagator(encoding));
    check_b3_round_trip(context, b3_propagator(encoding, true));
  }
}

}  // namespace laws
