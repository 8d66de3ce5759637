// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "exporter/support.hpp"

namespace baton::test {
namespace {

using Variables = std::vector<std::pair<const char*, const char*>>;

/// Reads the environment with these variables, and removes them.
ConfiguredExport read(const Variables& variables) {
  for (const auto& [name, value] : variables) ::setenv(name, value, 1);
  ConfiguredExport configured = export_options_from_environment();
  for (const auto& [name, value] : variables) ::unsetenv(name);
  return configured;
}

TEST(EnvironmentTest, TheDefaultsAreOpenTelemetrys) {
  const ConfiguredExport configured = read({});
  EXPECT_TRUE(configured.is_enabled);
  EXPECT_EQ(configured.error, "");
  const ExportOptions& options = configured.options;
  EXPECT_EQ(options.protocol, ExportProtocol::otlp_protobuf);
  EXPECT_EQ(options.endpoint, "");
  EXPECT_EQ(options.schedule_delay, 5s);
  EXPECT_EQ(options.export_timeout, 30s);
  EXPECT_EQ(options.timeout, 10s);
  EXPECT_EQ(options.max_queue_size, 2048U);
  EXPECT_EQ(options.max_batch_size, 512U);
}

TEST(EnvironmentTest, EveryVariable) {
  const ConfiguredExport configured = read({{"OTEL_SERVICE_NAME", "shop"},
                                            {"OTEL_RESOURCE_ATTRIBUTES", "a=1, b = x%20y%2C ,"},
                                            {"OTEL_BSP_SCHEDULE_DELAY", "1"},
                                            {"OTEL_BSP_EXPORT_TIMEOUT", "2"},
                                            {"OTEL_BSP_MAX_QUEUE_SIZE", "30"},
                                            {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4"},
                                            {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel:1234"},
                                            {"OTEL_EXPORTER_OTLP_HEADERS", "x-key=a%3Db,y=2"},
                                            {"OTEL_EXPORTER_OTLP_TIMEOUT", "5"},
                                            {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"},
                                            {"OTEL_EXPORTER_OTLP_COMPRESSION", "none"}});
  EXPECT_EQ(configured.error, "");
  const ExportOptions& options = configured.options;
  EXPECT_EQ(options.service_name, "shop");
  EXPECT_EQ(options.resource_attributes, (ExportOptions::Texts{{"a", "1"}, {"b", "x y,"}}));
  EXPECT_EQ(options.schedule_delay, 1ms);
  EXPECT_EQ(options.export_timeout, 2ms);
  EXPECT_EQ(options.max_queue_size, 30U);
  EXPECT_EQ(options.max_batch_size, 4U);
  EXPECT_EQ(options.endpoint, "http://otel:1234/v1/traces");
  EXPECT_EQ(options.headers, (ExportOptions::Texts{{"x-key", "a=b"}, {"y", "2"}}));
  EXPECT_EQ(options.timeout, 5ms);
  EXPECT_EQ(options.protocol, ExportProtocol::otlp_json);
}

TEST(EnvironmentTest, TheVariablesOfTracesGoFirst) {
  const ExportOptions options =
      read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://all"},
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces/as/it/is"},
            {"OTEL_EXPORTER_OTLP_HEADERS", "a=1"},
            {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "b=2"},
            {"OTEL_EXPORTER_OTLP_TIMEOUT", "1"},
            {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2"},
            {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"},
            {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"}})
          .options;
  EXPECT_EQ(options.endpoint, "http://traces/as/it/is");
  EXPECT_EQ(options.headers, (ExportOptions::Texts{{"b", "2"}}));
  EXPECT_EQ(options.timeout, 2ms);
  EXPECT_EQ(options.protocol, ExportProtocol::otlp_json);
}

TEST(EnvironmentTest, AnInvalidVariableOfTracesCountsAsUnset) {
  const ConfiguredExport configured = read({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://all"},
                                            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://x"},
                                            {"OTEL_EXPORTER_OTLP_HEADERS", "a=1"},
                                            {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "b"},
                                            {"OTEL_EXPORTER_OTLP_TIMEOUT", "1"},
                                            {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "soon"},
                                            {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"},
                                            {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"}});
  const ExportOptions& options = configured.options;
  EXPECT_EQ(options.endpoint, "http://all/v1/traces");
  EXPECT_EQ(options.headers, (ExportOptions::Texts{{"a", "1"}}));
  EXPECT_EQ(options.timeout, 1ms);
  EXPECT_EQ(options.protocol, ExportProtocol::otlp_json);
  for (const char* const name :
       {"'ftp:", "_TRACES_HEADERS", "_TRACES_TIMEOUT", "TRACES_PROTOCOL"}) {
    EXPECT_NE(configured.error.find(name), std::string::npos) << name;
  }
}

TEST(EnvironmentTest, ThePathOfTracesFollowsThePathOfAUrl) {
  struct Case {
    const char* url;
    const char* endpoint;
  };
  for (const auto& [url, endpoint] :
       std::vector<Case>{{"http://h", "http://h/v1/traces"},
                         {"http://h/", "http://h/v1/traces"},
                         {"http://h/base", "http://h/base/v1/traces"},
                         {"http://h/base?key=a/", "http://h/base/v1/traces?key=a/"},
                         {"http://h/?key", "http://h/v1/traces?key"},
                         {"http://h#x", "http://h/v1/traces#x"}}) {
    EXPECT_EQ(read({{"OTEL_EXPORTER_OTLP_ENDPOINT", url}}).options.endpoint, endpoint);
  }
}

TEST(EnvironmentTest, Zipkin) {
  const ExportOptions options = read({{"OTEL_TRACES_EXPORTER", "zipkin"},
                                      {"OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://z/api/v2/spans"},
                                      {"OTEL_EXPORTER_ZIPKIN_TIMEOUT", "7"},
                                      {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://otel"}})
                                    .options;
  EXPECT_EQ(options.protocol, ExportProtocol::zipkin);
  EXPECT_EQ(options.endpoint, "http://z/api/v2/spans");
  EXPECT_EQ(options.timeout, 7ms);
}

TEST(EnvironmentTest, NothingIsExportedIfItIsDisabled) {
  EXPECT_FALSE(read({{"OTEL_SDK_DISABLED", "True"}}).is_enabled);
  EXPECT_FALSE(read({{"OTEL_TRACES_EXPORTER", "none"}}).is_enabled);
  EXPECT_TRUE(read({{"OTEL_SDK_DISABLED", "false"}}).is_enabled);
}

TEST(EnvironmentTest, ValuesThatAreNamesMayHaveAnyCase) {
  for (const char* const name : {"otlp", "OTLP", "none", "None"}) {
    EXPECT_EQ(read({{"OTEL_TRACES_EXPORTER", name}}).error, "");
  }
  EXPECT_TRUE(read({{"OTEL_TRACES_EXPORTER", "OTLP"}}).is_enabled);
  EXPECT_FALSE(read({{"OTEL_TRACES_EXPORTER", "None"}}).is_enabled);
  EXPECT_EQ(read({{"OTEL_TRACES_EXPORTER", "Zipkin"}}).options.protocol, ExportProtocol::zipkin);
  const ConfiguredExport json = read(
      {{"OTEL_EXPORTER_OTLP_PROTOCOL", "HTTP/JSON"}, {"OTEL_EXPORTER_OTLP_COMPRESSION", "NONE"}});
  EXPECT_EQ(json.options.protocol, ExportProtocol::otlp_json);
  EXPECT_EQ(json.error, "");
  EXPECT_EQ(read({{"OTEL_EXPORTER_OTLP_PROTOCOL", "HTTP/Protobuf"}}).error, "");
}

TEST(EnvironmentTest, ATimeoutOfZeroIsNoLimitAndADurationOfZeroIsShort) {
  constexpr std::chrono::milliseconds longest{2147483647};
  for (const char* const value : {"0", "2147483647"}) {
    const ConfiguredExport otlp = read({{"OTEL_BSP_SCHEDULE_DELAY", value},
                                        {"OTEL_BSP_EXPORT_TIMEOUT", value},
                                        {"OTEL_EXPORTER_OTLP_TIMEOUT", value}});
    EXPECT_EQ(otlp.error, "");
    EXPECT_EQ(otlp.options.schedule_delay, std::string(value) == "0" ? 1ms : longest);
    EXPECT_EQ(otlp.options.export_timeout, longest);
    EXPECT_EQ(otlp.options.timeout, longest);
    const ConfiguredExport zipkin =
        read({{"OTEL_TRACES_EXPORTER", "zipkin"}, {"OTEL_EXPORTER_ZIPKIN_TIMEOUT", value}});
    EXPECT_EQ(zipkin.error, "");
    EXPECT_EQ(zipkin.options.timeout, longest);
    Log log;
    ExportOptions options = otlp.options;
    options.initial_backoff = options.max_backoff = longest;
    options.log = log.writer();
    const ExportingTracer tracer(options);
    EXPECT_EQ(log.text(), "");
  }
}

TEST(EnvironmentTest, AnInvalidValueIsAnErrorAndCountsAsUnset) {
  struct Case {
    const char* name;
    const char* value;
    std::string error;
  };
  const ExportOptions defaults;
  for (const auto& [name, value, error] : std::vector<Case>{
           {"OTEL_TRACES_EXPORTER", "jaeger", "must be otlp, zipkin or none"},
           {"OTEL_SDK_DISABLED", "yes", "must be true or false"},
           {"OTEL_RESOURCE_ATTRIBUTES", "a=1,b", "it is ignored"},
           {"OTEL_RESOURCE_ATTRIBUTES", "a=1,b=%zz", "it is ignored"},
           {"OTEL_RESOURCE_ATTRIBUTES", "=1", "it is ignored"},
           {"OTEL_BSP_SCHEDULE_DELAY", "5s", "must be a number from 0 to 2147483647"},
           {"OTEL_BSP_SCHEDULE_DELAY", "2147483648", "must be a number"},
           {"OTEL_BSP_EXPORT_TIMEOUT", "-1", "must be a number"},
           {"OTEL_BSP_EXPORT_TIMEOUT", "2147483648", "must be a number"},
           {"OTEL_BSP_MAX_QUEUE_SIZE", "0", "must be a number"},
           {"OTEL_BSP_MAX_QUEUE_SIZE", "-1", "must be a number from 1 to 1000000"},
           {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "99999999999999999999", "must be a number"},
           {"OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "'http://'"},
           {"OTEL_EXPORTER_OTLP_ENDPOINT", "https://example.com", "a collector on this host"},
           {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://", "no host"},
           {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:99999", "no valid port"},
           {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://u:p@h", "use headers"},
           {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://a b", "is no URL"},
           {"OTEL_EXPORTER_OTLP_HEADERS", "a", "must be a list of header fields"},
           {"OTEL_EXPORTER_OTLP_HEADERS", "a b=1", "must be a list of header fields"},
           {"OTEL_EXPORTER_OTLP_HEADERS", "a=x%0d%0aevil:1", "must be a list of header fields"},
           {"OTEL_EXPORTER_OTLP_TIMEOUT", "fast", "must be a number"},
           {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "must be http/protobuf or http/json"},
           {"OTEL_EXPORTER_OTLP_COMPRESSION", "gzip", "nothing is compressed"}}) {
    const ConfiguredExport configured = read({{name, value}});
    EXPECT_NE(configured.error.find(error), std::string::npos) << name << ": " << configured.error;
    EXPECT_TRUE(configured.error.starts_with(name)) << configured.error;
    EXPECT_TRUE(configured.is_enabled);
    const ExportOptions& options = configured.options;
    EXPECT_EQ(options.protocol, defaults.protocol);
    EXPECT_EQ(options.endpoint, "") << value;
    EXPECT_EQ(options.headers, defaults.headers);
    EXPECT_EQ(options.resource_attributes, defaults.resource_attributes);
    EXPECT_EQ(options.schedule_delay, defaults.schedule_delay);
    EXPECT_EQ(options.export_timeout, defaults.export_timeout);
    EXPECT_EQ(options.timeout, defaults.timeout);
    EXPECT_EQ(options.max_queue_size, defaults.max_queue_size);
    EXPECT_EQ(options.max_batch_size, defaults.max_batch_size);
  }
}

TEST(EnvironmentTest, SecretsAreNotLogged) {
  EXPECT_EQ(read({{"OTEL_EXPORTER_OTLP_HEADERS", "key: secret"}}).error.find("secret"),
            std::string::npos);
  for (const char* const url : {"http://user:secret@h", "https://h/?secret", "http://secret h"}) {
    const std::string error = read({{"OTEL_EXPORTER_OTLP_ENDPOINT", url}}).error;
    EXPECT_NE(error, "");
    EXPECT_EQ(error.find("secret"), std::string::npos) << error;
  }
}

TEST(EnvironmentTest, InvalidOptionsAreLoggedAndTheirDefaultsAreUsed) {
  Log log;
  ExportOptions options;
  options.endpoint = "https://example.com";
  options.max_queue_size = 0;
  options.max_batch_size = 0;
  options.timeout = -1s;
  options.schedule_delay = 2147483648ms;
  options.headers = {{"bad name", "x"}};
  options.log = log.writer();
  const ExportingTracer tracer(options);
  for (const char* const wrong :
       {"endpoint 'https://example.com' has TLS", "max_queue_size", "max_batch_size", "timeout",
        "schedule_delay is 2147483648 ms, but must be from 1 ms to 2147483647 ms", "bad name"}) {
    EXPECT_NE(log.text().find(wrong), std::string::npos) << log.text();
  }
}

TEST(EnvironmentTest, TheSamplerIsThatOfTheEnvironment) {
  ::setenv("OTEL_TRACES_SAMPLER", "always_off", 1);
  const auto [tracer, error] = make_exporting_tracer_from_environment();
  ::setenv("OTEL_TRACES_SAMPLER", "unknown", 1);
  const auto wrong = make_exporting_tracer_from_environment();
  ::unsetenv("OTEL_TRACES_SAMPLER");
  ASSERT_NE(tracer, nullptr);
  EXPECT_EQ(error, "");
  make_spans(*tracer, 1);
  EXPECT_EQ(tracer->counts().started, 0U);
  EXPECT_NE(wrong.error.find("unknown sampler"), std::string::npos);
}

}  // namespace
}  // namespace baton::test
