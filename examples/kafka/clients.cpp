// SPDX-License-Identifier: Apache-2.0
#include "clients.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <baton/carriers/kafka.hpp>
#include <initializer_list>
#include <stdexcept>
#include <utility>

namespace orders {
namespace {

using Conf = std::unique_ptr<RdKafka::Conf>;

Conf make_conf(std::initializer_list<std::pair<const char*, std::string>> settings) {
  Conf conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  std::string reason;
  for (const auto& [name, value] : settings) {
    if (conf->set(name, value, reason) != RdKafka::Conf::CONF_OK) throw std::runtime_error(reason);
  }
  return conf;
}

}  // namespace

Producer make_producer(const std::string& brokers) {
  const Conf conf = brokers.empty()
                        ? make_conf({{"test.mock.num.brokers", "1"}, {"log_level", "3"}})
                        : make_conf({{"bootstrap.servers", brokers},
                                     {"enable.idempotence", "true"},
                                     {"reconnect.backoff.max.ms", "500"},
                                     {"log_level", "0"}});
  const RdKafka::ErrorCode error = baton::kafka::instrument(*conf);
  if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error(RdKafka::err2str(error));
  std::string reason;
  Producer producer(RdKafka::Producer::create(conf.get(), reason));
  if (producer == nullptr) throw std::runtime_error(reason);
  return producer;
}

std::string mock_brokers(RdKafka::Producer& producer) {
  return rd_kafka_mock_cluster_bootstraps(rd_kafka_handle_mock_cluster(producer.c_ptr()));
}

Consumer make_consumer(const std::string& brokers, const std::string& topic) {
  const Conf conf = make_conf({{"bootstrap.servers", brokers},
                               {"group.id", "kafka_orders " + topic},
                               {"auto.offset.reset", "earliest"},
                               {"allow.auto.create.topics", "true"},
                               {"log_level", "0"}});
  std::string reason;
  Consumer consumer(RdKafka::KafkaConsumer::create(conf.get(), reason));
  if (consumer == nullptr) throw std::runtime_error(reason);
  const RdKafka::ErrorCode error = consumer->subscribe({topic});
  if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error(RdKafka::err2str(error));
  return consumer;
}

void flush(RdKafka::Producer& producer) {
  const RdKafka::ErrorCode error = producer.flush(60000);
  if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error(RdKafka::err2str(error));
}

}  // namespace orders
