// SPDX-License-Identifier: Apache-2.0
// Each allocation of an interceptor fails once, in real calls: no exception may reach gRPC.
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "contexts.hpp"
#include "function_server.hpp"
#include "support/faults.hpp"

namespace grpc_test {
namespace {

using baton::test::faults;
using ::grpc::ClientContext;
using ::grpc::StatusCode;
using ::grpc::experimental::ClientInterceptorFactoryInterface;
using ::grpc::experimental::ClientRpcInfo;
using ::grpc::experimental::InterceptionHookPoints;
using ::grpc::experimental::Interceptor;
using ::grpc::experimental::InterceptorBatchMethods;
using ::grpc::experimental::ServerInterceptorFactoryInterface;
using ::grpc::experimental::ServerRpcInfo;

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
/// No hook: the making of the interceptor.
constexpr auto making = InterceptionHookPoints::NUM_INTERCEPTION_HOOKS;

/// In which part of a call an allocation fails, and what comes of it. A server's threads use it.
struct Shortage {
  std::atomic<InterceptionHookPoints> where = making;
  std::atomic<std::size_t> number = none;
  std::atomic<bool> has_failed = false;
  std::atomic<bool> has_thrown = false;

  void begin() { faults.begin(number); }
  void end() {
    if (faults.end()) has_failed = true;
  }
};
Shortage shortage;

/// Interceptors that stand around the one under test: where a hook reaches the first, the shortage
/// begins, and where it leaves for the other one, it ends.
class Edge final : public Interceptor {
 public:
  explicit Edge(bool is_reached_first) : is_reached_first_(is_reached_first) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    const bool is_there =
        shortage.where != making && methods->QueryInterceptionHookPoint(shortage.where);
    if (!is_there || !is_reached_first_) {
      if (is_there) shortage.end();
      methods->Proceed();
      return;
    }
    shortage.begin();
    try {
      methods->Proceed();
    } catch (const std::bad_alloc&) {
      shortage.end();
      shortage.has_thrown = true;
      methods->Proceed();
    }
  }

 private:
  bool is_reached_first_;
};

/// Each interface has one function that makes an interceptor.
template <class Make>
Interceptor* make_in_shortage(Make make) {
  if (shortage.where != making) return make();
  Interceptor* made = nullptr;
  shortage.begin();
  try {
    made = make();
  } catch (const std::bad_alloc&) {
    shortage.has_thrown = true;  // gRPC would leak the call
  }
  shortage.end();
  return made;
}

template <class Interface>
struct Factory;

template <>
struct Factory<ClientInterceptorFactoryInterface> final : ClientInterceptorFactoryInterface {
  Interceptor* CreateClientInterceptor(ClientRpcInfo* info) override {
    if (ours == nullptr) return new Edge(is_first);
    return make_in_shortage([&] { return ours->CreateClientInterceptor(info); });
  }
  std::unique_ptr<ClientInterceptorFactoryInterface> ours;  // null: an edge
  bool is_first = false;
};

/// Hooks for what arrives run from the last interceptor to the first.
template <>
struct Factory<ServerInterceptorFactoryInterface> final : ServerInterceptorFactoryInterface {
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    const bool arrives = shortage.where == InterceptionHookPoints::POST_RECV_INITIAL_METADATA;
    if (ours == nullptr) return new Edge(is_first != arrives);
    return make_in_shortage([&] { return ours->CreateServerInterceptor(info); });
  }
  std::unique_ptr<ServerInterceptorFactoryInterface> ours;
  bool is_first = false;
};

template <class Interface>
std::vector<std::unique_ptr<Interface>> between_edges(std::unique_ptr<Interface> ours) {
  std::vector<std::unique_ptr<Interface>> all;
  for (int place = 0; place < 3; ++place) {
    auto factory = std::make_unique<Factory<Interface>>();
    factory->is_first = place == 0;
    if (place == 1) factory->ours = std::move(ours);
    all.push_back(std::move(factory));
  }
  return all;
}

/// Needs no memory.
class CountingTracer final : public baton::Tracer {
 public:
  Started start(const baton::SpanStart& start) noexcept override {
    ++started;
    return {start.parent.child()};
  }
  void end(const Started& /*started*/, const baton::SpanEnd& end) noexcept override {
    is_unknown = end.error_type == "UNKNOWN";
    ++ended;
  }

