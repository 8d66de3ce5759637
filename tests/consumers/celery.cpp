// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/carriers/celery.hpp>
#include <baton/carriers/celery/tasks/amqp.hpp>
#include <cstdlib>

int main() {
  const baton::Context context = baton::Context().child();
  const auto sent = baton::celery::make_message({.name = "shop.add", .args = {1, 2}}, context);
  const auto received = baton::celery::from_redis(baton::celery::to_redis(sent));
  amqp_pool_t pool;
  init_amqp_pool(&pool, 4096);
  const amqp_basic_properties_t properties = baton::celery::to_amqp(sent, pool);
  const bool has_headers = properties.headers.num_entries > 0;
  empty_amqp_pool(&pool);
  return has_headers && received &&
                 baton::celery::extract(received->headers).span_context().trace_id ==
                     context.span_context().trace_id
             ? EXIT_SUCCESS
             : EXIT_FAILURE;
}
