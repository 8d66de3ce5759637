// SPDX-License-Identifier: Apache-2.0
// As faults_test.cpp, for what instruments a configuration: there an allocation may fail as well.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <vector>

#include "faults_support.hpp"

namespace {

using namespace kafka_test;

const baton::test::Failing failing_new("operator new");

/// Elsewhere, such allocations fail without an effect.
thread_local bool memory_fails = false;

void begin(std::size_t number) {
  faults.begin(number);
  memory_fails = true;
}
bool end() {
  memory_fails = false;
  return faults.end();
}

/// Whether a client without brokers starts a span for a message, and ends it.
bool starts_spans(rd_kafka_t& client, baton::RecordingTracer& tracer) {
  tracer.clear();
  EXPECT_EQ(rd_kafka_producev(&client, RD_KAFKA_VTYPE_TOPIC, "orders", RD_KAFKA_VTYPE_END),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  const bool has_started = tracer.open() == 1;
  rd_kafka_purge(&client, RD_KAFKA_PURGE_F_QUEUE);
  rd_kafka_flush(&client, 10'000);
  EXPECT_EQ(tracer.open(), 0U);
  EXPECT_EQ(tracer.ended().size(), has_started ? 1U : 0U) << "without a report, no span";
  return has_started;
}

TEST(InstrumentFaults, AConfigurationIsInstrumentedOrLeftAlone) {
  baton::RecordingTracer tracer;
  const std::size_t failures = fail_each([&](std::size_t number) {
    rd_kafka_conf_t* const conf = make_conf({{"log_level", "0"}});
    begin(number);
    const rd_kafka_resp_err_t error =
        baton::kafka::instrument(*conf, {.chain = chain, .tracer = &tracer});
    rd_kafka_conf_t* const copy = rd_kafka_conf_dup(conf);
    std::vector<Client> clients;
    for (rd_kafka_conf_t* const each : {conf, copy}) {
      clients.push_back(make_client(RD_KAFKA_PRODUCER, each));
    }
    const bool has_failed = end();
    const auto are_traced = std::ranges::count_if(
        clients, [&](const Client& client) { return starts_spans(*client, tracer); });
    // A copy, or one client of two, may be alone in failing.
    const bool is_refused = error != RD_KAFKA_RESP_ERR_NO_ERROR;
    EXPECT_EQ(are_traced, is_refused ? 0 : has_failed ? 1 : 2) << number;
    return has_failed;
  });
  EXPECT_EQ(failures, 10U) << "two calls for each of two configurations and of two clients, and "
                              "an allocation for each configuration";
}

/// The plugin, whose librdkafka is then this program.
auto* init_of_plugin() {
  using Init = rd_kafka_resp_err_t(rd_kafka_conf_t*, void**, char*, std::size_t);
  void* const plugin = ::dlopen(BATON_PLUGIN, RTLD_NOW);
  EXPECT_NE(plugin, nullptr) << ::dlerror();
  return reinterpret_cast<Init*>(::dlsym(plugin, "conf_init"));
}

TEST(PluginFaults, AConfigurationMayBeInstrumentedAlready) {
  auto* const init = init_of_plugin();
  ASSERT_NE(init, nullptr);
  rd_kafka_conf_t* const conf = make_conf({{"log_level", "0"}});
  std::array<char, 99> reason{};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(init(conf, nullptr, reason.data(), reason.size()), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  EXPECT_STREQ(reason.data(), "");
  rd_kafka_conf_destroy(conf);
}

TEST(PluginFaults, AConfigurationIsRefusedWithAReason) {
  auto* const init = init_of_plugin();
  ASSERT_NE(init, nullptr);
  const std::string why = "librdkafka takes no interceptor";
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5}, std::size_t{99}}) {
    const std::size_t failures = fail_each([&](std::size_t number) {
      rd_kafka_conf_t* const conf = make_conf({{"log_level", "0"}});
      std::string reason(size + 1, 'x');
      begin(number);
      const rd_kafka_resp_err_t error = init(conf, nullptr, reason.data(), size);
      const bool has_failed = end();
      EXPECT_EQ(error, has_failed ? RD_KAFKA_RESP_ERR__FAIL : RD_KAFKA_RESP_ERR_NO_ERROR);
      if (has_failed && size != 0) {
        EXPECT_STREQ(reason.c_str(), why.substr(0, size - 1).c_str());
      }
      EXPECT_EQ(reason[size], 'x');
      rd_kafka_conf_destroy(conf);
      return has_failed;
    });
    EXPECT_EQ(failures, 3U);
  }
}

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  if (memory_fails && baton::test::must_fail("operator new")) return nullptr;
  try {
    return ::operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