  std::atomic<std::size_t> started = 0;
  std::atomic<std::size_t> ended = 0;
  std::atomic<bool> is_unknown = false;
};

/// Lets each allocation in that part of a call fail. Returns how many have.
template <class Call>
std::size_t fail_each_in(InterceptionHookPoints where, Call call) {
  shortage.where = where;
  return baton::test::fail_each([&](std::size_t number) {
    shortage.number = number;
    shortage.has_failed = false;
    shortage.has_thrown = false;
    call(number);
    return shortage.has_failed.load();
  });
}

class ShortClient : public testing::Test {
 protected:
  using Metadata = std::map<std::string, std::string>;

  /// Makes a call to which the application has added metadata. Returns what has arrived of the
  /// chain's formats.
  Metadata sent(const baton::grpc::ClientInterceptorOptions& options) {
    const auto channel = ::grpc::experimental::CreateCustomChannelWithInterceptors(
        server_.address(), ::grpc::InsecureChannelCredentials(), {},
        between_edges(baton::grpc::client_interceptor(options)));
    ClientContext client_context;
    client_context.AddMetadata("mine", "kept");
    for (const char* key : {"baggage", "tracestate", "uberctx-secret", "x-b3-sampled"}) {
      client_context.AddMetadata(key, "secret=1");
    }
    const Answer answer = ask(*Relay::NewStub(channel), client_context);
    EXPECT_EQ(answer.metadata().count("mine"), 1U);
    Metadata owned;
    for (const auto& [key, value] : answer.metadata()) {
      if (options.chain->owns(key)) owned.emplace(key, value);
    }
    return owned;
  }

  FunctionServer server_{fill_answer, {.is_intercepted = false}};
};

/// What must be there as a whole. Baggage may be missing alone.
std::map<std::string, std::string> without_baggage(std::map<std::string, std::string> fields) {
  std::erase_if(fields, [](const auto& field) {
    return field.first == "baggage" || field.first.starts_with("uberctx-");
  });
  return fields;
}

TEST_F(ShortClient, ACallProceedsWithAWholeContextOrNone) {
  const baton::PropagatorChain chain =
      baton::make_chain("tracecontext,baggage,b3multi,datadog,jaeger").chain;
  const baton::PropagatorChain rules =
      chain.with_trust({.destinations = {{"other.test", true, false, {"user"}}}});
  const baton::Context context = new_context();
  const baton::Scope scope(context);
  for (const baton::PropagatorChain& used : {chain, rules}) {
    for (const std::size_t limit : {6144U, 500U}) {  // some formats have no room in the latter
      const baton::grpc::ClientInterceptorOptions options{
          .chain = used, .max_metadata_size = limit, .destination = "other.test"};
      shortage.number = none;
      const Metadata whole = sent(options);
      EXPECT_TRUE(whole.contains("traceparent"));
      EXPECT_EQ(whole.contains("x-datadog-trace-id"), limit != 500);
      std::size_t withdrawn = 0;
      const std::size_t failures =
          fail_each_in(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA, [&](std::size_t number) {
            const Metadata found = sent(options);
            EXPECT_FALSE(shortage.has_thrown) << number;
            EXPECT_FALSE(found.contains("uberctx-secret"));
            if (!shortage.has_failed) {
              EXPECT_EQ(found, whole);
            } else if (!found.empty()) {
              EXPECT_EQ(without_baggage(found), without_baggage(whole)) << number;
            }
            if (found.empty()) ++withdrawn;
          });
      EXPECT_GE(withdrawn, whole.size());
      EXPECT_GE(failures, withdrawn);
    }
  }
}

TEST_F(ShortClient, ACallProceedsWithoutASpanOrAnInterceptor) {
  CountingTracer tracer;
  const baton::PropagatorChain chain = baton::make_chain("tracecontext").chain;
  const baton::Context context = baton::Context().child();
  const baton::Scope scope(context);
  const std::size_t failures = fail_each_in(making, [&](std::size_t number) {
    const std::size_t started = tracer.started;
    const Metadata found = sent({.chain = chain, .tracer = &tracer});
    EXPECT_FALSE(shortage.has_thrown);
    EXPECT_EQ(tracer.started - started, shortage.has_failed ? 0U : 1U);
    EXPECT_EQ(tracer.started, tracer.ended);
    EXPECT_EQ(found.contains("traceparent"), number != 0) << "without a span, it is forwarded";
  });
  EXPECT_EQ(failures, 2U) << "the interceptor, and the span's name";
}

