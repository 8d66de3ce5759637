// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/sqs.hpp"
#include "baton/detail/messaging_facts.hpp"

namespace baton::sqs {

detail::SpanFacts internal::span_facts(SpanKind kind, std::string_view operation) {
  return detail::messaging_facts(kind, "aws_sqs", operation, {});
}

Sending::Sending(std::string& request, const SendOptions& options)
    : left_out_(inject_each(
          request,
          [&](std::size_t) -> const Context& {
            return spans_
                .emplace_back(detail::start_sending(
                    options, [] { return internal::span_facts(SpanKind::producer, "send"); }))
                .context();
          },
          options.injection())) {
  if (left_out_) return;
  for (Span& span : spans_) span.end({.is_error = true, .error_type = "invalid request"});
}

}  // namespace baton::sqs
