// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "baton/recording_tracer.hpp"
#include "support.hpp"
#include "support/child_process.hpp"

namespace {

using namespace kafka_test;

/// The first test: from the first client on, the plugin is bound to its librdkafka.
TEST(PluginBindTest, ALibrdkafkaThatLacksAFunctionIsRefused) {
  void* const plugin = ::dlopen(BATON_PLUGIN, RTLD_NOW);
  ASSERT_NE(plugin, nullptr) << ::dlerror();
  void* const lacking = ::dlopen(LACKING_CLIENT, RTLD_NOW);
  ASSERT_NE(lacking, nullptr) << ::dlerror();
  using Init = rd_kafka_plugin_f_conf_init_t;
  using Call = rd_kafka_resp_err_t(Init * init, char* reason, std::size_t reason_size);
  auto* const init = reinterpret_cast<Init*>(::dlsym(plugin, "conf_init"));
  auto* const call = reinterpret_cast<Call*>(::dlsym(lacking, "call_init"));
  std::array<char, 512> reason{};
  EXPECT_EQ(call(init, reason.data(), reason.size()), RD_KAFKA_RESP_ERR__FAIL);
  EXPECT_STREQ(reason.data(),
               "cannot find rd_kafka_conf_interceptor_add_on_new in " LACKING_CLIENT);
  ::dlclose(lacking);
  ::dlclose(plugin);
}

/// The plugin as applications load it: by configuration alone.
class PluginTest : public SendingTest {
 protected:
  PluginTest() { clear(); }
  ~PluginTest() override { clear(); }

  static void clear() {
    for (const char* name :
         {"TRACEPARENT", "TRACESTATE", "BAGGAGE", "OTEL_PROPAGATORS", "BATON_DESTINATIONS"}) {
      ::unsetenv(name);
    }
  }

  rd_kafka_conf_t* plugged_conf() const {
    return cluster_.producer_conf({{"plugin.library.paths", BATON_PLUGIN}});
  }
  Client plugged() const { return make_client(RD_KAFKA_PRODUCER, plugged_conf()); }
};

TEST_F(PluginTest, AddsNothingIfTheEnvironmentHasNothing) {
  EXPECT_EQ(sent(*plugged()), Headers{});
}

TEST_F(PluginTest, ForwardsTheEnvironment) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  ::setenv("TRACESTATE", "a=1", 1);
  ::setenv("BAGGAGE", "user=1", 1);
  const Client producer = plugged();
  clear();  // it was read when the configuration was made
  const Headers expected = {{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "user=1"}};
  EXPECT_EQ(sent(*producer), expected);
  EXPECT_EQ(sent(*producer), expected);
}

TEST_F(PluginTest, ObeysTheRuleForTheTopic) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  ::setenv("BAGGAGE", "user=1,tenant=2", 1);
  ::setenv("BATON_DESTINATIONS", "orders: baggage=tenant", 1);
  EXPECT_EQ(sent(*plugged()), (Headers{{"baggage", "tenant=2"}}));
}

TEST_F(PluginTest, ABadOrEmptyTraceparentIsNone) {
  for (const char* bad : {"", "00-bad"}) {
    ::setenv("TRACEPARENT", bad, 1);
    ::setenv("TRACESTATE", "a=1", 1);
    EXPECT_EQ(sent(*plugged()), Headers{});
    ::setenv("BAGGAGE", "user=1", 1);
    EXPECT_EQ(sent(*plugged()), (Headers{{"baggage", "user=1"}}));
    ::unsetenv("BAGGAGE");
  }
}

/// In a new process: another test may have caused the only warning of this one, which a child of
/// `fork` would inherit.
TEST_F(PluginTest, WarnsOnceAndOnlyOfWhatIsWrong) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const Client silent = plugged();
        ::setenv("OTEL_PROPAGATORS", "no-format", 1);
        const Client first = plugged();
        const Client second = plugged();
        baton::test::end_child(0);
      },
      testing::ExitedWithCode(0), "^libbaton_rdkafka: [^\n]*no-format[^\n]*\n$");
}

/// It has a copy of Baton of its own.
TEST_F(PluginTest, AsksNoTracerOfTheProgram) {
  const auto tracer = std::make_shared<baton::RecordingTracer>();
  baton::set_global_tracer(tracer);
  const Client producer = plugged();
  EXPECT_EQ(sent(*producer), Headers{});
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  EXPECT_EQ(sent(*plugged()), (Headers{{"traceparent", parent}}));
  baton::set_global_tracer(nullptr);
  EXPECT_EQ(tracer->ended().size() + tracer->open(), 0U);
}

