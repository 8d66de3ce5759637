// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "baton/exporter/counts.hpp"
#include "baton/exporter/options.hpp"
#include "baton/tracer.hpp"

namespace baton {

/// Sends the sampled spans to a backend: in batches, from a thread of its own.
///
///     auto [tracer, error] = baton::make_exporting_tracer_from_environment();
///     if (!error.empty()) std::cerr << error << '\n';
///     baton::set_global_tracer(tracer);
///     …
///     if (tracer != nullptr) tracer->shutdown();
///
/// `start` and `end` never wait for a backend. What does not fit into the queue is dropped and
/// counted. A span that is not sampled costs its ids only.
///
/// The thread starts with the first span that ends, also in a child of `fork`, whose queue and
/// counts are then new and empty. All spans that waited at the fork are the parent's. The system's
/// lookup of a host has one more thread, which may outlive the tracer if it takes too long.
class ExportingTracer final : public Tracer {
 public:
  /// Of names, keys and values: the bytes that are kept, in whole characters.
  static constexpr std::size_t max_text_size = 1024;
  /// Of one span. The backend learns how many attributes and links more there were.
  static constexpr std::size_t max_attributes = 128;
  static constexpr std::size_t max_links = 128;
  static constexpr std::size_t max_span_size = 16384;  ///< bytes of its name and attributes
  static constexpr std::chrono::milliseconds default_shutdown_timeout{5000};

  /// An invalid option is logged, and its default is used.
  explicit ExportingTracer(ExportOptions options = {});
  /// As `shutdown()`.
  ~ExportingTracer() override;

  [[nodiscard]] Started start(const SpanStart& start) noexcept override;
  void end(const Started& started, const SpanEnd& end) noexcept override;

  /// Sends all that has ended, and waits until all of it is exported or dropped, but not longer
  /// than `timeout`. Returns whether it is; `counts` tells what became of it.
  bool flush(std::chrono::milliseconds timeout = default_shutdown_timeout) noexcept;

  /// As `flush`, and ends the thread: what waits after `timeout`, and what ends from now on, also
  /// in a child of fork, is dropped. Returns whether nothing had to be dropped because of
  /// `timeout`. May be called again, by any thread.
  bool shutdown(std::chrono::milliseconds timeout = default_shutdown_timeout) noexcept;

  [[nodiscard]] ExportCounts counts() const noexcept;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// A tracer, and what is wrong with the configuration that it was made from.
struct ConfiguredExportingTracer {
  std::shared_ptr<ExportingTracer> tracer;  ///< null if the configuration wants none
  std::string error;                        ///< as of ConfiguredExport
};

/// Makes a tracer with `export_options_from_environment()` and `make_sampler_from_environment()`.
[[nodiscard]] ConfiguredExportingTracer make_exporting_tracer_from_environment();

}  // namespace baton
