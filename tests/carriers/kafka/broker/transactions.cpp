// SPDX-License-Identifier: Apache-2.0
/// Produces messages in transactions, each with a trace of its own, for test_broker.py:
/// transactions BROKERS TOPIC COUNT SIZE. Prints `half N` in the middle of each transaction, and
/// continues when it reads a line. Prints what became of each transaction, and at last of the
/// spans.

#include <librdkafka/rdkafka.h>

#include <charconv>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "baton/baton.hpp"
#include "baton/carriers/kafka.hpp"
#include "baton/recording_tracer.hpp"

namespace {

constexpr int patience_ms = 60'000;
constexpr int given_up = 2;  // a transaction that is aborted first

struct Destroy {
  void operator()(rd_kafka_t* client) const noexcept { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, Destroy>;

Client make_producer(const std::string& brokers, baton::Tracer& tracer) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  char reason[512];
  const std::pair<const char*, const char*> settings[] = {{"bootstrap.servers", brokers.c_str()},
                                                          {"transactional.id", "baton"},
                                                          {"reconnect.backoff.max.ms", "500"},
                                                          {"log_level", "0"}};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) {
      throw std::runtime_error(reason);
    }
  }
  if (baton::kafka::instrument(*conf, {.tracer = &tracer}) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error("not instrumented");
  }
  Client client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason));
  if (client == nullptr) throw std::runtime_error(reason);
  return client;
}

/// What to do about an error: try the call again, or abort the transaction.
enum class Remedy { none, again, abort };

/// Takes the error. Throws if there is no remedy.
Remedy remedy_of(rd_kafka_error_t* error) {
  if (error == nullptr) return Remedy::none;
  const std::string text = rd_kafka_error_string(error);
  const Remedy remedy = rd_kafka_error_is_retriable(error) != 0         ? Remedy::again
                        : rd_kafka_error_txn_requires_abort(error) != 0 ? Remedy::abort
                                                                        : Remedy::none;
  rd_kafka_error_destroy(error);
  if (remedy == Remedy::none) throw std::runtime_error(text);
  return remedy;
}

/// Until it succeeds. Returns false if the transaction must be aborted.
template <class Step>
bool repeat(Step&& step) {
  for (;;) {
    const Remedy remedy = remedy_of(step());
    if (remedy != Remedy::again) return remedy == Remedy::none;
  }
}

void produce(rd_kafka_t& client, const char* topic, const std::string& value) {
  const baton::Context context = baton::Context().child();
  const baton::Scope scope(context);
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      &client, RD_KAFKA_VTYPE_TOPIC, topic, RD_KAFKA_VTYPE_VALUE, value.data(), value.size(),
      RD_KAFKA_VTYPE_MSGFLAGS, RD_KAFKA_MSG_F_COPY, RD_KAFKA_VTYPE_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
}

void run_transaction(rd_kafka_t& client, const char* topic, int number, int size) {
  const std::string name = std::to_string(number);
  for (int attempt = 1;; ++attempt) {
    remedy_of(rd_kafka_begin_transaction(&client));
    for (int i = 0; i < size; ++i) {
      if (i == size / 2 && attempt == 1) {
        std::cout << "half " << name << std::endl;
        std::string line;
        std::getline(std::cin, line);
      }
      produce(client, topic, name + '.' + std::to_string(i) + '.' + std::to_string(attempt));
    }
    const bool is_given_up = number == given_up && attempt == 1;
    // Of what is still queued, a coordinator that has just been restarted knows no transaction.
    if (is_given_up) rd_kafka_flush(&client, patience_ms);
    if (!is_given_up && repeat([&] { return rd_kafka_commit_transaction(&client, patience_ms); })) {
      std::cout << "committed " << name << ' ' << attempt << std::endl;
      return;
    }
    repeat([&] { return rd_kafka_abort_transaction(&client, patience_ms); });
    std::cout << "aborted " << name << ' ' << attempt << std::endl;
  }
}

void show(const baton::RecordingTracer& tracer) {
  for (const baton::RecordedSpan& span : tracer.ended()) {
    std::cout << "span " << span.context.span_context().span_id << ' '
              << (span.is_error ? span.error_type : "good") << '\n';
  }
  std::cout << "open " << tracer.open() << " again " << tracer.ended_again() << std::endl;
}

int to_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) return 2;
  baton::RecordingTracer tracer;
  try {
    {
      const Client client = make_producer(words[1], tracer);
      repeat([&] { return rd_kafka_init_transactions(client.get(), patience_ms); });
      const int transactions = to_number(words[3]);
      const int size = to_number(words[4]);
      for (int i = 0; i < transactions; ++i) run_transaction(*client, words[2], i, size);
    }
    show(tracer);
  } catch (const std::exception& error) {
    std::cerr << "transactions: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
