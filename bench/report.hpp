// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/count_instructions.hpp"

namespace bench {

/// How often this thread has called `operator new`.
[[nodiscard]] std::size_t allocations() noexcept;

/// Times `work`, and counts the allocations of another run of it. Under callgrind, counts the
/// instructions of one run instead.
template <class Work>
void measure(benchmark::State& s, Work work) {
  if (baton::test::counts_instructions()) {
    baton::test::count_instructions(work);
    for (auto _ : s) continue;
    return;
  }
  work();
  const std::size_t before = allocations();
  work();
  const std::size_t allocated = allocations() - before;
  for (auto _ : s) work();
  s.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocated), benchmark::Counter::kAvgThreads);
}

/// One row of the table: the measurement, its floor, and its goal.
struct Row {
  std::string title;
  std::string subject;  ///< the name of a benchmark
  std::string floor;    ///< the name of the benchmark to compare with; empty: none
  std::string goal;     ///< in words
};

/// Prints the fastest repetition of every benchmark in one table, each beside its floor.
class TableReporter : public benchmark::BenchmarkReporter {
 public:
  explicit TableReporter(std::vector<Row> rows) : rows_(std::move(rows)) {}

  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  struct Result {
    double nanoseconds = 0;
    double allocations = 0;
  };

  std::vector<Row> rows_;
  std::map<std::string, Result> results_;
};

/// The main function of a program: runs its benchmarks, and prints the rows. `works` is whether
/// what they measure returns the right results: a benchmark of broken code measures nothing.
[[nodiscard]] int run(int argc, char** argv, const std::vector<Row>& rows, bool works);

}  // namespace bench
