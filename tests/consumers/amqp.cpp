// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/carriers/amqp.hpp>
#include <cstdlib>

int main() {
  baton::amqp::Pool pool;
  amqp_basic_properties_t properties{};
  const baton::Context context = baton::Context().child();
  baton::amqp::inject(properties, pool, context);
  return baton::amqp::extract(properties).span_context().trace_id == context.span_context().trace_id
             ? EXIT_SUCCESS
             : EXIT_FAILURE;
}
