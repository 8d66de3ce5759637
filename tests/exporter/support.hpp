// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <baton/baton.hpp>
#include <baton/exporter/exporting_tracer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/backend.hpp"

namespace baton::test {

using namespace std::chrono_literals;

/// What the tracer logs.
class Log {
 public:
  [[nodiscard]] std::function<void(std::string_view)> writer() {
    return [this](std::string_view sentence) {
      const std::lock_guard lock(mutex_);
      text_.append(sentence).append("\n");
    };
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// For OTLP's JSON, which tests read; nothing leaves before a flush, or a full batch.
ExportOptions options_for(const Backend& backend, Log& log);

void make_spans(ExportingTracer& tracer, std::size_t count);

/// The ids of all spans in all requests, of OTLP's JSON.
std::multiset<std::string> ids_in(const std::vector<Backend::Request>& requests);

/// The law of the counts, while nothing is under way.
inline std::uint64_t accounted_for(const ExportCounts& counts) {
  return counts.exported + counts.dropped.total() + counts.waiting;
}

}  // namespace baton::test
