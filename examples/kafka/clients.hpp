// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafkacpp.h>

#include <memory>
#include <string>

namespace orders {

using Producer = std::unique_ptr<RdKafka::Producer>;
using Consumer = std::unique_ptr<RdKafka::KafkaConsumer>;

/// A producer that sends the current context with every message, and no message twice. Without
/// brokers it has a mock cluster of its own. Throws `std::runtime_error`.
[[nodiscard]] Producer make_producer(const std::string& brokers);

/// The brokers of a producer's mock cluster.
[[nodiscard]] std::string mock_brokers(RdKafka::Producer& producer);

/// A consumer that reads a topic from its start.
[[nodiscard]] Consumer make_consumer(const std::string& brokers, const std::string& topic);

/// Waits until all messages are sent. Throws if that fails.
void flush(RdKafka::Producer& producer);

}  // namespace orders
