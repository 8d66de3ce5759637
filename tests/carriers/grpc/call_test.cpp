#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <thread>

#include "baton/configuration.hpp"
#include "client.hpp"
#include "contexts.hpp"

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

/// A server whose one method is what a test says.
class FunctionServer final : public Server {
 public:
  using Handler = std::function<Status(ServerContext&, Answer&)>;

  explicit FunctionServer(Handler handler, const ServerSettings& settings = {}) {
    service_.handler = std::move(handler);
    ::grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    start(builder, settings);
  }
  ~FunctionServer() override { server_->Shutdown(); }

 private:
  struct Service final : Relay::Service {
    Status Unary(ServerContext* context, const Ask*, Answer* answer) override {
      return handler(*context, *answer);
    }
    Handler handler;
  };
  Service service_;
};

Status fill_answer(ServerContext& context, Answer& answer) {
  fill(context, answer);
  return Status::OK;
}

Answer ask(Relay::Stub& stub, ClientContext& context) {
  Answer answer;
  const Status status = stub.Unary(&context, Ask(), &answer);
  EXPECT_TRUE(status.ok()) << status.error_code() << ": " << status.error_message();
  return answer;
}

Answer ask(const std::shared_ptr<::grpc::Channel>& channel) {
  ClientContext context;
  return ask(*Relay::NewStub(channel), context);
}

baton::Context with_baggage(std::string_view header) {
  baton::Context context = new_context();
  context.set_baggage(baton::Baggage::parse(header));
  return context;
}

TEST(GrpcHelpers, NeedNoInterceptor) {
  baton::Context arrived;
  baton::ExtractReport report;
  FunctionServer server(
      [&](ServerContext& context, Answer&) {
        arrived = baton::grpc::extract(context, baton::global_chain(), &report);
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
  expect_child(ask(*Relay::NewStub(server.plain_channel()), client_context).current(), sent);
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
  expect_child(answer.of_call(), sent);
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
}

TEST(GrpcClientInterceptor, LeavesACallAloneWhereNothingIsCurrent) {
  FunctionServer server(fill_answer);
  const baton::Context sent = new_context();
  ClientContext client_context;
  baton::grpc::inject(client_context, sent);
  expect_child(ask(*Relay::NewStub(server.channel()), client_context).current(), sent);
}

TEST(GrpcClientInterceptor, ReplacesWhatWasInjected) {
  FunctionServer server(fill_answer);
  const baton::Context sent = new_context();
  ClientContext client_context;
  baton::grpc::inject(client_context, new_context());
  const baton::Scope scope(sent);
  expect_child(ask(*Relay::NewStub(server.channel()), client_context).current(), sent);
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
  arguments.SetServiceConfigJSON(R"({"methodConfig": [{"name": [{}], "retryPolicy": {
      "maxAttempts": 5, "initialBackoff": "0.01s", "maxBackoff": "0.01s", "backoffMultiplier": 1,
      "retryableStatusCodes": ["UNAVAILABLE"]}}]})");
  ClientInterceptors interceptors;
  interceptors.push_back(baton::grpc::client_interceptor());
  const baton::Context sent = new_context();
  const baton::Scope scope(sent);
  const Answer answer = ask(::grpc::experimental::CreateCustomChannelWithInterceptors(
      server.address(), ::grpc::InsecureChannelCredentials(), arguments, std::move(interceptors)));
  EXPECT_EQ(attempts, 3);
  expect_child(answer.current(), sent);
}

