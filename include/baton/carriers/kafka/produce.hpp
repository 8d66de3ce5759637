#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafkacpp.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "baton/carriers/kafka/cpp_headers.hpp"
#include "baton/carriers/kafka/headers.hpp"
#include "baton/global.hpp"
#include "baton/scope.hpp"

namespace baton::kafka {

/// Writes a context into headers that the application builds itself, which stay its own.
///
///     rd_kafka_headers_t* headers = rd_kafka_headers_new(4);
///     baton::kafka::inject(*headers);
///
/// All headers of the chain's formats are written anew, behind the others, which keep their order;
/// one pass over the headers finds them.
void inject(rd_kafka_headers_t& headers, const Context& context = current(),
            const PropagatorChain& chain = global_chain());

/// The same for a list of the C++ interface, within the limit of CppHeadersCarrier.
void inject(RdKafka::Headers& headers, const Context& context = current(),
            const PropagatorChain& chain = global_chain());

/// What becomes of a message that brings a context of its own: one that a propagator of the chain,
/// reader or writer, can read.
enum class Existing : std::uint8_t {
  keep,     ///< it stays: the message is forwarded, or somebody injected by hand
  replace,  ///< the current context takes its place, where there is one
};

struct InstrumentOptions {
  Existing existing = Existing::keep;
  /// What reads and writes the headers; where there is none, the global chain of the moment.
  std::optional<PropagatorChain> chain = std::nullopt;
  /// Gives the context of each message, on the thread that produces it; empty: `current()`.
  std::function<Context()> context = nullptr;
};

/// Makes every producer that is made of this configuration, or of a copy of it, send the current
/// context with each message: the one that is current on the thread that calls `produce`, which
/// need not know of it.
///
///     baton::kafka::instrument(*conf);
///     rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, …);
///     …
///     const baton::Scope scope(context);
///     rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("orders"), …);  // carries `context`
///
/// Works by librdkafka's interceptors: headers are added once, before the message is queued, and
/// stay with it however often librdkafka sends it. Where no context is current, nothing is added. A
/// message that brings baggage alone keeps it, key by key, beside the current one's. What goes
/// wrong (no memory, headers that librdkafka cannot read) costs the context, never the message.
///
/// A list of headers that comes with a message is changed in place and never replaced: if `produce`
/// fails, it is the application's as before, with the context in it. One pass over the headers
/// finds those of the chain's formats, and they alone are looked at again. If they go, the costs
/// are those of HeadersCarrier.
///
/// The configuration keeps a share of the options, as do its copies and the clients made of them,
/// and frees it when it is destroyed. It stays the caller's (docs/kafka.md says what librdkafka
/// before 2.13 does to one that makes no client). Gives `RD_KAFKA_RESP_ERR__CONFLICT`,
/// and changes nothing, where that was done already. Any number of threads may produce.
rd_kafka_resp_err_t instrument(rd_kafka_conf_t& conf, InstrumentOptions options = {});

/// The same for a configuration of the C++ interface, which must be a global one (`CONF_GLOBAL`):
/// others give `ERR__INVALID_ARG`.
inline RdKafka::ErrorCode instrument(RdKafka::Conf& conf, InstrumentOptions options = {}) {
  rd_kafka_conf_t* const global = conf.c_ptr_global();
  if (global == nullptr) return RdKafka::ERR__INVALID_ARG;
  return static_cast<RdKafka::ErrorCode>(instrument(*global, std::move(options)));
}

}  // namespace baton::kafka
