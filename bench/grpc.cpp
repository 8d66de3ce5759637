// What the interceptors cost a unary call: the same call with and without them, in turn and in
// random order, over loopback and within the process. Beside them a pair of interceptors that do
// nothing, on a call whose metadata are added by hand: what is beyond that is our own.
//
// usage: grpc [ROUNDS]

#include <grpcpp/grpcpp.h>

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

  double call_once() {
    const auto start = Clock::now();
    {
      ::grpc::ClientContext context;
      if (interceptors_ == Interceptors::idle) {
        context.AddMetadata("traceparent",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        context.AddMetadata("tracestate", std::string(state));
        context.AddMetadata("baggage", std::string(baggage));
      }
      Answer answer;
      if (!stub_->Unary(&context, ask_, &answer).ok()) std::abort();
    }
    const std::chrono::duration<double, std::micro> took = Clock::now() - start;
    return took.count();
  }

  [[nodiscard]] bool has_context() const { return service_.has_context; }

 private:
  Interceptors interceptors_;
  Service service_;
  std::unique_ptr<::grpc::Server> server_;
  std::unique_ptr<Relay::Stub> stub_;
  Ask ask_;
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double allocations_of(Route& route) {
  constexpr int calls = 2000;
  const std::size_t before = allocations;
  for (int i = 0; i < calls; ++i) route.call_once();
  return static_cast<double>(allocations - before) / calls;
}

void measure(std::string_view title, bool is_in_process, int rounds) {
  Route none(Interceptors::none, is_in_process);
  Route idle(Interceptors::idle, is_in_process);
  Route ours(Interceptors::ours, is_in_process);
  const std::array routes{&none, &idle, &ours};
  for (int i = 0; i < 500; ++i) {
    for (Route* route : routes) route->call_once();
  }
  if (none.has_context() || !ours.has_context()) std::abort();

  std::mt19937 random(1);
  std::array<std::size_t, 3> order{0, 1, 2};
  std::array<std::vector<double>, 3> times;
  std::array<std::vector<double>, 3> differences;
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    std::array<double, 3> took{};
    for (const std::size_t i : order) took[i] = routes[i]->call_once();
    for (std::size_t i = 0; i < routes.size(); ++i) {
      times[i].push_back(took[i]);
      differences[i].push_back(took[i] - took[0]);
    }
  }

  const double alone = median(times[0]);
  constexpr std::array names{"none", "idle, metadata by hand", "ours"};
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const double difference = median(differences[i]);
    std::cout << "| " << std::left << std::setw(10) << title << " | " << std::setw(22) << names[i]
              << std::right << std::fixed << std::setprecision(1) << " | " << std::setw(7)
              << median(times[i]) << " | " << std::setw(6) << difference << " | " << std::setw(5)
              << 100 * difference / alone << " | " << std::setw(7) << allocations_of(*routes[i])
              << " |\n";
  }
}

}  // namespace

int main(int count, char** words) {
  const int rounds = count > 1 ? std::atoi(words[1]) : 20'000;
  baton::Context context = baton::Context().child();
  context.set_sampling(baton::Sampling::sample);
  context.set_trace_state(baton::TraceState::parse(state).value());
  context.set_baggage(baton::Baggage::parse(baggage));
  const baton::Scope scope(context);
  std::cout << "| unary call | interceptors           |      us | beyond |     % | allocs  |\n";
  measure("loopback", false, rounds);
  measure("in process", true, rounds);
}
