// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "exporter/encoder.hpp"
#include "exporter/failure_log.hpp"
#include "exporter/http_client.hpp"
#include "exporter/interruption.hpp"
#include "exporter/settings.hpp"

namespace baton::detail {

/// Sends batches, each until the backend has decided or its time is over. For one thread.
class Sender {
 public:
  Sender(const Settings& settings, Interruption& interruption, std::atomic<std::uint64_t>& retries,
         FailureLog& failure_log);

  enum class Outcome : std::uint8_t { exported, rejected, unreachable, interrupted };
  struct Result {
    Outcome outcome;
    std::uint64_t rejected = 0;  ///< spans of a batch that is exported, except for these
  };
  [[nodiscard]] Result send(std::span<const SpanPointer> batch);

 private:
  /// What a backend says with a status.
  enum class Verdict : std::uint8_t { accepted, rejected, later };
  [[nodiscard]] static Verdict verdict_on(unsigned status) noexcept;
  [[nodiscard]] std::optional<HttpClient::Answer> post(std::string_view body,
                                                       Clock::time_point deadline,
                                                       std::string& error);
  [[nodiscard]] Clock::duration backoff(unsigned retry) const;

  const Settings& settings_;
  Interruption& interruption_;
  std::atomic<std::uint64_t>& retries_;
  FailureLog& failure_log_;
  const std::unique_ptr<Encoder> encoder_;
  std::optional<HttpClient> client_;
  Clock::time_point not_before_;  // as the backend, or the last failure, demands
  unsigned failures_ = 0;         // in a row
};

}  // namespace baton::detail
