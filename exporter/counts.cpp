// SPDX-License-Identifier: Apache-2.0
#include "baton/exporter/counts.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace baton {
namespace {

class Metrics {
 public:
  void add(std::string_view name, std::string_view type, std::string_view help) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
    text_.append(name).append(" ").append(type).append("\n");
  }
  void add(std::string_view name, std::string_view type, std::string_view help,
           std::uint64_t value) {
    add(name, type, help);
    text_.append(name).append(" ").append(std::to_string(value)).append("\n");
  }
  void add_reason(std::string_view name, std::string_view reason, std::uint64_t value) {
    text_.append(name).append("{reason=\"").append(reason).append("\"} ");
    text_.append(std::to_string(value)).append("\n");
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string to_prometheus(const ExportCounts& counts) {
  constexpr std::string_view dropped = "baton_spans_dropped_total";
  Metrics metrics;
  metrics.add("baton_spans_started_total", "counter", "Sampled spans that started.",
              counts.started);
  metrics.add("baton_spans_ended_total", "counter", "Sampled spans that ended.", counts.ended);
  metrics.add("baton_spans_exported_total", "counter", "Spans that the backend confirmed.",
              counts.exported);
  metrics.add(dropped, "counter", "Spans that no backend got.");
  const std::array<std::pair<std::string_view, std::uint64_t>, 6> reasons = {{
      {"queue_full", counts.dropped.queue_full},
      {"unreachable", counts.dropped.unreachable},
      {"rejected", counts.dropped.rejected},
      {"shut_down", counts.dropped.shut_down},
      {"forked", counts.dropped.forked},
      {"no_memory", counts.dropped.no_memory},
  }};
  for (const auto& [reason, count] : reasons) metrics.add_reason(dropped, reason, count);
  metrics.add("baton_export_retries_total", "counter", "Requests that were made again.",
              counts.retries);
  metrics.add("baton_spans_waiting", "gauge", "Spans in the queue or in the batch that is sent.",
              counts.waiting);
  return metrics.take();
}

}  // namespace baton
