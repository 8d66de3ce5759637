// SPDX-License-Identifier: Apache-2.0
#include "exporter/settings.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <limits>
#include <utility>

#include "baton/samplers.hpp"
#include "exporter/header_field.hpp"

namespace baton::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view otlp_endpoint = "http://localhost:4318/v1/traces";
constexpr std::string_view zipkin_endpoint = "http://localhost:9411/api/v2/spans";
constexpr std::string_view service_name_key = "service.name";

void check_number(std::size_t& number, std::size_t otherwise, const char* name, Errors& errors) {
  // The queue counts in steps that many threads make at once.
  constexpr std::size_t max_number = std::numeric_limits<std::size_t>::max() / 4;
  if (number > 0 && number <= max_number) return;
  errors.add(std::string(name) + " is " + std::to_string(number) + ", but must be from 1 on");
  number = otherwise;
}

void check_time(milliseconds& time, milliseconds otherwise, const char* name, Errors& errors) {
  if (time > milliseconds(0) && time <= longest_time) return;
  errors.add(std::string(name) + " is " + std::to_string(time.count()) +
             " ms, but must be from 1 ms to " + std::to_string(longest_time.count()) + " ms");
  time = otherwise;
}

void check_headers(ExportOptions::Texts& headers, Errors& errors) {
  std::erase_if(headers, [&](const auto& header) {
    const std::string error = error_of_header(header.first, header.second);
    if (!error.empty()) errors.add(error);
    return !error.empty();
  });
}

Resource make_resource(const ExportOptions& options) {
  Resource resource;
  const auto set = [&](std::string_view key, std::string_view value) {
    const auto same = std::find_if(resource.begin(), resource.end(),
                                   [key](const auto& pair) { return pair.first == key; });
    if (same != resource.end()) {
      same->second = value;
    } else {
      resource.emplace_back(key, value);
    }
  };
  set(service_name_key, std::string("unknown_service:") + ::program_invocation_short_name);
  set("telemetry.sdk.language", "cpp");
  set("telemetry.sdk.name", scope_name);
  set("telemetry.sdk.version", scope_version);
  for (const auto& [key, value] : options.resource_attributes) set(key, value);
  if (!options.service_name.empty()) set(service_name_key, options.service_name);
  return resource;
}

}  // namespace

Settings Settings::make(ExportOptions options, Errors& errors) {
  const ExportOptions defaults;
  check_number(options.max_queue_size, defaults.max_queue_size, "max_queue_size", errors);
  check_number(options.max_batch_size, defaults.max_batch_size, "max_batch_size", errors);
  options.max_batch_size = std::min(options.max_batch_size, options.max_queue_size);
  check_time(options.schedule_delay, defaults.schedule_delay, "schedule_delay", errors);
  check_time(options.timeout, defaults.timeout, "timeout", errors);
  check_time(options.export_timeout, defaults.export_timeout, "export_timeout", errors);
  check_time(options.initial_backoff, defaults.initial_backoff, "initial_backoff", errors);
  check_time(options.max_backoff, defaults.max_backoff, "max_backoff", errors);
  check_headers(options.headers, errors);
  check_endpoint("endpoint", options.endpoint, errors);
  if (options.endpoint.empty()) {
    options.endpoint = options.protocol == ExportProtocol::zipkin ? zipkin_endpoint : otlp_endpoint;
  }
  if (options.sampler == nullptr) {
    ConfiguredSampler configured = make_sampler_from_environment();
    if (!configured.error.empty()) errors.add(std::move(configured.error));
    options.sampler = std::move(configured.sampler);
  }
  std::string no_error;
  Endpoint endpoint = Endpoint::parse(options.endpoint, no_error).value_or(Endpoint());
  Resource resource = make_resource(options);
  return {std::move(options), std::move(endpoint), std::move(resource)};
}

std::unique_ptr<Encoder> Settings::make_encoder() const {
  switch (options.protocol) {
    case ExportProtocol::otlp_json: return make_otlp_json_encoder(resource);
    case ExportProtocol::zipkin: return make_zipkin_encoder(resource);
    case ExportProtocol::otlp_protobuf: break;
  }
  return make_otlp_protobuf_encoder(resource);
}

void Settings::log(std::string_view begin, std::string_view end) const noexcept {
  try {
    const std::string sentence = std::string(begin).append(end);
    if (options.log) {
      options.log(sentence);
    } else {
      static_cast<void>(std::fprintf(stderr, "baton-export: %s\n", sentence.c_str()));
    }
  } catch (const std::exception&) {
    return;  // nobody can be told
  }
}

}  // namespace baton::detail
