// SPDX-License-Identifier: Apache-2.0
// The cost of the interceptors for a unary call: the same call with and without them, alternating
// in random order, over loopback and within the process. Beside them runs a pair of interceptors
// that do nothing, on a call whose metadata are added by hand: the difference is Baton's own cost.
// Times are medians. All threads share one processor: on several, the placement of the threads
// would matter more than the interceptors.
//
// usage: grpc [ROUNDS]

#include <grpcpp/grpcpp.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "baton/carriers/grpc.hpp"
#include "relay.grpc.pb.h"

namespace {
std::atomic<std::size_t> allocations{0};  // of all threads: half of a call is the server's
}

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using baton::test::Answer;
using baton::test::Ask;
using baton::test::Relay;
using ::grpc::experimental::ClientInterceptorFactoryInterface;
using ::grpc::experimental::ServerInterceptorFactoryInterface;
using Clock = std::chrono::steady_clock;

constexpr std::string_view state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
constexpr std::string_view baggage = "userId=alice,serverNode=DF%2028,isProduction=false";

class Service final : public Relay::Service {
 public:
  ::grpc::Status Unary(::grpc::ServerContext*, const Ask*, Answer*) override {
    has_context = baton::current().span_context().is_valid();
    return ::grpc::Status::OK;
  }
  std::atomic<bool> has_context = false;
};

class Idle final : public ::grpc::experimental::Interceptor {
 public:
  void Intercept(::grpc::experimental::InterceptorBatchMethods* methods) override {
    methods->Proceed();
  }
};

class IdleFactory final : public ClientInterceptorFactoryInterface,
                          public ServerInterceptorFactoryInterface {
 public:
  Idle* CreateClientInterceptor(::grpc::experimental::ClientRpcInfo*) override {
    return new Idle();
  }
  Idle* CreateServerInterceptor(::grpc::experimental::ServerRpcInfo*) override {
    return new Idle();
  }
};

enum class Interceptors { none, idle, ours };

/// A server, and a channel to it, with the same interceptors.
class Route {
 public:
  Route(Interceptors interceptors, bool is_in_process) : interceptors_(interceptors) {
    std::vector<std::unique_ptr<ServerInterceptorFactoryInterface>> on_server;
    std::vector<std::unique_ptr<ClientInterceptorFactoryInterface>> on_client;
    if (interceptors == Interceptors::idle) {
      on_server.push_back(std::make_unique<IdleFactory>());
      on_client.push_back(std::make_unique<IdleFactory>());
    } else if (interceptors == Interceptors::ours) {
      on_server.push_back(baton::grpc::server_interceptor());
      on_client.push_back(baton::grpc::client_interceptor());
    }
    ::grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", ::grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    builder.experimental().SetInterceptorCreators(std::move(on_server));
    server_ = builder.BuildAndStart();
    stub_ = Relay::NewStub(
        is_in_process
            ? server_->experimental().InProcessChannelWithInterceptors({}, std::move(on_client))
            : ::grpc::experimental::CreateCustomChannelWithInterceptors(
                  "127.0.0.1:" + std::to_string(port), ::grpc::InsecureChannelCredentials(), {},
                  std::move(on_client)));
  }
  ~Route() { server_->Shutdown(); }
  Route(const Route&) = delete;
  Route& operator=(const Route&) = delete;

  void call_once() {
    ::grpc::ClientContext context;
    if (interceptors_ == Interceptors::idle) {
      context.AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
      context.AddMetadata("tracestate", std::string(state));
      context.AddMetadata("baggage", std::string(baggage));
    }
    Answer answer;
    if (!stub_->Unary(&context, ask_, &answer).ok()) std::abort();
  }

  [[nodiscard]] bool has_context() const { return service_.has_context; }

 private:
  Interceptors interceptors_;
  Service service_;
  std::unique_ptr<::grpc::Server> server_;
  std::unique_ptr<Relay::Stub> stub_;
  Ask ask_;
};

/// Microseconds per call, over a few calls in sequence.
double time_of(Route& route) {
  constexpr int calls = 10;
  const auto start = Clock::now();
  for (int i = 0; i < calls; ++i) route.call_once();
  const std::chrono::duration<double, std::micro> took = Clock::now() - start;
  return took.count() / calls;
}

double allocations_of(Route& route) {
  constexpr int calls = 2000;
  const std::size_t before = allocations;
  for (int i = 0; i < calls; ++i) route.call_once();
  return static_cast<double>(allocations - before) / calls;
}

double median(std::vector<double>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void measure(std::string_view title, bool is_in_process, int rounds) {
  Route none(Interceptors::none, is_in_process);
  Route idle(Interceptors::idle, is_in_process);
  Route ours(Interceptors::ours, is_in_process);
  struct Subject {
    std::string_view name;
    Route* route;
    std::vector<double> times;
  };
  std::array<Subject, 3> subjects{
      {{"none", &none, {}}, {"idle, metadata by hand", &idle, {}}, {"ours", &ours, {}}}};
  for (const Subject& subject : subjects) allocations_of(*subject.route);  // warms it up
  if (none.has_context() || !ours.has_context()) std::abort();

  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same order in each run
  std::array<std::size_t, 3> order{0, 1, 2};
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const std::size_t i : order) subjects[i].times.push_back(time_of(*subjects[i].route));
  }

  const double alone = median(subjects[0].times);
  for (Subject& subject : subjects) {
    const double time = median(subject.times);
    std::cout << "| " << std::left << std::setw(10) << title << " | " << std::setw(22)
              << subject.name << std::right << std::fixed << std::setprecision(1) << " | "
              << std::setw(6) << time << " | " << std::setw(6) << time - alone << " | "
              << std::setw(4) << 100 * (time - alone) / alone << " | " << std::setw(6)
              << allocations_of(*subject.route) << " |\n";
  }
}

}  // namespace

int main(int count, char** words) {
  const auto rounds = static_cast<int>(count > 1 ? std::strtol(words[1], nullptr, 10) : 3000);
  if (rounds <= 0) {
    std::cerr << "usage: grpc [ROUNDS]\n";
    return 2;
  }
  cpu_set_t one_processor;
  CPU_ZERO(&one_processor);
  CPU_SET(sched_getcpu(), &one_processor);
  if (sched_setaffinity(0, sizeof(one_processor), &one_processor) != 0) return EXIT_FAILURE;

  baton::Context context = baton::Context().child();
  context.set_sampling(baton::Sampling::sample);
  context.set_trace_state(baton::TraceState::parse(state).value());
  context.set_baggage(baton::Baggage::parse(baggage));
  const baton::Scope scope(context);
  std::cout << "| unary call | interceptors           |     us | beyond |    % | allocs |\n";
  measure("loopback", false, rounds);
  measure("in process", true, rounds);
}
