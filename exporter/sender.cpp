// SPDX-License-Identifier: Apache-2.0
#include "exporter/sender.hpp"

#include <absl/time/clock.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "core/random.hpp"
#include "exporter/retry_after.hpp"

namespace baton::detail {
namespace {

ExportOptions::Texts make_fields(const Settings& settings, const Encoder& encoder) {
  ExportOptions::Texts fields{{"User-Agent", "baton-export/" BATON_VERSION},
                              {"Content-Type", std::string(encoder.content_type())}};
  const ExportOptions::Texts& headers = settings.options.headers;
  fields.insert(fields.end(), headers.begin(), headers.end());
  return fields;
}

}  // namespace

Sender::Sender(const Settings& settings, Interruption& interruption,
               std::atomic<std::uint64_t>& retries, FailureLog& failure_log)
    : settings_(settings),
      interruption_(interruption),
      retries_(retries),
      failure_log_(failure_log),
      encoder_(settings.make_encoder()) {}

Sender::Verdict Sender::verdict_on(unsigned status) noexcept {
  switch (status) {
    case 429:
    case 502:
    case 503:
    case 504: return Verdict::later;
    default: return status >= 200 && status <= 299 ? Verdict::accepted : Verdict::rejected;
  }
}

Clock::duration Sender::backoff(unsigned retry) const {
  constexpr unsigned max_doublings = 16;
  // In milliseconds: in units of the clock, the longest time has no room to double so often.
  const std::chrono::milliseconds doubled =
      settings_.options.initial_backoff * (1U << std::min(retry, max_doublings));
  const Clock::duration full = std::min(settings_.options.max_backoff, doubled);
  // Clients that fail together must not come back together.
  constexpr std::uint64_t steps = 1024;
  const auto part = static_cast<Clock::rep>(random_bits() % steps);
  return full - full / 4 * part / static_cast<Clock::rep>(steps);
}

std::optional<HttpClient::Answer> Sender::post(std::string_view body, Clock::time_point deadline,
                                               std::string& error) {
  try {
    if (!client_) {
      client_.emplace(settings_.endpoint, make_fields(settings_, *encoder_), interruption_);
    }
    return client_->post(body, deadline, error);
  } catch (const std::exception& exception) {
    // No descriptor, thread or memory was to be had: a retry may be luckier, with a new client.
    client_.reset();
    error = exception.what();
    return std::nullopt;
  }
}

Sender::Result Sender::send(std::span<const SpanPointer> batch) {
  // What the backend demanded for another batch takes no time from this one.
  if (interruption_.sleep_until(not_before_)) return {Outcome::interrupted};
  const Clock::time_point deadline = Clock::now() + settings_.options.export_timeout;
  const std::string body = encoder_->encode(batch);
  for (bool is_retry = false;; is_retry = true) {
    if (interruption_.sleep_until(std::min(not_before_, deadline))) return {Outcome::interrupted};
    if (Clock::now() >= deadline) return {Outcome::unreachable};
    if (is_retry) retries_.fetch_add(1, std::memory_order_relaxed);
    std::string error;
    const auto answer =
        post(body, std::min(deadline, Clock::now() + settings_.options.timeout), error);
    if (interruption_.is_interrupted() && !answer) return {Outcome::interrupted};

    const Verdict verdict = answer ? verdict_on(answer->status) : Verdict::later;
    if (answer && verdict != Verdict::accepted) {
      error = settings_.endpoint.shown + " answered " + std::to_string(answer->status);
    }
    if (verdict == Verdict::later) {
      failure_log_.add_failure(error);
      const absl::Duration demanded =
          answer ? read_retry_after(answer->retry_after, absl::Now()) : absl::ZeroDuration();
      not_before_ = Clock::now() + std::max<Clock::duration>(backoff(failures_++),
                                                             absl::ToChronoNanoseconds(demanded));
      continue;
    }
    failures_ = 0;
    if (verdict == Verdict::rejected) {
      failure_log_.add_failure(error);
      return {Outcome::rejected};
    }
    failure_log_.add_success();
    return {Outcome::exported,
            std::min<std::uint64_t>(encoder_->rejected(answer->body), batch.size())};
  }
}

}  // namespace baton::detail
