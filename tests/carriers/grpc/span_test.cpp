// SPDX-License-Identifier: Apache-2.0
// The spans that a tracer makes of calls, at both ends: what they continue, what they say, and that
// each ends once.

#include <grpcpp/generic/async_generic_service.h>
#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "client.hpp"
#include "contexts.hpp"
#include "function_server.hpp"
#include "support/span_cases.hpp"

namespace grpc_test {
namespace {

using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::SpanKind;
using ::grpc::ClientContext;
using ::grpc::ServerContext;
using ::grpc::Status;
using ::grpc::StatusCode;

using Value = RecordedSpan::Value;

std::vector<RecordedSpan> of_kind(const RecordingTracer& tracer, SpanKind kind) {
  std::vector<RecordedSpan> spans = tracer.ended();
  std::erase_if(spans, [&](const RecordedSpan& span) { return span.kind != kind; });
  return spans;
}

/// The API of the server, the API of the client, the kind of call.
class TracedCall : public testing::TestWithParam<std::tuple<Api, Api, Kind>> {
 protected:
  TracedCall() { leaks = 0; }
  ~TracedCall() override {
    end();
    EXPECT_EQ(leaks, 0);
  }

  /// Ends all calls on both sides.
  void end() {
    stub_.reset();
    server_.reset();
    EXPECT_EQ(tracer_.open(), 0U);
  }

  Outcome call_within(const Context& context, ClientContext& client_context,
                      Ask::Ending ending = Ask::GOOD) {
    const baton::Scope scope(context);
    return call(std::get<1>(GetParam()), std::get<2>(GetParam()), *stub_, client_context, ending);
  }

  RecordingTracer tracer_;
  std::unique_ptr<Server> server_ = start_server(std::get<0>(GetParam()), {.tracer = &tracer_});
  std::unique_ptr<Relay::Stub> stub_ = Relay::NewStub(server_->channel({.tracer = &tracer_}));
};

std::string test_name(const testing::TestParamInfo<std::tuple<Api, Api, Kind>>& test) {
  const auto& [server, client, kind] = test.param;
  return std::string(name(server)) + "_from_" + name(client) + "_" + name(kind);
}

INSTANTIATE_TEST_SUITE_P(Grpc, TracedCall,
                         testing::Combine(testing::ValuesIn(apis), testing::ValuesIn(apis),
                                          testing::ValuesIn(kinds)),
                         test_name);

TEST_P(TracedCall, HasASpanAtEachEnd) {
  const Context sent = new_context();
  ClientContext client_context;
  const Outcome outcome = call_within(sent, client_context);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  end();
  ASSERT_EQ(tracer_.ended().size(), 2U);
  const RecordedSpan server = of_kind(tracer_, SpanKind::server).at(0);
  const RecordedSpan client = of_kind(tracer_, SpanKind::client).at(0);
  EXPECT_EQ(client.parent, sent);
  expect_same(found_in(server.parent), client.context);
  for (const Answer& answer : outcome.answers) {
    expect_same(answer.of_call(), server.context);
    expect_same(answer.current(), server.context);
  }
  const char* const methods[] = {"Unary", "Upload", "Download", "Chat"};
  const std::string method = methods[static_cast<int>(std::get<2>(GetParam()))];
  for (const RecordedSpan& span : {server, client}) {
    EXPECT_EQ(span.name, "baton.test.Relay/" + method);
    EXPECT_EQ(span.attributes, (decltype(span.attributes){{"rpc.system", "grpc"},
                                                          {"rpc.service", "baton.test.Relay"},
                                                          {"rpc.method", method},
                                                          {"rpc.grpc.status_code", Value(0)}}));
    EXPECT_FALSE(span.is_error);
    EXPECT_EQ(span.context.span_context().trace_state, sent.span_context().trace_state);
    EXPECT_EQ(span.context.baggage(), sent.baggage());
  }
}

TEST_P(TracedCall, EndsOnceHoweverItEnds) {
  std::size_t calls = 0;
  for (const Ask::Ending ending : {Ask::FAIL, Ask::THROW, Ask::RETURN, Ask::GOOD, Ask::WAIT}) {
    ClientContext client_context;
    if (ending == Ask::WAIT) {
      client_context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
    }
    const Outcome outcome = call_within(new_context(), client_context, ending);
    ++calls;
    const RecordedSpan client = of_kind(tracer_, SpanKind::client).at(calls - 1);
    EXPECT_EQ(client.attributes.at("rpc.grpc.status_code"), Value(outcome.status.error_code()));
    EXPECT_EQ(client.is_error, !outcome.status.ok());
  }
  ClientContext cancelled;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    cancelled.TryCancel();
  });
  call_within(new_context(), cancelled, Ask::WAIT);
  ++calls;
  canceller.join();
  end();
  const std::vector<RecordedSpan> clients = of_kind(tracer_, SpanKind::client);
  EXPECT_EQ(clients.size(), calls);
  EXPECT_EQ(clients.back().error_type, "CANCELLED");
  // A call may be canceled before it arrives.
  const std::vector<RecordedSpan> servers = of_kind(tracer_, SpanKind::server);
  EXPECT_LE(servers.size(), calls);
  EXPECT_GE(servers.size(), calls - 2);
  std::set<std::string> parents;
  for (const RecordedSpan& span : servers) {
    parents.insert(span.parent.span_context().span_id.to_string());
  }
  EXPECT_EQ(parents.size(), servers.size());
}

