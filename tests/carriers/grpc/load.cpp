// SPDX-License-Identifier: Apache-2.0
// usage: load CLIENTS CALLS [traced]
//
// CLIENTS threads make CALLS calls in total, of every kind, from every API to every API, each in a
// trace of its own. Every handler checks that it finds this trace, and every client that the answer
// has it. If traced, each call has a span at each end, and each span ends once.

#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <string_view>
#include <thread>

#include "baton/recording_tracer.hpp"
#include "client.hpp"

namespace {

using namespace grpc_test;

struct Target {
  std::unique_ptr<Server> server;
  std::unique_ptr<Relay::Stub> stub;
};

/// Returns false if the call failed, or if its answer is that of another one.
bool call_once(unsigned number, const std::vector<Target>& targets) {
  Relay::Stub& stub = *targets[number % 3].stub;
  const Api api = apis[number / 3 % 3];
  const Kind kind = kinds[number / 9 % 4];
  baton::Context context = baton::Context().child();
  context.set_baggage(context.baggage().set("number", std::to_string(number)).value());
  const std::string trace_id = context.span_context().trace_id.to_string();

  ::grpc::ClientContext client_context;
  client_context.AddMetadata(expected_trace_id, trace_id);
  const baton::Scope scope(context);
  const Outcome outcome = call(api, kind, stub, client_context);
  bool is_good = outcome.status.ok() && !outcome.answers.empty();
  for (const Answer& answer : outcome.answers) {
    is_good = is_good && answer.current().trace_id() == trace_id &&
              answer.of_call().trace_id() == trace_id &&
              answer.of_call().baggage() == context.baggage().header();
  }
  return is_good && &baton::current() == &context;
}

}  // namespace

int main(int count, char** words) {
  const bool is_traced = count == 4 && std::string_view(words[3]) == "traced";
  if (count != 3 && !is_traced) return 2;
  const unsigned clients = static_cast<unsigned>(std::strtoul(words[1], nullptr, 10));
  const unsigned calls = static_cast<unsigned>(std::strtoul(words[2], nullptr, 10));

  baton::RecordingTracer recorder;
  baton::Tracer* const tracer = is_traced ? &recorder : nullptr;
  std::vector<Target> targets;
  for (const Api api : apis) {
    auto server = start_server(api, {.tracer = tracer});
    auto stub = Relay::NewStub(server->channel({.tracer = tracer}));
    targets.push_back({std::move(server), std::move(stub)});
  }

  const auto start = std::chrono::steady_clock::now();
  std::atomic<unsigned> next{0};
  std::atomic<unsigned> bad{0};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      for (unsigned number = next++; number < calls; number = next++) {
        if (!call_once(number, targets)) ++bad;
        expect_nothing_current();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const unsigned given = answers;  // before the servers end: no sanitizer sees them wait
  targets.clear();
  const std::size_t spans = recorder.ended().size();
  if (spans != (is_traced ? std::size_t{2} * calls : 0) || recorder.open() != 0) ++bad;

  std::cout << "| gRPC under load: " << clients << " clients, " << calls << " calls, " << given
            << " answers, " << bad << " bad, " << wrong_traces << " handlers in a wrong trace, "
            << leaks << " leaks, " << spans << " spans, " << std::fixed << std::setprecision(1)
            << took.count() << " s\n";
  return bad == 0 && wrong_traces == 0 && leaks == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
