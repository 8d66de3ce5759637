// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "clients.hpp"

namespace orders {

/// Sends orders to a topic, each in a trace of its own.
void produce(RdKafka::Producer& producer, const std::string& topic, std::size_t count,
             std::chrono::microseconds pause);

/// Forwards the messages of one topic to another, within their traces.
void forward(RdKafka::KafkaConsumer& consumer, RdKafka::Producer& producer, const std::string& to,
             std::size_t count);

/// Shows the messages of a topic.
void consume(RdKafka::KafkaConsumer& consumer, std::size_t count);

}  // namespace orders
