// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/carriers/sqs.hpp>
#include <cstdlib>
#include <string>

int main() {
  std::string message = R"({"MessageBody": "x"})";
  const baton::Context context = baton::Context().child();
  const bool is_sent = baton::sqs::inject(message, context).has_value();
  const auto received = baton::sqs::extract_message(message);
  return is_sent && received && received->span_context().trace_id == context.span_context().trace_id
             ? EXIT_SUCCESS
             : EXIT_FAILURE;
}
