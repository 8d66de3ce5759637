// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "baton/context.hpp"
#include "baton/testing/draw.hpp"
#include "baton/testing/fields.hpp"

namespace baton::testing {

/// Ids that are not zero.
[[nodiscard]] TraceId draw_trace_id(Draw& draw);
[[nodiscard]] SpanId draw_span_id(Draw& draw);
/// Up to `most` members, mostly short ones.
[[nodiscard]] TraceState draw_trace_state(Draw& draw, std::size_t most = 4);
/// Up to `most` members, with properties, and with values of any bytes.
[[nodiscard]] Baggage draw_baggage(Draw& draw, std::size_t most = 4);
/// Valid, from another process.
[[nodiscard]] SpanContext draw_span_context(Draw& draw);
/// With all that a caller may send, or with only some of it: a context without a span, too.
[[nodiscard]] Context draw_context(Draw& draw);

/// Fields of one format, and what they say.
struct ValidFields {
  std::string format;
  FieldList fields;
  /// What a receiver reads from them.
  Context context;
};

/// How a receiver that follows the specification reads fields of a format.
struct Verdict {
  /// Something is read, and nothing in the fields is wrong.
  bool valid = false;
  /// What is read. It may be something even if not all is valid: a format may demand that the good
  /// part counts.
  Context context;
};

/// Reads the fields by the propagator of that name in the registry, and nothing else: `xray-lambda`
/// reads no variable of the environment. Names of fields match in any case. An unknown format reads
/// nothing.
[[nodiscard]] Verdict judge(std::string_view format, const FieldList& fields);

/// What the format sends for a context. Empty for an unknown format, and if the format can say
/// nothing of the context.
[[nodiscard]] FieldList fields_for(std::string_view format, const Context& context);

/// The same request as another sender may write it: names in other cases, blanks around values, a
/// list in several fields. What is read is the same.
[[nodiscard]] FieldList respelled(FieldList fields, Draw& draw);

/// A context of which the format says something.
[[nodiscard]] Context draw_context_for(std::string_view format, Draw& draw);

/// Valid fields of a registered format, one or more; none for an unknown one.
[[nodiscard]] ValidFields draw_valid_fields(std::string_view format, Draw& draw);

}  // namespace baton::testing
