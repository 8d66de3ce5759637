// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/sampler.hpp"

namespace baton {

/// How spans are written for a backend.
enum class ExportProtocol : std::uint8_t {
  otlp_protobuf,  ///< OTLP over HTTP, in protobuf
  otlp_json,      ///< OTLP over HTTP, in JSON
  zipkin,         ///< Zipkin's version 2, in JSON
};

/// "http/protobuf", "http/json" or "zipkin".
[[nodiscard]] constexpr std::string_view to_string(ExportProtocol protocol) noexcept {
  switch (protocol) {
    case ExportProtocol::otlp_json: return "http/json";
    case ExportProtocol::zipkin: return "zipkin";
    case ExportProtocol::otlp_protobuf: break;
  }
  return "http/protobuf";
}

/// Where an ExportingTracer sends spans, and when. The defaults are OpenTelemetry's. Each time is
/// from 1 ms to 2,147,483,647 ms, some 25 days.
struct ExportOptions {
  using Texts = std::vector<std::pair<std::string, std::string>>;

  ExportProtocol protocol = ExportProtocol::otlp_protobuf;
  /// The whole URL, with `http:`; TLS is a local collector's task. Empty:
  /// `http://localhost:4318/v1/traces`, or `http://localhost:9411/api/v2/spans` for Zipkin.
  std::string endpoint = {};
  Texts headers = {};  ///< further fields of each request, such as a key of the backend

  std::string service_name = {};   ///< `service.name`; empty: `unknown_service:` and the program
  Texts resource_attributes = {};  ///< what else describes the service; the last of a key counts

  std::size_t max_queue_size = 2048;  ///< spans that wait; more are dropped
  std::size_t max_batch_size = 512;   ///< spans of one request; at most `max_queue_size`
  std::chrono::milliseconds schedule_delay{5000};   ///< the longest wait for a full batch
  std::chrono::milliseconds timeout{10000};         ///< of one request, from lookup to answer
  std::chrono::milliseconds export_timeout{30000};  ///< of one batch, with all of its retries

  /// The wait before the first retry; it doubles with each further one. A quarter of it is random.
  std::chrono::milliseconds initial_backoff{1000};
  std::chrono::milliseconds max_backoff{5000};

  std::shared_ptr<const Sampler> sampler = {};  ///< null: `make_sampler_from_environment`

  /// Gets a sentence when options are invalid, and when exporting starts to fail or works again, of
  /// these at most one each in a minute; null: they go to standard error. Called by the constructor
  /// and by the exporting thread, so it must not call `flush`, `shutdown` or the destructor.
  std::function<void(std::string_view)> log = {};
};

/// Options, and what is wrong with the configuration that they were read from.
struct ConfiguredExport {
  ExportOptions options;
  bool is_enabled = true;  ///< false: `OTEL_SDK_DISABLED`, or no exporter
  std::string error;       ///< one sentence per error, joined by "; "; empty: no error
};

/// Reads OpenTelemetry's variables, which docs/exporting.md lists; the sampler is left to
/// `make_sampler_from_environment`. A value that is malformed or not supported is an error, and its
/// variable counts as unset.
[[nodiscard]] ConfiguredExport export_options_from_environment();

}  // namespace baton