TEST(GrpcInterceptors, TwiceIsAsGoodAsOnce) {
  struct Service final : Relay::Service {
    Status Unary(ServerContext* context, const Ask*, Answer* answer) override {
      for (const auto* field : {"traceparent", "tracestate", "baggage", "baton-context"}) {
        EXPECT_EQ(context->client_metadata().count(field), 1U) << field;
      }
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
  expect_child(answer.current(), sent);
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
  expect_child(found_in(found), sent);
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
    expect_child(ask(server->channel()).current(), sent);
    EXPECT_EQ(leaks, 0) << name(api);
  }
}

// ---- What is hard to send ----

TEST(GrpcSending, LargeBaggageCostsNoCall) {
  FunctionServer server(fill_answer);
  for (const std::size_t size : {5000U, 5900U, 6200U, 7168U, 8192U}) {
    const baton::Context sent = with_baggage("k=" + std::string(size - 2, 'v'));
    ASSERT_EQ(sent.baggage().header().size(), size);
    const baton::Scope scope(sent);
    const Answer by_interceptor = ask(server.channel());
    EXPECT_EQ(by_interceptor.current().trace_id(), sent.span_context().trace_id.to_string());
    EXPECT_EQ(by_interceptor.current().baggage().size(), size <= 5900 ? size : 0);

    ClientContext client_context;
    baton::grpc::inject(client_context);
    const Answer by_helper = ask(*Relay::NewStub(server.plain_channel()), client_context);
    EXPECT_EQ(by_helper.current().trace_id(), sent.span_context().trace_id.to_string());
    EXPECT_EQ(by_helper.current().baggage().size(), size <= 5900 ? size : 0);
  }
}

TEST(GrpcSending, TheLimitCanBeRaised) {
  FunctionServer server(fill_answer, {.max_metadata_size = 64 * 1024});
  const baton::Context sent = with_baggage("k=" + std::string(8190, 'v'));
  const baton::Scope scope(sent);
  EXPECT_EQ(ask(server.channel({.max_metadata_size = 32 * 1024})).current().baggage(),
            sent.baggage().header());
}

TEST(GrpcSending, ATabCostsNoCall) {
  FunctionServer server(fill_answer);
  const baton::Context sent = with_baggage("a=1;p\t=\tq\t,\tb\t=\t2");
  ASSERT_NE(sent.baggage().header().find('\t'), std::string_view::npos);
  const baton::Scope scope(sent);
  EXPECT_EQ(baton::Baggage::parse(ask(server.channel()).current().baggage()).get("b"), "2");
}

/// Sends what it is told, whatever that may be.
class CarelessPropagator final : public baton::Propagator {
 public:
  explicit CarelessPropagator(std::string key, std::string value)
      : key_(std::move(key)), value_(std::move(value)), fields_{key_} {}

  std::string_view name() const noexcept override { return "careless"; }
  std::span<const std::string_view> fields() const noexcept override { return fields_; }
  bool reads_span_context() const noexcept override { return false; }
  baton::Extracted extract(baton::CarrierReader carrier, baton::Context& context,
                           baton::ExtractReport*) const override {
    const auto value = carrier.get(key_);
    if (!carrier.has_binary_fields() || value != value_) return baton::Extracted::malformed;
    context.set_baggage(context.baggage().set("found", "yes").value());
    return baton::Extracted::baggage;
  }
  void inject(const baton::Context&, baton::CarrierWriter carrier) const override {
    if (carrier.has_binary_fields()) carrier.set(key_, value_);
  }

 private:
  std::string key_;
  std::string value_;
  std::array<std::string_view, 1> fields_;
};

baton::PropagatorChain careless(std::string key, std::string value) {
  return baton::PropagatorChain(
      {std::make_shared<CarelessPropagator>(std::move(key), std::move(value))});
}

TEST(GrpcSending, BinaryFieldsGoAsTheyAre) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  for (const std::string& value : {every_byte, std::string("\0\0", 2), std::string(1, '\xff')}) {
    const auto chain = careless("x-trace-bin", value);
    FunctionServer server(fill_answer, {.chain = chain});
    const baton::Context sent = new_context();
    const baton::Scope scope(sent);
    EXPECT_EQ(ask(server.channel({.chain = chain})).current().baggage(), "found=yes");

    ClientContext client_context;
    baton::grpc::inject(client_context, sent, chain);
    EXPECT_EQ(ask(*Relay::NewStub(server.plain_channel()), client_context).current().baggage(),
              "found=yes");
  }
}

// gRPC's core takes this one field for itself, in 1.51 at least, and shows it to no handler. A core
// that does show it must show it as it is.
TEST(GrpcSending, TheFieldOfOpenCensusCostsNoCall) {
  const std::string value("\0\0\xff", 3);
  const auto chain = careless("grpc-trace-bin", value);
  FunctionServer server(
      [&](ServerContext& context, Answer& answer) {
        const bool is_shown = context.client_metadata().contains("grpc-trace-bin");
        EXPECT_EQ(baton::current().baggage().get("found"),
                  is_shown ? std::optional<std::string>("yes") : std::nullopt);
        return fill_answer(context, answer);
      },
      {.chain = chain});
  const baton::Context sent = new_context();
  const baton::Scope scope(sent);
  EXPECT_NE(ask(server.channel({.chain = chain})).current().trace_id(), "");
}