/// What is current where the call is made.
class EveryContext : public testing::TestWithParam<baton::test::CallerCase> {
 protected:
  /// Formats that together can say any context.
  baton::PropagatorChain chain_ = baton::make_chain("xray,b3multi,tracecontext,baggage").chain;
  RecordingTracer tracer_;
};

INSTANTIATE_TEST_SUITE_P(Grpc, EveryContext, testing::ValuesIn(baton::test::caller_cases()));

TEST_P(EveryContext, IsForwardedWithoutATracer) {
  FunctionServer server(fill_answer, {.chain = chain_, .tracer = nullptr});
  const baton::Scope scope(GetParam().context);
  const Answer answer = ask(server.channel({.chain = chain_, .tracer = nullptr}));
  expect_same(answer.current(), GetParam().context);
  expect_same(answer.of_call(), GetParam().context);
}

TEST_P(EveryContext, IsTheParentOfASpanAtBothEnds) {
  const Context& sent = GetParam().context;
  FunctionServer server(fill_answer, {.chain = chain_, .tracer = &tracer_});
  const baton::Scope scope(sent);
  const Answer answer = ask(server.channel({.chain = chain_, .tracer = &tracer_}));
  ASSERT_EQ(tracer_.ended().size(), 2U);
  const RecordedSpan server_span = tracer_.ended().at(0);
  const RecordedSpan client_span = tracer_.ended().at(1);
  EXPECT_EQ(client_span.kind, SpanKind::client);
  EXPECT_EQ(client_span.parent, sent);
  EXPECT_TRUE(baton::test::is_span_of(client_span.context, sent));
  EXPECT_TRUE(baton::test::is_span_of(server_span.context, server_span.parent));
  expect_same(found_in(server_span.parent), client_span.context);
  expect_same(answer.current(), server_span.context);
  EXPECT_EQ(tracer_.open(), 0U);
}

TEST_P(EveryContext, ThatIsForwardedIsTheParentOfTheServersSpan) {
  FunctionServer server(fill_answer, {.chain = chain_, .tracer = &tracer_});
  const baton::Scope scope(GetParam().context);
  const Answer answer = ask(server.channel({.chain = chain_, .tracer = nullptr}));
  const RecordedSpan span = tracer_.ended().at(0);
  expect_same(found_in(span.parent), GetParam().context);
  EXPECT_TRUE(baton::test::is_span_of(span.context, GetParam().context));
  expect_same(answer.current(), span.context);
}

TEST(GrpcSpans, TheGlobalTracerIsLookedUpForEachCall) {
  FunctionServer server(fill_answer);
  const auto stub = Relay::NewStub(server.channel());
  const auto tracer = std::make_shared<RecordingTracer>();
  const Context sent = new_context();
  const baton::Scope scope(sent);
  baton::set_global_tracer(tracer);
  ClientContext traced;
  EXPECT_NE(ask(*stub, traced).current().span_id(), sent.span_context().span_id.to_string());
  baton::set_global_tracer(nullptr);
  ClientContext forwarded;
  expect_same(ask(*stub, forwarded).current(), sent);
  EXPECT_EQ(tracer->ended().size(), 2U);
  EXPECT_EQ(tracer->open(), 0U);
}

