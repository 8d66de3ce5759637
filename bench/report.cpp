// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "support/count_allocations.hpp"

namespace bench {
namespace {

std::string number(double value, int decimals) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(decimals) << value;
  return out.str();
}

void print_line(std::string_view title, std::string_view time, std::string_view floor,
                std::string_view ratio, std::string_view beyond, std::string_view allocations,
                std::string_view goal) {
  std::cout << std::left << std::setw(50) << title << std::right << std::setw(10) << time
            << std::setw(10) << floor << std::setw(8) << ratio << std::setw(10) << beyond
            << std::setw(8) << allocations << "  " << goal << '\n';
}

std::string name_of(const benchmark::BenchmarkReporter::Run& run) {
  return run.run_name.function_name +
         (run.run_name.threads.empty() ? "" : "/" + run.run_name.threads);
}

/// Hands the counts over to callgrind, each with the name of its benchmark.
class CountReporter : public benchmark::BenchmarkReporter {
 public:
  /// What the counts depend on, beside the options of the build.
  bool ReportContext(const Context&) override {
#if defined(__x86_64__)
    const char* const avx2 = __builtin_cpu_supports("avx2") ? "yes" : "no";
#else
    const char* const avx2 = "no";
#endif
    std::cout << "compiler: " << __VERSION__ << "\nAVX2: " << avx2 << '\n';
    // What the counting itself costs, in each of the others.
    baton::test::count_instructions([] { asm volatile(""); });
    baton::test::name_count("nothing");
    return true;
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) baton::test::name_count(name_of(run));
  }
};

}  // namespace

std::size_t allocations() noexcept { return baton::test::allocations; }

bool TableReporter::ReportContext(const Context& context) {
  PrintBasicContext(&std::cerr, context);
  return true;
}

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.error_occurred) {
      std::cerr << run.benchmark_name() << ": " << run.error_message << '\n';
      continue;
    }
    if (run.run_type == Run::RT_Aggregate) continue;
    const double time = run.GetAdjustedCPUTime();  // of one thread, for any number of threads
    const auto [found, is_new] = results_.try_emplace(name_of(run), Result{time, 0});
    Result& result = found->second;
    // Other load on the machine only adds time: the minimum is the most accurate.
    result.nanoseconds = std::min(result.nanoseconds, time);
    const auto counter = run.counters.find("allocations");
    if (counter != run.counters.end()) result.allocations = counter->second.value;
  }
}

void TableReporter::Finalize() {
  print_line("operation", "ns", "floor ns", "ratio", "beyond", "allocs", "to reach");
  for (const Row& row : rows_) {
    const auto subject = results_.find(row.subject);
    if (subject == results_.end()) continue;  // filtered out
    const auto [time, allocations] = subject->second;
    const auto floor = results_.find(row.floor);
    const bool compared = floor != results_.end();
    const double least = compared ? floor->second.nanoseconds : 0;
    print_line(row.title, number(time, 1), compared ? number(least, 1) : "",
               compared ? number(time / least, 2) : "", compared ? number(time - least, 1) : "",
               number(allocations, allocations == static_cast<int>(allocations) ? 0 : 2), row.goal);
  }
}

int run(int argc, char** argv, const std::vector<Row>& rows, bool works) {
  const std::string program = argv[0];
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  if (!works) {
    std::cerr << program << ": the measured code returns a wrong result\n";
    return EXIT_FAILURE;
  }
  if (baton::test::counts_instructions()) {
    CountReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
  } else {
    TableReporter reporter(rows);
    benchmark::RunSpecifiedBenchmarks(&reporter);
  }
  return EXIT_SUCCESS;
}

}  // namespace bench
