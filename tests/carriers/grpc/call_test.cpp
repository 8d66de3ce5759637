// SPDX-License-Identifier: Apache-2.0
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <thread>

#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "breaking_proxy.hpp"
#include "client.hpp"
#include "contexts.hpp"
#include "function_server.hpp"

namespace grpc_test {
namespace {

using ::grpc::ClientContext;
using ::grpc::ServerContext;
using ::grpc::Status;
using ::grpc::StatusCode;

using ClientInterceptors =
    std::vector<std::unique_ptr<::grpc::experimental::ClientInterceptorFactoryInterface>>;
using ServerInterceptors =
    std::vector<std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>>;

TEST(GrpcHelpers, NeedNoInterceptor) {
  baton::Context arrived;
  baton::ExtractReport report;
  FunctionServer server(
      [&](ServerContext& context, Answer&) {
        arrived = baton::grpc::extract(context, {.report = &report});
        EXPECT_EQ(baton::grpc::context(context), baton::Context());
        return Status::OK;
      },
      {.is_intercepted = false});
  baton::Context sent = new_context();
  ClientContext client_context;
  baton::grpc::inject(client_context, sent);
  ask(*Relay::NewStub(server.plain_channel()), client_context);

  baton::SpanContext remote = sent.span_context();
  remote.is_remote = true;
  sent.set_span_context(remote);
  EXPECT_EQ(arrived, sent);
  EXPECT_EQ(report.format(), "tracecontext");
  EXPECT_EQ(report.issue_count(), 0U);
}

TEST(GrpcHelpers, InjectWhatIsCurrent) {
  FunctionServer server(fill_answer);
  const baton::Context sent = new_context();
  const baton::Scope scope(sent);
  ClientContext client_context;
  baton::grpc::inject(client_context);
  expect_same(ask(*Relay::NewStub(server.plain_channel()), client_context).current(), sent);
}

TEST(GrpcClientInterceptor, TakesTheContextWhereTheCallIsMade) {
  const auto server = start_server(Api::synchronous);
  const auto stub = Relay::NewStub(server->channel());
  const baton::Context sent = new_context();
  ClientContext client_context;
  ::grpc::CompletionQueue queue;
  std::unique_ptr<::grpc::ClientAsyncResponseReader<Answer>> call;
  {
    const baton::Scope scope(sent);
    call = stub->PrepareAsyncUnary(&client_context, Ask(), &queue);
  }
  Answer answer;
  Status status;
  std::thread([&] {
    const baton::Context other = new_context();
    const baton::Scope scope(other);
    call->StartCall();
    call->Finish(&answer, &status, nullptr);
  }).join();
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  expect_same(answer.of_call(), sent);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
}

TEST(GrpcClientInterceptor, LeavesACallAloneWhereNothingIsCurrent) {
  FunctionServer server(fill_answer);
  const baton::Context sent = new_context();
  ClientContext client_context;
  baton::grpc::inject(client_context, sent);
  expect_same(ask(*Relay::NewStub(server.channel()), client_context).current(), sent);
}

TEST(GrpcClientInterceptor, ReplacesWhatWasInjected) {
  FunctionServer server(fill_answer);
  const baton::Context sent = new_context();
  ClientContext client_context;
  baton::grpc::inject(client_context, new_context());
  const baton::Scope scope(sent);
  expect_same(ask(*Relay::NewStub(server.channel()), client_context).current(), sent);
}

/// AddressSanitizer checks the ownership of the interceptor and of the metadata.
TEST(GrpcClientInterceptor, ACallThatIsNotSentLeavesNothingBehind) {
  ClientInterceptors interceptors;
  interceptors.push_back(baton::grpc::client_interceptor());
  auto channel = ::grpc::experimental::CreateCustomChannelWithInterceptors(
      "127.0.0.1:1", ::grpc::InsecureChannelCredentials(), {}, std::move(interceptors));
  const baton::Context sent = new_context();
  const baton::Scope scope(sent);
  for (const Kind kind : kinds) {
    for (const Api api : apis) {
      ClientContext unreachable;
      baton::grpc::inject(unreachable);
      EXPECT_EQ(call(api, kind, *Relay::NewStub(channel), unreachable).status.error_code(),
                StatusCode::UNAVAILABLE);
      ClientContext cancelled;
      cancelled.TryCancel();
      EXPECT_EQ(call(api, kind, *Relay::NewStub(channel), cancelled).status.error_code(),
                StatusCode::CANCELLED);
    }
  }
  ClientContext without_a_call;
  baton::grpc::inject(without_a_call);
  // The last call destroys the channel, and that the factory.
  ClientContext last;
  ::grpc::CompletionQueue queue;
  auto started = Relay::NewStub(channel)->AsyncUnary(&last, Ask(), &queue);
  channel.reset();
  Answer answer;
  Status status;
  started->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
}

TEST(GrpcClientInterceptor, WritesTheFormatsOfItsChain) {
  FunctionServer server(fill_answer, {.chain = baton::make_chain("b3multi").chain});
  const baton::Context sent = new_context();
  const baton::Scope scope(sent);
  const Answer answer = ask(server.channel({.chain = baton::make_chain("b3multi").chain}));
  EXPECT_EQ(answer.of_call().trace_id(), sent.span_context().trace_id.to_string());
  EXPECT_EQ(answer.of_call().baggage(), "");
  EXPECT_FALSE(answer.metadata().contains("traceparent"));
  EXPECT_EQ(answer.metadata().at("x-b3-sampled"), "1");
}

TEST(GrpcClientInterceptor, ARetriedCallHasItsFieldsOnce) {
  int attempts = 0;
  FunctionServer server([&](ServerContext& context, Answer& answer) {
    for (const auto* field : {"traceparent", "tracestate", "baggage"}) {
      EXPECT_EQ(context.client_metadata().count(field), 1U) << field;
    }
    fill(context, answer);
    return ++attempts < 3 ? Status(StatusCode::UNAVAILABLE, "try again") : Status::OK;
  });
  ::grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(retries);
  ClientInterceptors interceptors;
  interceptors.push_back(baton::grpc::client_interceptor());
  const baton::Context sent = new_context();
  const baton::Scope scope(sent);
  const Answer answer = ask(::grpc::experimental::CreateCustomChannelWithInterceptors(
      server.address(), ::grpc::InsecureChannelCredentials(), arguments, std::move(interceptors)));
  EXPECT_EQ(attempts, 3);
  expect_same(answer.current(), sent);
}

TEST(GrpcInterceptors, TwiceIsAsGoodAsOnce) {
  struct Service final : Relay::Service {
    Status Unary(ServerContext* context, const Ask*, Answer* answer) override {
      for (const auto* field : {"traceparent", "tracestate", "baggage", "baton-context"}) {
        EXPECT_EQ(context->client_metadata().count(field), 1U) << field;
      }
      EXPECT_EQ(context->client_metadata().find("baton-context")->second, "");
      return fill_answer(*context, *answer);
    }
  } service;
  ServerInterceptors on_server;
  on_server.push_back(baton::grpc::server_interceptor());
  on_server.push_back(baton::grpc::server_interceptor());
  ::grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  builder.experimental().SetInterceptorCreators(std::move(on_server));
  const auto server = builder.BuildAndStart();

  ClientInterceptors on_client;
  on_client.push_back(baton::grpc::client_interceptor());
  on_client.push_back(baton::grpc::client_interceptor());
  const baton::Context sent = new_context();
  const baton::Scope scope(sent);
  const Answer answer =
      ask(server->experimental().InProcessChannelWithInterceptors({}, std::move(on_client)));
  expect_same(answer.current(), sent);
  EXPECT_EQ(answer.current().span_id(), answer.of_call().span_id());
}

TEST(GrpcServerInterceptor, KnowsCallsOfGenericServices) {
  ::grpc::AsyncGenericService service;
  ServerInterceptors interceptors;
  interceptors.push_back(baton::grpc::server_interceptor());
  ::grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", ::grpc::InsecureServerCredentials(), &port);
  builder.RegisterAsyncGenericService(&service);
  const auto queue = builder.AddCompletionQueue();
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  const auto server = builder.BuildAndStart();
  const auto next = [&] {
    void* tag = nullptr;
    bool ok = false;
    return queue->Next(&tag, &ok) && ok;
  };

  auto context = std::make_unique<::grpc::GenericServerContext>();
  ::grpc::GenericServerAsyncReaderWriter stream(context.get());
  service.RequestCall(context.get(), &stream, queue.get(), queue.get(), nullptr);

  const baton::Context sent = new_context();
  ClientContext client_context;
  baton::grpc::inject(client_context, sent);
  auto status = std::async(std::launch::async, [&] {
    Answer answer;
    return Relay::NewStub(::grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                ::grpc::InsecureChannelCredentials()))
        ->Unary(&client_context, Ask(), &answer);
  });
  ASSERT_TRUE(next());
  const baton::Context found = baton::grpc::context(*context);
  expect_same(found_in(found), sent);
  EXPECT_EQ(baton::current(), baton::Context());
  stream.Finish(failure(), nullptr);
  ASSERT_TRUE(next());
  EXPECT_EQ(status.get().error_code(), failure().error_code());
  EXPECT_EQ(baton::grpc::context(*context), found) << "which lives as long as the ServerContext";
  context.reset();
  server->Shutdown();
  queue->Shutdown();
  while (next()) {
  }
}

TEST(GrpcServerInterceptor, LeavesUnknownMethodsToGrpc) {
  for (const Api api : apis) {
    leaks = 0;
    const auto server = start_server(api);
    const baton::Context sent = new_context();
    const baton::Scope scope(sent);
    ::grpc::GenericStub stub(server->channel());
    ClientContext client_context;
    const ::grpc::Slice empty;
    ::grpc::ByteBuffer request(&empty, 1);
    ::grpc::ByteBuffer response;
    std::promise<Status> status;
    stub.UnaryCall(&client_context, "/baton.test.Relay/Nothing", {}, &request, &response,
                   [&](Status s) { status.set_value(std::move(s)); });
    EXPECT_EQ(status.get_future().get().error_code(), StatusCode::UNIMPLEMENTED) << name(api);
    expect_same(ask(server->channel()).current(), sent);
    EXPECT_EQ(leaks, 0) << name(api);
  }
}

/// As if the server, or the client, were killed in the middle of a call.
TEST(GrpcInterceptors, AConnectionThatBreaksEndsTheSpansOfBothEnds) {
  for (const Api api : apis) {
    for (const Kind kind : kinds) {
      baton::RecordingTracer clients;
      baton::RecordingTracer servers;
      std::size_t calls = 0;
      const auto call_through = [&](Server& server, std::size_t bytes) {
        BreakingProxy proxy(server.address(), bytes);
        ClientContext context;
        // A deadline only ends a test that hangs.
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
        const Outcome outcome = call(
            api, kind, *Relay::NewStub(channel_to(proxy.address(), {.tracer = &clients})), context);
        ++calls;
        EXPECT_EQ(clients.open(), 0U);
        const baton::RecordedSpan span = clients.ended().back();
        EXPECT_EQ(span.is_error, !outcome.status.ok());
        if (!outcome.status.ok()) {
          EXPECT_EQ(span.error_type, "UNAVAILABLE") << bytes;
        }
        return outcome.status.ok() ? proxy.stop() : 0;
      };
      {
        const std::unique_ptr<Server> server = start_server(api, {.tracer = &servers});
        const std::size_t size = call_through(*server, 1'000'000);
        EXPECT_GT(size, 0U);
        for (std::size_t bytes = 0; bytes < size; bytes += 37) call_through(*server, bytes);
      }
      EXPECT_EQ(clients.ended().size(), calls);
      EXPECT_EQ(servers.open(), 0U);
      EXPECT_GT(servers.ended().size(), 1U);
      EXPECT_LE(servers.ended().size(), calls) << "no call is made twice";
      EXPECT_EQ(clients.ended_again() + servers.ended_again(), 0U);
    }
  }
}

}  // namespace
}  // namespace grpc_test
