// SPDX-License-Identifier: Apache-2.0
// The cost of a context in the metadata of a gRPC call, without the call.

#include <baton/baton.hpp>
#include <baton/carriers/grpc/metadata.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "report.hpp"

namespace {

using baton::grpc::MetadataCarrier;
using baton::grpc::ReceivedMetadata;
using baton::grpc::SentMetadata;
using bench::measure;

constexpr std::string_view baggage = "userId=alice,serverNode=DF%2028,isProduction=false";

ReceivedMetadata metadata(bool with_context) {
  ReceivedMetadata all{{":authority", "example.com"},
                       {"grpc-accept-encoding", "identity, deflate, gzip"},
                       {"user-agent", "grpc-c++/1.51"}};
  if (with_context) {
    all.emplace("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    all.emplace("tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
    all.emplace("baggage", baggage.data());
  }
  return all;
}

const baton::PropagatorChain& w3c() {
  static const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  return chain;
}

baton::Context extracted(bool with_context) {
  const ReceivedMetadata received = metadata(with_context);
  return w3c().extract(MetadataCarrier(received));
}

void extract(benchmark::State& s, bool with_context) {
  const ReceivedMetadata received = metadata(with_context);
  const MetadataCarrier carrier(received);
  measure(s, [&] { benchmark::DoNotOptimize(w3c().extract(carrier)); });
}
void extract_full(benchmark::State& s) { extract(s, true); }
void extract_nothing(benchmark::State& s) { extract(s, false); }

void inject(benchmark::State& s) {
  const baton::Context context = extracted(true);
  measure(s, [&] {
    SentMetadata sent;
    w3c().inject(context, MetadataCarrier(sent));
    benchmark::DoNotOptimize(&sent);
    benchmark::ClobberMemory();
  });
}

BENCHMARK(extract_full);
BENCHMARK(extract_nothing);
BENCHMARK(inject);

const std::vector<bench::Row> rows{
    {"extract all three of six entries", "extract_full", "", ""},
    {"extract, nothing among three", "extract_nothing", "", ""},
    {"inject three into empty metadata", "inject", "", ""},
};

bool works() {
  SentMetadata sent;
  w3c().inject(extracted(true), MetadataCarrier(sent));
  return sent.size() == 3 && sent.find("baggage")->second == baggage;
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, rows, works()); }