TEST_F(PluginTest, LeavesMessagesThatCarryAContextAlone) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  const Client producer = plugged();
  const Headers theirs = {{"a", "1"}, {"traceparent", other_parent}};
  EXPECT_EQ(sent(*producer, make_headers(theirs)), theirs);
}

TEST_F(PluginTest, HonoursOtelPropagators) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  ::setenv("OTEL_PROPAGATORS", "b3,unknown", 1);
  EXPECT_EQ(sent(*plugged()),
            (Headers{{"b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"}}));
  ::setenv("OTEL_PROPAGATORS", "none", 1);
  EXPECT_EQ(sent(*plugged()), Headers{});
}

TEST_F(PluginTest, WorksInCopiesAndBesideOurOwnInstrumentation) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  rd_kafka_conf_t* const conf = plugged_conf();
  EXPECT_EQ(baton::kafka::instrument(*conf), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_conf_t* const copy = rd_kafka_conf_dup(conf);
  const Client first = make_client(RD_KAFKA_PRODUCER, conf);
  const Client second = make_client(RD_KAFKA_PRODUCER, copy);
  for (const Client& producer : {std::cref(first), std::cref(second)}) {
    EXPECT_EQ(sent(*producer), (Headers{{"traceparent", parent}}));
  }
}

TEST_F(PluginTest, SurvivesBeingUnloadedAndLoadedAgain) {
  for (int i = 0; i < 3; ++i) {
    ::setenv("TRACEPARENT", (i % 2 == 0 ? parent : other_parent).c_str(), 1);
    rd_kafka_conf_destroy(plugged_conf());
    EXPECT_EQ(sent(*plugged()), (Headers{{"traceparent", i % 2 == 0 ? parent : other_parent}}));
  }
}

/// Two copies of librdkafka in one process, as extensions of scripting languages bring them. The
/// plugin looks up its functions in the one that has loaded it first.
TEST_F(PluginTest, IsRefusedToASecondLibrdkafka) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  const Client producer = plugged();
  Dl_info own{};
  ASSERT_NE(::dladdr(reinterpret_cast<const void*>(&::rd_kafka_conf_new), &own), 0);
  const auto folder =
      std::filesystem::temp_directory_path() / ("baton-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const auto file = folder / "librdkafka-copy.so";
  std::filesystem::copy_file(own.dli_fname, file);
  void* const copy = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  std::filesystem::remove_all(folder);
  ASSERT_NE(copy, nullptr) << ::dlerror();
  const auto set =
      reinterpret_cast<decltype(&::rd_kafka_conf_set)>(::dlsym(copy, "rd_kafka_conf_set"));
  ASSERT_NE(set, &::rd_kafka_conf_set);

  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  std::string reason(512, '\0');
  EXPECT_EQ(set(conf, "plugin.library.paths", BATON_PLUGIN, reason.data(), reason.size()),
            RD_KAFKA_CONF_INVALID);
  EXPECT_NE(reason.find("another librdkafka"), std::string::npos) << reason;
  rd_kafka_conf_destroy(conf);
  ::dlclose(copy);
  EXPECT_EQ(sent(*producer), (Headers{{"traceparent", parent}}));
  EXPECT_EQ(sent(*plugged()), (Headers{{"traceparent", parent}}));
}

/// For each configuration, librdkafka opens the plugin and closes it; the threads remain.
TEST_F(PluginTest, ThreadsOutliveAHundredLoadings) {
  constexpr std::size_t clients = 10;  // the end of one takes a while
  constexpr std::size_t threads = 4;
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  rd_kafka_t* client = nullptr;
  std::barrier has_turned(threads + 1);
  std::vector<std::thread> producing;
  for (std::size_t i = 0; i < threads; ++i) {
    producing.emplace_back([&] {
      for (std::size_t round = 0; round < clients; ++round) {
        has_turned.arrive_and_wait();
        EXPECT_EQ(produce(*client, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
        has_turned.arrive_and_wait();
      }
    });
  }
  for (std::size_t round = 0; round < clients; ++round) {
    const Client producer = plugged();
    client = producer.get();
    has_turned.arrive_and_wait();
    has_turned.arrive_and_wait();
    flush(*producer);
    for (int i = 0; i < 9; ++i) rd_kafka_conf_destroy(plugged_conf());
  }
  for (std::thread& thread : producing) thread.join();
  Reader reader(cluster_);
  for (const Message& message : reader.next(clients * threads)) {
    EXPECT_EQ(headers_of(*message), (Headers{{"traceparent", parent}}));
  }
}

}  // namespace
