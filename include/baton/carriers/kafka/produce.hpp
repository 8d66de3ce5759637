// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafkacpp.h>

#include <cstdint>
#include <functional>
#include <optional>

#include "baton/carriers/kafka/cpp_headers.hpp"
#include "baton/carriers/kafka/headers.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::kafka {

/// Writes a context into headers that the application builds itself, and still owns.
///
///     rd_kafka_headers_t* headers = rd_kafka_headers_new(4);
///     baton::kafka::inject(*headers);
///
/// Writes all headers of the chain's formats anew, behind the others, which keep their order. Finds
/// them in one pass over the headers. If it throws (`std::bad_alloc`, and nothing else), it has
/// removed them again, since half a context would be worse: as far as there is memory for that. If
/// librdkafka refuses to remove an old one, it adds none.
void inject(rd_kafka_headers_t& headers, const Context& context = current(),
            const InjectOptions& options = {});

/// The same for a list of the C++ interface, within the limit of CppHeadersCarrier. Of baggage in
/// fields with a prefix, names beyond the limit remain.
void inject(RdKafka::Headers& headers, const Context& context = current(),
            const InjectOptions& options = {});

/// What happens to a message that has its own context: one that a propagator of the chain, reader
/// or writer, can read.
enum class Existing : std::uint8_t {
  keep,     ///< it remains, and no span is started: its sender injected it, or forwards it
  replace,  ///< that of the message's span or, without a tracer, the current one, if there is one,
            ///< replaces it
};

struct InstrumentOptions {
  Existing existing = Existing::keep;
  /// Reads and writes the headers; if there is none, the global chain at that time does.
  std::optional<PropagatorChain> chain = std::nullopt;
  /// Returns the context of each message, on the thread that produces it; empty: `current()`.
  std::function<Context()> context = nullptr;
  /// Starts a span for each message; null: forwards. If there is none, the global tracer at that
  /// time does. It must outlive the clients.
  std::optional<Tracer*> tracer = std::nullopt;
};

/// Makes every producer that is made of this configuration, or of a copy of it, send the current
/// context with each message: the one that is current on the thread that calls `produce`. The code
/// that calls it need not change.
///
///     baton::kafka::instrument(*conf);
///     rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, …);
///     …
///     const baton::Scope scope(context);
///     rd_kafka_producev(producer, RD_KAFKA_V_TOPIC("orders"), …);  // carries `context`
///
/// A tracer starts a span for each message (kind `producer`), a child of the current context, and
/// the message carries the span's context. The delivery report ends it, on a thread of librdkafka:
/// with partition and offset, or with an error, whose type is librdkafka's name of it. A message
/// that `produce` refuses before it is queued has no span, or one that ends with the error. The
/// span of a message that is lost with its client ends with `_DESTROY`.
///
/// Works by librdkafka's interceptors: headers are added once, before the message is queued, and
/// librdkafka sends the same ones on each retry. If no context is current and there is no tracer,
/// nothing is added. If a message has baggage alone, it is sent with the current context and the
/// members of both: if both have a key, the current value is sent. If the context cannot be written
/// (no memory, headers that librdkafka cannot read), the message is sent without it.
///
/// The destination for trust rules is the topic. If they deny something to it, that leaves neither
/// from the current context nor from the headers that the message has. If there is no memory to
/// write the rest, the message is sent without any headers of the chain's formats.
///
/// A message's own list of headers is changed in place and never replaced: if `produce` fails, the
/// application still owns it, with the context in it. One pass over the headers finds those of the
/// chain's formats, and no others are read again. Their removal costs what HeadersCarrier says.
///
/// The configuration shares ownership of the options with its copies and with the clients made of
/// them; the last that is destroyed frees them. The caller still owns the configuration
/// (docs/kafka.md says what librdkafka before 2.13 does to one that makes no client). If the
/// configuration is instrumented already, returns `RD_KAFKA_RESP_ERR__CONFLICT` and changes
/// nothing. Any number of threads may produce.
rd_kafka_resp_err_t instrument(rd_kafka_conf_t& conf, InstrumentOptions options = {});

/// The same for a configuration of the C++ interface, which must be a global one (`CONF_GLOBAL`):
/// returns `ERR__INVALID_ARG` for others.
inline RdKafka::ErrorCode instrument(RdKafka::Conf& conf, InstrumentOptions options = {}) {
  rd_kafka_conf_t* const global = conf.c_ptr_global();
  if (global == nullptr) return RdKafka::ERR__INVALID_ARG;
  return static_cast<RdKafka::ErrorCode>(instrument(*global, std::move(options)));
}

}  // namespace baton::kafka
