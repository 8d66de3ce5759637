// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

#include "baton/exporter/options.hpp"
#include "core/errors.hpp"
#include "exporter/encoder.hpp"
#include "exporter/endpoint.hpp"

namespace baton::detail {

/// Of all times: what OpenTelemetry's variables can say. No limit is longer.
inline constexpr std::chrono::milliseconds longest_time{std::numeric_limits<std::int32_t>::max()};

/// Valid options, and what follows from them.
struct Settings {
  ExportOptions options;
  Endpoint endpoint;
  Resource resource;

  /// Replaces each invalid option by its default, with an error.
  [[nodiscard]] static Settings make(ExportOptions options, Errors& errors);

  [[nodiscard]] std::unique_ptr<Encoder> make_encoder() const;
  void log(std::string_view begin, std::string_view end = {}) const noexcept;
};

}  // namespace baton::detail
