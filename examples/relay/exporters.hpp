// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <baton/exporter/exporting_tracer.hpp>
#include <memory>
#include <string_view>
#include <vector>

namespace relay {

/// Makes tracers that send the spans to a backend, as OpenTelemetry's variables say, each under the
/// name of its service.
class Exporters {
 public:
  [[nodiscard]] std::shared_ptr<baton::Tracer> make_tracer(std::string_view service);

  /// Sends what has ended, and ends the exporters. Returns what became of the spans of all.
  baton::ExportCounts shutdown();

 private:
  std::vector<std::shared_ptr<baton::ExportingTracer>> tracers_;
};

/// A tracer that only makes ids.
[[nodiscard]] std::shared_ptr<baton::Tracer> make_id_tracer(std::string_view service);

}  // namespace relay
