// SPDX-License-Identifier: Apache-2.0
#include "exporting.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace {

std::string page() {
  std::ifstream file(std::getenv("EXPORTING"));
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Exporting, NothingIsExportedIfTheEnvironmentWantsNone) {
  ::setenv("OTEL_TRACES_EXPORTER", "none", 1);
  EXPECT_EQ(export_spans(), nullptr);
  EXPECT_EQ(baton::global_tracer(), nullptr);
  before_the_process_ends(nullptr);
}

TEST(Exporting, TheTracerOfTheEnvironmentIsGlobal) {
  ::setenv("OTEL_TRACES_EXPORTER", "otlp", 1);
  ::setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", 1);
  const auto tracer = export_spans();
  EXPECT_EQ(baton::global_tracer(), tracer.get());
  before_the_process_ends(tracer);
  baton::set_global_tracer(nullptr);
}

TEST(Exporting, TheMetricsOfThePage) {
  std::istringstream lines(metrics(*make_tracer()));
  const std::string text = page();
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    ++count;
    EXPECT_NE(text.find('\n' + line.substr(0, line.find(' ') + 1)), std::string::npos) << line;
  }
  EXPECT_EQ(count, 11);
}

TEST(Exporting, TheLimitsAndDefaultsOfThePage) {
  const std::string text = page();
  const auto says = [&](const std::string& part) { return text.find(part) != std::string::npos; };
  using baton::ExportingTracer;
  EXPECT_TRUE(says("cut to " + std::to_string(ExportingTracer::max_text_size) + " bytes"));
  EXPECT_TRUE(says(std::to_string(ExportingTracer::max_attributes) + " attributes, " +
                   std::to_string(ExportingTracer::max_links) + " links, and " +
                   std::to_string(ExportingTracer::max_span_size / 1024) + " KiB"));
  EXPECT_EQ(ExportingTracer::default_shutdown_timeout, std::chrono::seconds(5));
  const baton::ExportOptions options;
  const auto row = [&](const std::string& name, auto value) {
    const std::size_t begin = text.find("| `" + name + "` |");
    if (begin == std::string::npos) return false;
    const std::string line = text.substr(begin, text.find('\n', begin) - begin);
    return line.ends_with("| " + std::to_string(value) + " |");
  };
  EXPECT_TRUE(row("OTEL_BSP_SCHEDULE_DELAY", options.schedule_delay.count()));
  EXPECT_TRUE(row("OTEL_BSP_EXPORT_TIMEOUT", options.export_timeout.count()));
  EXPECT_TRUE(row("OTEL_BSP_MAX_QUEUE_SIZE", options.max_queue_size));
  EXPECT_TRUE(row("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", options.max_batch_size));
  EXPECT_TRUE(row("OTEL_EXPORTER_OTLP_TIMEOUT", options.timeout.count()));
}

}  // namespace