TEST(GrpcSending, WhatGrpcRefusesIsLeftOut) {
  FunctionServer server(fill_answer);
  const baton::Context sent = new_context();
  const baton::Scope scope(sent);
  const std::pair<std::string, std::string> bad[] = {{"k", "a\r\nb"}, {"k", std::string("\0", 1)},
                                                     {"k", "\x7f"},   {"k", "\xc3\xa9"},
                                                     {"k\n", "v"},    {"", "v"},
                                                     {":path", "/"}};
  for (const auto& [key, value] : bad) {
    const Answer answer = ask(server.channel({.chain = careless(key, value)}));
    EXPECT_FALSE(answer.metadata().contains(key)) << key;

    ClientContext client_context;
    baton::grpc::inject(client_context, sent, careless(key, value));
    EXPECT_FALSE(
        ask(*Relay::NewStub(server.plain_channel()), client_context).metadata().contains(key))
        << key;
  }
}

// ---- What is hard to receive, as far as gRPC's own client sends it ----

constexpr const char* parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr const char* trace_id = "0af7651916cd43dd8448eb211c80319c";

TEST(GrpcReceiving, NobodyElseCanNameTheContext) {
  for (const Api api : apis) {
    const auto server = start_server(api);
    ClientContext client_context;
    client_context.AddMetadata("traceparent", parent);
    for (int i = 0; i < 20; ++i) client_context.AddMetadata("baton-context", "forged");
    client_context.AddMetadata("baton-context", "");
    const Answer answer = ask(*Relay::NewStub(server->plain_channel()), client_context);
    EXPECT_EQ(answer.of_call().trace_id(), trace_id);
    EXPECT_EQ(answer.current().span_id(), answer.of_call().span_id());
  }
  FunctionServer server(fill_answer, {.is_intercepted = false});
  ClientContext client_context;
  client_context.AddMetadata("baton-context", "forged");
  EXPECT_EQ(ask(*Relay::NewStub(server.plain_channel()), client_context).of_call().trace_id(), "");
}

TEST(GrpcReceiving, BadFieldsCostNoCall) {
  FunctionServer server(fill_answer);
  const auto stub = Relay::NewStub(server.plain_channel());
  const std::string bad_parents[] = {"",
                                     "00",
                                     std::string(6000, '0'),
                                     "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                     "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                     "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"};
  for (const std::string& bad : bad_parents) {
    ClientContext client_context;
    client_context.AddMetadata("traceparent", bad);
    client_context.AddMetadata("tracestate", "=,=,,");
    client_context.AddMetadata("baggage", "good=1,bad member,=,%%%=%%,also=2");
    client_context.AddMetadata("grpc-trace-bin", "garbage");
    client_context.AddMetadata("x-b3-traceid-bin", std::string("\0\xff", 2));
    const Answer answer = ask(*stub, client_context);
    EXPECT_NE(answer.current().trace_id(), "");
    EXPECT_NE(answer.current().trace_id(), trace_id);
    EXPECT_EQ(baton::Baggage::parse(answer.current().baggage()).get("good"), "1");
    EXPECT_EQ(baton::Baggage::parse(answer.current().baggage()).get("also"), "2");
  }

  ClientContext client_context;
  client_context.AddMetadata("traceparent", parent);
  client_context.AddMetadata("traceparent", parent);
  EXPECT_NE(ask(*stub, client_context).current().trace_id(), trace_id);
}

TEST(GrpcReceiving, HundredsOfEntriesCostNoCall) {
  FunctionServer server(fill_answer, {.max_metadata_size = 256 * 1024});
  ClientContext client_context;
  client_context.AddMetadata("traceparent", parent);
  for (int i = 0; i < 500; ++i) {
    client_context.AddMetadata("key" + std::to_string(i), "v");
    client_context.AddMetadata("baggage", "k" + std::to_string(i) + "=v");
    client_context.AddMetadata("tracestate", "s" + std::to_string(i) + "=v");
    client_context.AddMetadata("k-bin", std::string("\0\xff", 2));
  }
  const Answer answer = ask(*Relay::NewStub(server.plain_channel()), client_context);
  EXPECT_EQ(answer.current().trace_id(), trace_id);
  EXPECT_EQ(baton::Baggage::parse(answer.current().baggage()).size(), 180U);
}

}  // namespace
}  // namespace grpc_test
