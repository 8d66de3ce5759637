// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/kafka.hpp"
#include "support/context_of.hpp"

namespace kafka_test {

using baton::test::context_of;

template <auto destroy>
struct Deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    destroy(object);
  }
};

using Client = std::unique_ptr<rd_kafka_t, Deleter<rd_kafka_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Deleter<rd_kafka_message_destroy>>;
using baton::kafka::HeadersPointer;

/// A header as it is on the wire; a null value if there is none.
using Header = std::pair<std::string, std::optional<std::string>>;
using Headers = std::vector<Header>;

inline const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
inline const std::string other_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

/// Works as TraceContextPropagator, and counts how often it reads.
class CountingPropagator final : public baton::Propagator {
 public:
  CountingPropagator() noexcept : Propagator(baton::formats::tracecontext) {}
  baton::Extracted extract(baton::CarrierReader carrier, baton::Context& context,
                           baton::ExtractReport* report) const override {
    ++reads;
    return propagator_.extract(carrier, context, report);
  }
  void inject(const baton::Context& context, baton::CarrierWriter carrier) const override {
    propagator_.inject(context, carrier);
  }

  mutable int reads = 0;

 private:
  baton::TraceContextPropagator propagator_;
};

inline void add(rd_kafka_headers_t& list, const std::string& name,
                const std::optional<std::string>& value) {
  rd_kafka_header_add(&list, name.data(), static_cast<ssize_t>(name.size()),
                      value ? value->data() : nullptr,
                      value ? static_cast<ssize_t>(value->size()) : 0);
}

inline HeadersPointer make_headers(const Headers& headers) {
  HeadersPointer list(rd_kafka_headers_new(headers.size()));
  for (const auto& [name, value] : headers) add(*list, name, value);
  return list;
}

inline Headers to_headers(const rd_kafka_headers_t* list) {
  Headers headers;
  const std::size_t count = list == nullptr ? 0 : rd_kafka_header_cnt(list);
  for (std::size_t i = 0; i < count; ++i) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    rd_kafka_header_get_all(list, i, &name, &value, &size);
    headers.emplace_back(name, std::nullopt);
    if (value != nullptr) headers.back().second.emplace(static_cast<const char*>(value), size);
  }
  return headers;
}

inline Headers headers_of(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* list = nullptr;
  rd_kafka_message_headers(&message, &list);
  return to_headers(list);
}

inline std::string value_of(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.len};
}

using Settings = std::vector<std::pair<std::string, std::string>>;

inline rd_kafka_conf_t* make_conf(const Settings& settings) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  char reason[512];
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason, sizeof reason) !=
        RD_KAFKA_CONF_OK) {
      throw std::runtime_error(reason);
    }
  }
  return conf;
}

inline Client make_client(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  char reason[512];
  Client client(rd_kafka_new(type, conf, reason, sizeof reason));
  if (client == nullptr) throw std::runtime_error(reason);
  return client;
}

/// librdkafka's own broker, with topics of one partition. If a client asks for another topic, the
/// broker makes it, with four partitions.
class MockCluster {
 public:
  explicit MockCluster(std::initializer_list<const char*> topics = {"orders"})
      : owner_(make_client(RD_KAFKA_PRODUCER, make_conf({{"log_level", "0"}}))),
        cluster_(rd_kafka_mock_cluster_new(owner_.get(), 1)) {
    for (const char* const topic : topics) {
      if (rd_kafka_mock_topic_create(cluster_.get(), topic, 1, 1) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw std::runtime_error(std::string("no topic ") + topic);
      }
    }
  }

  [[nodiscard]] rd_kafka_mock_cluster_t* get() const { return cluster_.get(); }
  [[nodiscard]] std::string servers() const {
    return rd_kafka_mock_cluster_bootstraps(cluster_.get());
  }

  /// The configuration of a producer of this cluster; `more` settings override ours.
  [[nodiscard]] rd_kafka_conf_t* producer_conf(const Settings& more = {}) const {
    Settings settings = {{"bootstrap.servers", servers()},   {"linger.ms", "0"},
                         {"retry.backoff.ms", "10"},         {"reconnect.backoff.ms", "10"},
                         {"reconnect.backoff.max.ms", "50"}, {"log_level", "0"}};
    settings.insert(settings.end(), more.begin(), more.end());
    return make_conf(settings);
  }

  [[nodiscard]] Client consumer() const {
    return make_client(RD_KAFKA_CONSUMER,
                       make_conf({{"bootstrap.servers", servers()},
                                  {"group.id", "test"},
                                  {"fetch.wait.max.ms", "10"},
                                  {"fetch.error.backoff.ms", "10"},
                                  {"topic.metadata.refresh.fast.interval.ms", "10"},
                                  {"reconnect.backoff.ms", "10"},
                                  {"log_level", "0"}}));
  }

 private:
  Client owner_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Deleter<rd_kafka_mock_cluster_destroy>> cluster_;
};

/// Reads a topic from its start. Its messages must be destroyed before it, since it waits for that.
class Reader {
 public:
  explicit Reader(const MockCluster& cluster, const char* topic = "orders")
      : client_(cluster.consumer()) {
    rd_kafka_poll_set_consumer(client_.get());
    rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(client_.get(), list);
    rd_kafka_topic_partition_list_destroy(list);
  }

  /// The next message; throws if there is none for a minute.
  Message next() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < end) {
      Message message(rd_kafka_consumer_poll(client_.get(), 100));
      if (message != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return message;
    }
    throw std::runtime_error("no message came");
  }

  std::vector<Message> next(std::size_t count) {
    std::vector<Message> messages;
    while (messages.size() < count) messages.push_back(next());
    return messages;
  }

  /// Whether there are no more messages.
  bool is_at_end() { return Message(rd_kafka_consumer_poll(client_.get(), 300)) == nullptr; }

 private:
  Client client_;
};

/// Produces a message as an application without Baton does.
inline rd_kafka_resp_err_t produce(rd_kafka_t& producer, std::string value,
                                   HeadersPointer headers = nullptr, const char* topic = "orders") {
  std::vector<rd_kafka_vu_t> parts(3);
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = topic;
  parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[1].u.i = RD_KAFKA_MSG_F_COPY;
  parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[2].u.mem = {value.data(), value.size()};
  if (headers != nullptr) {
    parts.emplace_back().vtype = RD_KAFKA_VTYPE_HEADERS;
    parts.back().u.headers = headers.get();
  }
  rd_kafka_error_t* const failure = rd_kafka_produceva(&producer, parts.data(), parts.size());
  const rd_kafka_resp_err_t error = rd_kafka_error_code(failure);
  if (failure != nullptr) rd_kafka_error_destroy(failure);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) static_cast<void>(headers.release());
  return error;
}

inline void flush(rd_kafka_t& producer) {
  if (rd_kafka_flush(&producer, 20000) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error("messages were not sent");
  }
}

/// A cluster, and the messages that it receives.
class SendingTest : public testing::Test {
 protected:
  /// The headers of a message that is sent with `headers`.
  Headers sent(rd_kafka_t& producer, HeadersPointer headers = nullptr) {
    EXPECT_EQ(produce(producer, "v", std::move(headers)), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(producer);
    if (!reader_) reader_.emplace(cluster_);
    return headers_of(*reader_->next());
  }

  MockCluster cluster_;
  std::optional<Reader> reader_;  // from the first message on
};

}  // namespace kafka_test
