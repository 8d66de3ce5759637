// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/headers.hpp"
#include "carrier_inputs.hpp"

namespace {

using namespace baton::kafka;

const baton::test::Carrier kafka([] {
  baton::test::count_carrier("Kafka", [](const baton::test::Pairs& message, auto count) {
    const HeadersPointer headers(rd_kafka_headers_new(message.size()));
    for (const auto& [name, value] : message) {
      rd_kafka_header_add(headers.get(), name.c_str(), -1, value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    count(ConstHeadersCarrier(headers.get()));
  });
});

}  // namespace
