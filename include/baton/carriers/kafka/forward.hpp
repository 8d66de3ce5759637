// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafkacpp.h>

#include <optional>

#include "baton/carriers/kafka/headers.hpp"
#include "baton/options.hpp"

namespace baton::kafka {

/// The headers of a message, for sending it on with `context`. Those of the chain's formats are
/// written anew; all others keep their order, repetitions, null values and bytes. The caller owns
/// the list; the message keeps its own. Null if librdkafka cannot read the headers, or if memory
/// runs out.
[[nodiscard]] HeadersPointer forward_headers(const rd_kafka_message_t& message,
                                             const Context& context,
                                             const InjectOptions& options = {});

/// Forwards a message to another topic. Keeps key, value (null remains null), the producer's
/// timestamp and the headers; the producer chooses the partition.
///
///     baton::kafka::process(*message, [&](const rd_kafka_message_t& order) {
///       baton::kafka::forward(producer, "orders.checked", order);
///     });
///
/// The message carries the current context or, if no trace is current, its own, unchanged. A tracer
/// starts a span for it (kind `producer`), a child of that context, which the message carries. An
/// instrumented producer adds nothing to that, and only removes what its own rules deny; the
/// delivery report then ends the span, so the tracer must outlive the producer. With another
/// producer, the span ends when `forward` returns.
///
/// The destination for trust rules is the topic, unless the options name another one.
///
/// The message is copied, and the caller still owns it, sent or not. Errors are those of
/// `rd_kafka_producev`, and `RD_KAFKA_RESP_ERR__BAD_MSG` if the headers cannot be read: then
/// nothing was sent. If it throws `std::bad_alloc`, nothing was sent either.
rd_kafka_resp_err_t forward(rd_kafka_t& producer, const char* topic,
                            const rd_kafka_message_t& message, const SendOptions& options = {});

/// The same for the C++ interface.
RdKafka::ErrorCode forward(RdKafka::Producer& producer, const char* topic,
                           RdKafka::Message& message, const SendOptions& options = {});

}  // namespace baton::kafka