TEST(GrpcSpans, AnErrorOfTheClientIsNoneOfTheServer) {
  const std::set<StatusCode> of_server = {StatusCode::UNKNOWN,       StatusCode::DEADLINE_EXCEEDED,
                                          StatusCode::UNIMPLEMENTED, StatusCode::INTERNAL,
                                          StatusCode::UNAVAILABLE,   StatusCode::DATA_LOSS};
  RecordingTracer tracer;
  StatusCode code = StatusCode::OK;
  FunctionServer server([&](ServerContext&, Answer&) { return Status(code, "as was asked"); },
                        {.tracer = &tracer});
  const auto stub = Relay::NewStub(server.channel({.tracer = &tracer}));
  for (int number = 1; number <= 16; ++number) {
    code = static_cast<StatusCode>(number);
    tracer.clear();
    ClientContext context;
    Answer answer;
    EXPECT_EQ(stub->Unary(&context, Ask(), &answer).error_code(), code);
    ASSERT_EQ(tracer.ended().size(), 2U);
    const RecordedSpan server_span = tracer.ended()[0];
    const RecordedSpan client_span = tracer.ended()[1];
    EXPECT_EQ(server_span.attributes.at("rpc.grpc.status_code"), Value(number));
    EXPECT_EQ(client_span.attributes.at("rpc.grpc.status_code"), Value(number));
    EXPECT_TRUE(client_span.is_error);
    EXPECT_NE(client_span.error_type, "");
    EXPECT_EQ(server_span.is_error, of_server.contains(code)) << number;
    EXPECT_EQ(server_span.error_type, server_span.is_error ? client_span.error_type : "");
  }
}

TEST(GrpcSpans, NamesOfErrorsAreThoseOfGrpc) {
  RecordingTracer tracer;
  StatusCode code = StatusCode::UNAUTHENTICATED;
  FunctionServer server([&](ServerContext&, Answer&) { return Status(code, ""); });
  const auto stub = Relay::NewStub(server.channel({.tracer = &tracer}));
  const auto error_type = [&] {
    ClientContext context;
    Answer answer;
    static_cast<void>(stub->Unary(&context, Ask(), &answer));
    return tracer.ended().back().error_type;
  };
  EXPECT_EQ(error_type(), "UNAUTHENTICATED");
  code = StatusCode::DEADLINE_EXCEEDED;
  EXPECT_EQ(error_type(), "DEADLINE_EXCEEDED");
  code = static_cast<StatusCode>(17);  // the first without a name
  EXPECT_EQ(error_type(), "UNKNOWN");
}

TEST(GrpcSpans, OfACallThatIsNotSentEndsWithItsError) {
  RecordingTracer tracer;
  const auto stub = Relay::NewStub(channel_to("127.0.0.1:1", {.tracer = &tracer}));
  std::size_t calls = 0;
  for (const Kind kind : kinds) {
    for (const Api api : apis) {
      ClientContext unreachable;
      call(api, kind, *stub, unreachable);
      ++calls;
      EXPECT_EQ(tracer.open(), 0U) << name(api) << ' ' << name(kind);
      EXPECT_EQ(tracer.ended().back().error_type, "UNAVAILABLE");
      ClientContext cancelled;
      cancelled.TryCancel();
      call(api, kind, *stub, cancelled);
      ++calls;
      EXPECT_EQ(tracer.open(), 0U) << name(api) << ' ' << name(kind);
      EXPECT_EQ(tracer.ended().back().error_type, "CANCELLED");
    }
  }
  EXPECT_EQ(tracer.ended().size(), calls);
}

TEST(GrpcSpans, OfACallThatIsGivenUpEndsWithIt) {
  RecordingTracer tracer;
  ::grpc::CompletionQueue queue;
  {
    const auto stub = Relay::NewStub(channel_to("127.0.0.1:1", {.tracer = &tracer}));
    ClientContext context;
    // A stream: gRPC itself loses the message of a unary call that is never started.
    const auto never_started = stub->PrepareAsyncChat(&context, &queue);
    EXPECT_EQ(tracer.open(), 1U);
  }
  {
    FunctionServer server(fill_answer);
    const auto stub = Relay::NewStub(server.channel({.tracer = &tracer}));
    ClientContext context;
    const auto never_finished = stub->Download(&context, Ask());
    EXPECT_EQ(tracer.open(), 1U);
  }
  EXPECT_EQ(tracer.open(), 0U);
  ASSERT_EQ(tracer.ended().size(), 2U);
  for (const RecordedSpan& span : tracer.ended()) {
    EXPECT_TRUE(span.is_error);
    EXPECT_EQ(span.error_type, "CANCELLED");
  }
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
}

