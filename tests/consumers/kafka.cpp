// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/carriers/kafka.hpp>
#include <cstdlib>
#include <memory>

int main() {
  const std::unique_ptr<RdKafka::Headers> headers(RdKafka::Headers::create());
  const baton::Context context = baton::Context().child();
  baton::kafka::inject(*headers, context);
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  const bool is_instrumented = baton::kafka::instrument(*conf) == RD_KAFKA_RESP_ERR_NO_ERROR;
  rd_kafka_conf_destroy(conf);
  return is_instrumented && baton::kafka::extract(*headers).span_context().trace_id ==
                                context.span_context().trace_id
             ? EXIT_SUCCESS
             : EXIT_FAILURE;
}
