// SPDX-License-Identifier: Apache-2.0
#include "exporters.hpp"

#include <baton/baton.hpp>
#include <stdexcept>
#include <string>
#include <thread>

namespace relay {
namespace {

/// Whatever the environment says, since the decision of each caller is to be seen at each hop.
std::shared_ptr<const baton::Sampler> sampler() { return baton::parent_based(baton::always_on()); }

}  // namespace

std::shared_ptr<baton::Tracer> Exporters::make_tracer(std::string_view service) {
  baton::ConfiguredExport configured = baton::export_options_from_environment();
  if (!configured.error.empty()) throw std::runtime_error(configured.error);
  if (!configured.is_enabled) throw std::runtime_error("the environment wants no exporter");
  configured.options.service_name = service;
  configured.options.sampler = sampler();
  return tracers_.emplace_back(
      std::make_shared<baton::ExportingTracer>(std::move(configured.options)));
}

baton::ExportCounts Exporters::shutdown() {
  std::vector<std::jthread> stopping;  // a backend that is away costs the patience of one
  stopping.reserve(tracers_.size());
  for (const auto& tracer : tracers_) {
    stopping.emplace_back([&tracer] { tracer->shutdown(); });
  }
  stopping.clear();
  baton::ExportCounts all;
  for (const auto& tracer : tracers_) {
    const baton::ExportCounts counts = tracer->counts();
    all.ended += counts.ended;
    all.exported += counts.exported;
  }
  return all;
}

std::shared_ptr<baton::Tracer> make_id_tracer(std::string_view /*service*/) {
  return std::make_shared<baton::IdTracer>(sampler());
}

}  // namespace relay
