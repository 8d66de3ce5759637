// SPDX-License-Identifier: Apache-2.0
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "baton/baton.hpp"
#include "baton/carriers/environment.hpp"
#include "baton/carriers/kafka/produce.hpp"
#include "carriers/kafka/plugin/client.hpp"

namespace baton::kafka::plugin {
namespace {

/// The context that every message carries, from TRACEPARENT, TRACESTATE and BAGGAGE.
Context context_of_environment() {
  Context context;
  const environment::ListCarrier carrier;
  TraceContextPropagator().extract(carrier, context);
  BaggagePropagator().extract(carrier, context);
  return context;
}

/// Warns once per process: applications make many configurations in the same environment.
void warn_once(const std::string& text) {
  static std::atomic<bool> has_warned = false;
  if (text.empty() || has_warned.exchange(true)) return;
  static_cast<void>(std::fprintf(stderr, "libbaton_rdkafka: %s\n", text.c_str()));
}

rd_kafka_resp_err_t refuse(std::string_view reason, char* text, std::size_t size) noexcept {
  if (size != 0) {
    const std::size_t length = std::min(reason.size(), size - 1);
    std::copy_n(reason.data(), length, text);
    text[length] = '\0';
  }
  return RD_KAFKA_RESP_ERR__FAIL;
}

rd_kafka_resp_err_t instrument_conf(rd_kafka_conf_t& conf) {
  ConfiguredChain configured = make_chain_from_environment();
  warn_once(configured.error);
  InstrumentOptions options;
  options.chain = std::move(configured.chain);
  options.context = [context = context_of_environment()] { return context; };
  options.tracer = nullptr;
  return instrument(conf, std::move(options));
}

}  // namespace
}  // namespace baton::kafka::plugin

/// librdkafka calls this for each configuration that names the plugin, copies included.
extern "C" [[gnu::visibility("default")]] rd_kafka_resp_err_t conf_init(
    rd_kafka_conf_t* conf, void** /*opaque*/, char* reason, std::size_t reason_size) noexcept {
  using namespace baton::kafka;
  try {
    const std::string problem = plugin::bind_client(__builtin_return_address(0));
    if (!problem.empty()) return plugin::refuse(problem, reason, reason_size);
    const rd_kafka_resp_err_t error = plugin::instrument_conf(*conf);
    // A copy of an instrumented configuration is instrumented already.
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__CONFLICT) {
      return RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    return plugin::refuse("librdkafka takes no interceptor", reason, reason_size);
  } catch (const std::exception& problem) {
    return plugin::refuse(problem.what(), reason, reason_size);
  }
}
