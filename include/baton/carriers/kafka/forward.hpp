// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafkacpp.h>

#include <optional>

#include "baton/carriers/kafka/headers.hpp"
#include "baton/options.hpp"

namespace baton::kafka {

/// The headers of a message, to be sent on with `context`: all headers in their order, repeated
/// ones, null values and bytes as they are, but for those of the chain's formats, which are written
/// anew. The list is the caller's, the message keeps its own. Null where librdkafka cannot read the
/// headers, or without memory.
[[nodiscard]] HeadersPointer forward_headers(const rd_kafka_message_t& message,
                                             const Context& context,
                                             const InjectOptions& options = {});

/// Sends a message on to another topic. Key, value (null stays null), the producer's timestamp and
/// the headers are kept; the partition is chosen by the producer.
///
///     baton::kafka::process(*message, [&](const rd_kafka_message_t& order) {
///       baton::kafka::forward(producer, "orders.checked", order);
///     });
///
/// What it carries is the current context, or, where no trace is current, the message's own as it
/// came. A producer that is instrumented leaves it so.
///
/// The message is copied, and stays the caller's, sent or not. Errors are those of
/// `rd_kafka_producev`, and `RD_KAFKA_RESP_ERR__BAD_MSG` where the headers cannot be read: then
/// nothing was sent.
rd_kafka_resp_err_t forward(rd_kafka_t& producer, const char* topic,
                            const rd_kafka_message_t& message, const InjectOptions& options = {});

/// The same, of the C++ interface.
RdKafka::ErrorCode forward(RdKafka::Producer& producer, const char* topic,
                           RdKafka::Message& message, const InjectOptions& options = {});

}  // namespace baton::kafka