// The interceptor alone could take from the call what the application has added.
TEST_F(ShortClient, WithoutAnInterceptorNothingDeniedLeaves) {
  CountingTracer tracer;
  const baton::PropagatorChain rules =
      baton::make_chain("tracecontext,jaeger").chain.with_trust({.destinations = {{"*"}}});
  fail_each_in(making, [&](std::size_t number) {
    const Metadata found = sent({.chain = rules, .tracer = &tracer});
    EXPECT_EQ(shortage.has_thrown, number == 0) << "to the caller of the stub's method";
    if (number != 0) {
      EXPECT_EQ(found, Metadata());
    }
  });
}

class ShortServer final : public Server {
 public:
  explicit ShortServer(baton::Tracer* tracer) {
    ::grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    builder.experimental().SetInterceptorCreators(
        between_edges(baton::grpc::server_interceptor({.tracer = tracer})));
    start(builder, {.is_intercepted = false});
  }
  ~ShortServer() override { server_->Shutdown(); }

  void set_status(::grpc::Status status) { service_.status = std::move(status); }

 private:
  struct Service final : Relay::Service {
    ::grpc::Status Unary(::grpc::ServerContext* context, const Ask*, Answer* answer) override {
      fill(*context, *answer);
      return status;
    }
    ::grpc::Status status;
  };
  Service service_;
};

constexpr const char* parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr const char* trace_id = "0af7651916cd43dd8448eb211c80319c";
constexpr const char* span_id = "b7ad6b7169203331";

Answer ask_with_parent(const Server& server) {
  ClientContext client_context;
  client_context.AddMetadata("traceparent", parent);
  client_context.AddMetadata("baggage", "user=1");
  return ask(*Relay::NewStub(server.plain_channel()), client_context);
}

TEST(ShortServerTest, AHandlerRunsWithTheCallsContextOrNone) {
  CountingTracer tracer;
  for (const bool is_traced : {true, false}) {
    ShortServer server(is_traced ? &tracer : nullptr);
    for (const auto where : {making, InterceptionHookPoints::POST_RECV_INITIAL_METADATA}) {
      std::size_t forwarded = 0;
      const std::size_t failures = fail_each_in(where, [&](std::size_t number) {
        const std::size_t started = tracer.started;
        const Answer answer = ask_with_parent(server);
        EXPECT_FALSE(shortage.has_thrown) << number;
        const Found& found = answer.current();
        EXPECT_EQ(answer.of_call().ShortDebugString(), found.ShortDebugString());
        const bool has_span = tracer.started != started;
        if (found.trace_id().empty()) {
          EXPECT_TRUE(shortage.has_failed);
          EXPECT_EQ(found.ShortDebugString(), "");
          EXPECT_FALSE(has_span);
          return;
        }
        EXPECT_EQ(found.trace_id(), trace_id);
        EXPECT_EQ(found.span_id() == span_id, !has_span);
        if (shortage.has_failed) {
          if (!has_span) ++forwarded;
        } else {
          EXPECT_EQ(has_span, is_traced);
          EXPECT_EQ(found.baggage(), "user=1");
        }
      });
      EXPECT_GE(failures, where == making ? 1U : 2U);
      EXPECT_EQ(forwarded != 0, where != making) << "without baggage or a span";
    }
  }
  EXPECT_EQ(tracer.started, tracer.ended);
}

TEST(ShortServerTest, AStatusIsSentThoughItCannotBeCopied) {
  CountingTracer tracer;
  ShortServer server(&tracer);
  server.set_status({StatusCode::NOT_FOUND, std::string(100, 'x')});
  const std::size_t failures =
      fail_each_in(InterceptionHookPoints::PRE_SEND_STATUS, [&](std::size_t /*number*/) {
        ClientContext client_context;
        Answer answer;
        const ::grpc::Status status =
            Relay::NewStub(server.plain_channel())->Unary(&client_context, Ask(), &answer);
        EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
        EXPECT_FALSE(shortage.has_thrown);
        EXPECT_EQ(tracer.is_unknown, shortage.has_failed);
        EXPECT_EQ(tracer.started, tracer.ended);
      });
  EXPECT_GE(failures, 1U);
}

}  // namespace
}  // namespace grpc_test
