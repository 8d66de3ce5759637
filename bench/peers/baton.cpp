// SPDX-License-Identifier: Apache-2.0
// Does with Baton what compare.py asks for.

#include <benchmark/benchmark.h>
#include <baton/baton.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

struct Row {
  std::string operation;
  Fields request;
};

std::vector<Row> read_rows(std::istream& file) {
  std::vector<Row> rows;
  bool begins = false;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) {
      begins = true;
      continue;
    }
    if (line.front() == '#') continue;
    const std::size_t colon = line.find(": ");
    std::string name = line.substr(0, colon);
    if (begins) {
      rows.push_back({.operation = std::move(name), .request = {}});
      begins = false;
    } else {
      rows.back().request.emplace(std::move(name), line.substr(colon + 2));
    }
  }
  return rows;
}

/// Returns the fields that tell what was read.
Fields run(const Row& row, std::size_t count) {
  const baton::PropagatorChain& chain = baton::global_chain();
  const baton::MapCarrier carrier(row.request);
  Fields sent;
  if (row.operation == "extract") {
    for (std::size_t i = 0; i < count; ++i) {
      const baton::Context context = chain.extract(carrier);
      benchmark::DoNotOptimize(&context);
      benchmark::ClobberMemory();
    }
    chain.inject(chain.extract(carrier), baton::MapCarrier(sent));
  } else if (row.operation == "read") {
    for (std::size_t i = 0; i < count; ++i) {
      const baton::Context context = chain.extract(carrier);
      for (const baton::BaggageMember& member : context.baggage()) {
        const std::string value = member.value();
        benchmark::DoNotOptimize(value.data());
      }
    }
    chain.inject(chain.extract(carrier), baton::MapCarrier(sent));
  } else if (row.operation == "inject") {
    const baton::Context context = chain.extract(carrier);
    sent = row.request;
    baton::MapCarrier over(sent);
    for (std::size_t i = 0; i < count; ++i) {
      chain.inject(context, over);
      benchmark::ClobberMemory();
    }
  } else if (row.operation == "request") {
    for (std::size_t i = 0; i < count; ++i) {
      const baton::Context context = baton::global_chain().extract(baton::MapCarrier(row.request));
      const baton::Scope scope(context);
      sent = Fields();
      baton::global_chain().inject(baton::current(), baton::MapCarrier(sent));
      benchmark::ClobberMemory();
    }
  }
  return sent;
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "");
  const std::vector<Row> rows = read_rows(file);
  baton::set_global_chain(baton::make_chain("tracecontext,baggage").chain);
  std::size_t index = 0;
  std::size_t count = 0;
  while (std::cin >> index >> count) {
    std::string line;
    for (const auto& [name, value] : run(rows.at(index), count)) {
      line.append(line.empty() ? "" : "\t").append(name).append(": ").append(value);
    }
    std::cout << line << '\n' << std::flush;
  }
}
