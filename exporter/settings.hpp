// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/exporter/options.hpp"
#include "core/errors.hpp"
#include "exporter/encoder.hpp"
#include "exporter/endpoint.hpp"

namespace baton::detail {

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
