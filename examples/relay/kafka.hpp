// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <librdkafka/rdkafkacpp.h>

#include <atomic>
#include <baton/tracer.hpp>
#include <memory>
#include <string>
#include <thread>

namespace relay {

using Producer = std::unique_ptr<RdKafka::Producer>;
using Consumer = std::unique_ptr<RdKafka::KafkaConsumer>;

/// librdkafka's mock cluster: a broker on a socket of this host, with one topic in one partition.
class MockBroker {
 public:
  /// If `is_failing`, it refuses requests and drops connections at random.
  explicit MockBroker(bool is_failing);
  MockBroker(const MockBroker&) = delete;
  MockBroker& operator=(const MockBroker&) = delete;
  ~MockBroker();

  [[nodiscard]] std::string address() const;
  /// How many requests have failed.
  [[nodiscard]] std::size_t faults() const { return faults_; }

 private:
  struct DestroyClient {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  };
  struct DestroyCluster {
    void operator()(rd_kafka_mock_cluster_t* c) const { rd_kafka_mock_cluster_destroy(c); }
  };
  void fail_at_random();

  std::unique_ptr<rd_kafka_t, DestroyClient> client_;  // which a cluster needs
  std::unique_ptr<rd_kafka_mock_cluster_t, DestroyCluster> cluster_;
  std::atomic<std::size_t> faults_ = 0;
  std::atomic<bool> is_stopping_ = false;
  std::thread failing_;
};

/// A producer whose messages carry the current context. The tracer must outlive it.
[[nodiscard]] Producer make_producer(const std::string& brokers, baton::Tracer* tracer);

/// A consumer of the topic's only partition on the mock broker.
[[nodiscard]] Consumer make_mock_consumer(const std::string& brokers);

/// A consumer in a group, of the topic `from`, from its start.
[[nodiscard]] Consumer make_group_consumer(const std::string& brokers, const std::string& from);

}  // namespace relay