TEST(GrpcSpans, OfAHandlerThatSendsNoStatusEndsWithTheCall) {
  RecordingTracer tracer;
  ::grpc::AsyncGenericService service;
  std::vector<std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>> all;
  all.push_back(baton::grpc::server_interceptor({.tracer = &tracer}));
  ::grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", ::grpc::InsecureServerCredentials(), &port);
  builder.RegisterAsyncGenericService(&service);
  const auto queue = builder.AddCompletionQueue();
  builder.experimental().SetInterceptorCreators(std::move(all));
  const auto server = builder.BuildAndStart();

  auto context = std::make_unique<::grpc::GenericServerContext>();
  auto stream = std::make_unique<::grpc::GenericServerAsyncReaderWriter>(context.get());
  service.RequestCall(context.get(), stream.get(), queue.get(), queue.get(), nullptr);
  std::thread client([&] {
    ClientContext client_context;
    Answer answer;
    EXPECT_FALSE(Relay::NewStub(channel_to("127.0.0.1:" + std::to_string(port), {}))
                     ->Unary(&client_context, Ask(), &answer)
                     .ok());
  });
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue->Next(&tag, &ok) && ok);
  EXPECT_EQ(tracer.open(), 1U);
  server->Shutdown(std::chrono::system_clock::now());
  stream.reset();
  context.reset();
  client.join();
  queue->Shutdown();
  while (queue->Next(&tag, &ok)) {
  }
  ASSERT_EQ(tracer.open(), 0U);
  const RecordedSpan span = tracer.ended().at(0);
  EXPECT_EQ(span.name, "baton.test.Relay/Unary");
  EXPECT_EQ(span.attributes.at("rpc.grpc.status_code"), Value(StatusCode::CANCELLED));
  EXPECT_FALSE(span.is_error);
}

TEST(GrpcSpans, ARetriedCallHasOneAtTheClient) {
  RecordingTracer tracer;
  int attempts = 0;
  FunctionServer server([&](ServerContext& context, Answer& answer) {
    fill(context, answer);
    return ++attempts < 3 ? Status(StatusCode::UNAVAILABLE, "try again") : Status::OK;
  });
  ::grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(retries);
  std::vector<std::unique_ptr<::grpc::experimental::ClientInterceptorFactoryInterface>> all;
  all.push_back(baton::grpc::client_interceptor({.tracer = &tracer}));
  const Answer answer = ask(::grpc::experimental::CreateCustomChannelWithInterceptors(
      server.address(), ::grpc::InsecureChannelCredentials(), arguments, std::move(all)));
  EXPECT_EQ(attempts, 3);
  ASSERT_EQ(tracer.ended().size(), 1U);
  EXPECT_FALSE(tracer.ended()[0].is_error);
  expect_same(answer.current(), tracer.ended()[0].context);
}

TEST(GrpcSpans, TheServersLinksToAnUntrustedCaller) {
  RecordingTracer tracer;
  FunctionServer server(fill_answer,
                        {.chain = baton::make_chain("tracecontext")
                                      .chain.with_trust({.callers = baton::CallerTrust::restart}),
                         .tracer = &tracer});
  const Context sent = new_context();
  const baton::Scope scope(sent);
  const Answer answer = ask(server.channel({.tracer = nullptr}));
  const RecordedSpan span = tracer.ended().at(0);
  EXPECT_EQ(span.parent, Context());
  ASSERT_EQ(span.links.size(), 1U);
  EXPECT_EQ(span.links[0].span_id, sent.span_context().span_id);
  expect_same(answer.current(), span.context);
}

TEST(GrpcSpans, TwoServerInterceptorsMakeOne) {
  RecordingTracer tracer;
  struct Service final : Relay::Service {
    Status Unary(ServerContext* context, const Ask*, Answer* answer) override {
      return fill_answer(*context, *answer);
    }
  } service;
  std::vector<std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>> all;
  all.push_back(baton::grpc::server_interceptor({.tracer = &tracer}));
  all.push_back(baton::grpc::server_interceptor({.tracer = &tracer}));
  ::grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  builder.experimental().SetInterceptorCreators(std::move(all));
  const auto server = builder.BuildAndStart();
  const Answer answer = ask(server->experimental().InProcessChannelWithInterceptors({}, {}));
  ASSERT_EQ(tracer.ended().size(), 1U);
  expect_same(answer.current(), tracer.ended()[0].context);
}

}  // namespace
}  // namespace grpc_test
