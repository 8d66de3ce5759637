// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/carriers/grpc.hpp"
#include "relay.grpc.pb.h"

/// Relay over each of gRPC's server APIs, on a free port of the loopback.
namespace grpc_test {

using baton::test::Answer;
using baton::test::Ask;
using baton::test::Found;
using baton::test::Relay;

enum class Api { synchronous, callback, completion_queue };

struct ServerSettings {
  bool is_intercepted = true;
  std::optional<baton::PropagatorChain> chain = std::nullopt;
  std::optional<baton::Tracer*> tracer = std::nullopt;
  int max_metadata_size = 0;  ///< 0: gRPC's default
  int port = 0;               ///< 0: a free one
};

class Server {
 public:
  virtual ~Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] ::grpc::Server& get() { return *server_; }

  [[nodiscard]] std::shared_ptr<::grpc::Channel> plain_channel() const;
  /// With Baton's interceptor.
  [[nodiscard]] std::shared_ptr<::grpc::Channel> channel(
      baton::grpc::ClientInterceptorOptions options = {}) const;

 protected:
  Server() = default;
  void start(::grpc::ServerBuilder& builder, const ServerSettings& settings);

  std::unique_ptr<::grpc::Server> server_;

 private:
  int port_ = 0;
};

std::unique_ptr<Server> start_synchronous_server(const ServerSettings& settings);
std::unique_ptr<Server> start_callback_server(const ServerSettings& settings);
std::unique_ptr<Server> start_queue_server(const ServerSettings& settings);
std::unique_ptr<Server> start_server(Api api, const ServerSettings& settings = {});

/// A channel with Baton's interceptor.
[[nodiscard]] std::shared_ptr<::grpc::Channel> channel_to(
    const std::string& address, baton::grpc::ClientInterceptorOptions options);

[[nodiscard]] Found found_in(const baton::Context& context);

/// The key under which a client may send the trace of its call, independently of Baton.
inline constexpr const char* expected_trace_id = "expected-trace-id";

/// The number of handlers that found another trace than the expected one.
inline std::atomic<int> wrong_traces{0};

/// The number of calls of `fill`. A read happens after all that those handlers did until then.
inline std::atomic<unsigned> answers{0};

/// Fills in what a handler of that call finds, on this thread and now.
void fill(const ::grpc::ServerContextBase& server_context, Answer& answer);

[[nodiscard]] inline ::grpc::Status failure() {
  return {::grpc::StatusCode::FAILED_PRECONDITION, "as was asked"};
}
[[nodiscard]] inline ::grpc::Status cancellation() {
  return {::grpc::StatusCode::CANCELLED, "as was asked"};
}

/// How often a context was current on a thread that must have none: checked around every hook of
/// every call, and in every callback of gRPC.
inline std::atomic<int> leaks{0};

inline void expect_nothing_current() {
  if (baton::detail::scopes_of_thread().innermost != nullptr) ++leaks;
}

/// Counts a context that an inner hook leaves current as a leak.
std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface> server_leak_detector();
std::unique_ptr<::grpc::experimental::ClientInterceptorFactoryInterface> client_leak_detector();

}  // namespace grpc_test
