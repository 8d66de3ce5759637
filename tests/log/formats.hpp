// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iostream>
#include <string>
#include <string_view>

#include "baton/log.hpp"
#include "baton/span_context.hpp"
#include "baton/traceparent.hpp"

namespace baton::test {

/// What the formatters of std::format and fmt must print. Reports each difference, and returns
/// their number. `format` takes a format string and a value.
template <class Format>
int check_formats(Format format) {
  int differences = 0;
  const auto expect = [&](const std::string& printed, std::string_view expected) {
    if (printed == expected) return;
    ++differences;
    std::cerr << "printed '" << printed << "', expected '" << expected << "'\n";
  };

  const std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";
  const SpanContext span{TraceId(0x0AF7651916CD43DDU, 0x8448EB211C80319CU),
                         SpanId(0xB7AD6B7169203331U),
                         TraceFlags(3),
                         false,
                         {}};
  const LogFields fields{span.trace_id, span.span_id, span.flags};
  expect(format("{}", span.trace_id), "0af7651916cd43dd8448eb211c80319c");
  expect(format("{}", span.span_id), "b7ad6b7169203331");
  expect(format("{}", span.flags), "03");
  expect(format("{}", TraceFlags()), "00");
  expect(format("{}", span), parent);
  expect(format("{}", SpanContext()), "-");
  expect(format("{}", Traceparent{span.trace_id, span.span_id, span.flags}), parent);
  expect(format("paid{}", fields),
         "paid trace_id=0af7651916cd43dd8448eb211c80319c span_id=b7ad6b7169203331 trace_flags=03");
  expect(format("paid{}", LogFields()), "paid");

  expect(format("{:>20}", span.span_id), "    b7ad6b7169203331");
  expect(format("{:*^8}", span.flags), "***03***");
  expect(format("{:.8}", span.trace_id), "0af76519");
  return differences;
}

}  // namespace baton::test
