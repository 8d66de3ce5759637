// SPDX-License-Identifier: Apache-2.0

/// A library that loads the plugin as librdkafka does, and has none of its functions.

#include <librdkafka/rdkafka.h>

#include <cstddef>

extern "C" [[gnu::visibility("default")]] rd_kafka_resp_err_t call_init(
    rd_kafka_plugin_f_conf_init_t* init, char* reason, std::size_t reason_size) {
  const volatile auto error = init(nullptr, nullptr, reason, reason_size);  // no tail call
  return error;
}
