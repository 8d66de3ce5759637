// SPDX-License-Identifier: Apache-2.0
#include "kafka.hpp"

#include <array>
#include <baton/carriers/kafka.hpp>
#include <chrono>
#include <initializer_list>
#include <random>
#include <stdexcept>
#include <utility>

#include "journey.hpp"

namespace relay {
namespace {

using Conf = std::unique_ptr<RdKafka::Conf>;

constexpr std::int32_t broker_id = 1;
constexpr std::int16_t produce_request = 0;
constexpr std::int16_t fetch_request = 1;

constexpr unsigned max_pause = 30;  // ms

/// Those after which librdkafka tries again.
constexpr std::array produce_errors{
    RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
    RD_KAFKA_RESP_ERR__TRANSPORT,
};
constexpr std::array fetch_errors{
    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
    RD_KAFKA_RESP_ERR__TRANSPORT,
};

Conf make_conf(const std::string& brokers,
               std::initializer_list<std::pair<const char*, const char*>> settings) {
  Conf conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  const auto set = [&](const std::string& name, const std::string& value) {
    std::string reason;
    if (conf->set(name, value, reason) != RdKafka::Conf::CONF_OK) throw std::runtime_error(reason);
  };
  set("bootstrap.servers", brokers);
  set("log_level", "0");
  set("reconnect.backoff.ms", "10");
  set("reconnect.backoff.max.ms", "100");
  set("topic.metadata.refresh.fast.interval.ms", "10");
  for (const auto& [name, value] : settings) set(name, value);
  return conf;
}

void check(RdKafka::ErrorCode error) {
  if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error(RdKafka::err2str(error));
}

Consumer make_consumer(RdKafka::Conf& conf) {
  std::string reason;
  Consumer consumer(RdKafka::KafkaConsumer::create(&conf, reason));
  if (consumer == nullptr) throw std::runtime_error(reason);
  return consumer;
}

}  // namespace

MockBroker::MockBroker(bool is_failing) {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "0", reason.data(), reason.size());
  client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size()));
  if (client_ == nullptr) {
    rd_kafka_conf_destroy(conf);  // still ours
    throw std::runtime_error(reason.data());
  }
  cluster_.reset(rd_kafka_mock_cluster_new(client_.get(), 1));
  if (cluster_ == nullptr) throw std::runtime_error("no mock cluster");
  const std::string name(topic);
  check(static_cast<RdKafka::ErrorCode>(
      rd_kafka_mock_topic_create(cluster_.get(), name.c_str(), 1, 1)));
  if (is_failing) failing_ = std::thread([this] { fail_at_random(); });
}

MockBroker::~MockBroker() {
  is_stopping_ = true;
  if (failing_.joinable()) failing_.join();
}

std::string MockBroker::address() const { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }

/// Lets one request of a kind fail as soon as the one before has failed.
void MockBroker::fail_at_random() {
  std::minstd_rand random(std::random_device{}());
  std::array<std::size_t, 2> pending{};
  const auto push = [&](std::int16_t request, std::size_t& before, const auto& errors) {
    std::size_t now = 0;
    rd_kafka_mock_broker_error_stack_cnt(cluster_.get(), broker_id, request, &now);
    faults_ += before - now;
    before = now;
    if (now > 0) return;
    const rd_kafka_resp_err_t error = errors[random() % errors.size()];
    const int delay = static_cast<int>(random() % 5);  // ms
    rd_kafka_mock_broker_push_request_error_rtts(cluster_.get(), broker_id, request, 1, error,
                                                 delay);
    before = 1;
  };
  while (!is_stopping_) {
    push(produce_request, pending[0], produce_errors);
    push(fetch_request, pending[1], fetch_errors);
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % max_pause));
  }
}

Producer make_producer(const std::string& brokers, baton::Tracer* tracer) {
  const Conf conf = make_conf(brokers, {{"linger.ms", "1"}, {"retry.backoff.ms", "10"}});
  check(baton::kafka::instrument(*conf, {.tracer = tracer}));
  std::string reason;
  Producer producer(RdKafka::Producer::create(conf.get(), reason));
  if (producer == nullptr) throw std::runtime_error(reason);

  // Connected here, so that the first message need not wait for it.
  const std::unique_ptr<RdKafka::Topic> orders(
      RdKafka::Topic::create(producer.get(), std::string(topic), nullptr, reason));
  if (orders == nullptr) throw std::runtime_error(reason);
  RdKafka::Metadata* metadata = nullptr;
  check(producer->metadata(false, orders.get(), &metadata, 10'000));
  delete metadata;  // ours
  return producer;
}

Consumer make_mock_consumer(const std::string& brokers) {
  // Assigned rather than subscribed: the mock cluster lets a group wait for seconds.
  const Conf conf = make_conf(brokers, {{"group.id", "shipping"},
                                        {"enable.auto.commit", "false"},
                                        {"fetch.wait.max.ms", "5"},
                                        {"fetch.error.backoff.ms", "10"}});
  Consumer consumer = make_consumer(*conf);
  const std::unique_ptr<RdKafka::TopicPartition> partition(
      RdKafka::TopicPartition::create(std::string(topic), 0, RdKafka::Topic::OFFSET_BEGINNING));
  check(consumer->assign({partition.get()}));
  return consumer;
}

Consumer make_group_consumer(const std::string& brokers, const std::string& from) {
  const Conf conf = make_conf(brokers, {{"group.id", "shipping"},
                                        {"auto.offset.reset", "earliest"},
                                        {"allow.auto.create.topics", "true"}});
  Consumer consumer = make_consumer(*conf);
  check(consumer->subscribe({from}));
  return consumer;
}

}  // namespace relay
