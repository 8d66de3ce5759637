// SPDX-License-Identifier: Apache-2.0
// Values that are hard to send or to receive, as far as gRPC's own client sends them.

#include <grpcpp/test/client_context_test_peer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "baton/configuration.hpp"
#include "client.hpp"
#include "contexts.hpp"
#include "function_server.hpp"

namespace grpc_test {
namespace {

using baton::grpc::MetadataCarrier;
using baton::grpc::SentMetadata;
using ::grpc::ClientContext;
using ::grpc::ServerContext;

baton::Context with_baggage(std::string_view header) {
  baton::Context context = new_context();
  context.set_baggage(baton::Baggage::parse(header));
  return context;
}

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

/// Sends the given metadata, even invalid ones.
class CarelessPropagator final : public baton::Propagator {
 public:
  explicit CarelessPropagator(std::string key, std::string value)
      : Propagator(traits_),
        key_(std::move(key)),
        value_(std::move(value)),
        fields_{key_},
        traits_{.name = "careless", .specification = "", .fields = fields_} {}

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
  baton::FormatTraits traits_;
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
    baton::grpc::inject(client_context, sent, {.chain = chain});
    EXPECT_EQ(ask(*Relay::NewStub(server.plain_channel()), client_context).current().baggage(),
              "found=yes");
  }
}

// gRPC's core, at least 1.51, keeps this field for itself, and shows it to no handler. A core that
// shows it must show it unchanged.
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
  EXPECT_EQ(ask(server.channel({.chain = chain})).current().trace_id(), "");
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
    baton::grpc::inject(client_context, sent, {.chain = careless(key, value)});
    EXPECT_FALSE(
        ask(*Relay::NewStub(server.plain_channel()), client_context).metadata().contains(key))
        << key;
  }
}

/// What arrives of a chain's formats is all that they say of the trace, or nothing.
bool is_whole(const baton::PropagatorChain& chain, const SentMetadata& sent,
              const baton::Context& all) {
  const baton::Context found = chain.extract(MetadataCarrier(sent));
  if (!found.span_context().is_valid()) {
    return std::ranges::none_of(chain.fields(),
                                [&](auto field) { return sent.contains(std::string(field)); });
  }
  return found.trace_id() == all.trace_id() && found.sampling() == all.sampling() &&
         found.span_context().span_id == all.span_context().span_id;
}

SentMetadata injected(const baton::PropagatorChain& chain, const baton::Context& context,
                      std::size_t limit) {
  ClientContext client_context;
  baton::grpc::inject(client_context, context, {.chain = chain, .max_metadata_size = limit});
  return ::grpc::testing::ClientContextTestPeer(&client_context).GetSendInitialMetadata();
}

TEST(GrpcSending, AFormatIsSentWholeOrNotAtAll) {
  const baton::Context context = new_context();
  for (const std::string format :
       {"tracecontext", "b3", "b3multi", "datadog", "gcp", "jaeger", "ottrace", "xray"}) {
    const baton::PropagatorChain chain = baton::make_chain(format).chain;
    const SentMetadata most = injected(chain, context, 6144);
    const baton::Context all = chain.extract(MetadataCarrier(most));
    ASSERT_TRUE(all.span_context().is_valid());
    SentMetadata last;
    for (std::size_t limit = 0; limit < 600; ++limit) {
      const SentMetadata sent = injected(chain, context, limit);
      EXPECT_TRUE(is_whole(chain, sent, all)) << format << ' ' << limit;
      EXPECT_GE(sent.size(), last.size());
      last = sent;
    }
    EXPECT_EQ(last, most) << format;
  }
}

TEST(GrpcSending, AFormatThatIsLeftOutTakesNoRoom) {
  const auto chain = baton::make_chain("b3multi,tracecontext,baggage").chain;
  const baton::Context context = new_context();
  using Keys = std::vector<std::string>;
  const auto keys = [&](std::size_t limit) {
    Keys sent;
    for (const auto& [key, value] : injected(chain, context, limit)) sent.push_back(key);
    return sent;
  };
  EXPECT_EQ(keys(97), (Keys{"baggage"}));  // traceparent has 98 bytes
  EXPECT_EQ(keys(98), (Keys{"traceparent"}));
  EXPECT_EQ(keys(179), (Keys{"traceparent", "tracestate"}));  // B3's three fields have 180
  EXPECT_EQ(keys(180), (Keys{"x-b3-sampled", "x-b3-spanid", "x-b3-traceid"}));
}

TEST(GrpcSending, TheInterceptorSendsAFormatWholeOrNotAtAll) {
  const baton::Context context = new_context();
  const auto chain = baton::make_chain("b3multi").chain;
  SentMetadata sent = injected(chain, context, 6144);
  const baton::Context all = chain.extract(MetadataCarrier(sent));
  FunctionServer server([&](ServerContext& server_context, Answer& answer) {
    sent.clear();
    for (const auto& [key, value] : server_context.client_metadata()) {
      sent.emplace(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
    }
    return fill_answer(server_context, answer);
  });
  const baton::Scope scope(context);
  for (const std::size_t limit : {50U, 70U, 80U, 179U, 180U}) {
    ClientContext client_context;
    client_context.AddMetadata("x-b3-sampled", "0");
    ask(*Relay::NewStub(server.channel({.chain = chain, .max_metadata_size = limit})),
        client_context);
    EXPECT_TRUE(is_whole(chain, sent, all)) << limit;
    EXPECT_EQ(sent.contains("x-b3-traceid"), limit == 180);
  }
}

TEST(GrpcSending, WhatIsErasedIsNotSent) {
  FunctionServer server(fill_answer);
  ClientContext client_context;
  {
    baton::grpc::ClientContextCarrier carrier(client_context);
    carrier.set("kept", "1");
    carrier.set("gone", "2");
    carrier.erase("Gone");
  }
  const Answer answer = ask(*Relay::NewStub(server.plain_channel()), client_context);
  EXPECT_TRUE(answer.metadata().contains("kept"));
  EXPECT_FALSE(answer.metadata().contains("gone"));
}

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
    EXPECT_EQ(answer.current().trace_id(), "");
    EXPECT_EQ(baton::Baggage::parse(answer.current().baggage()).get("good"), "1");
    EXPECT_EQ(baton::Baggage::parse(answer.current().baggage()).get("also"), "2");
  }

  ClientContext client_context;
  client_context.AddMetadata("traceparent", parent);
  client_context.AddMetadata("traceparent", parent);
  EXPECT_EQ(ask(*stub, client_context).current().trace_id(), "");
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

TEST(GrpcSending, ObeysTheRuleForTheDestination) {
  std::vector<std::string> keys;
  FunctionServer server([&](ServerContext& context, Answer& answer) {
    keys.clear();
    for (const auto& [key, value] : context.client_metadata())
      keys.emplace_back(key.data(), key.size());
    return fill_answer(context, answer);
  });
  const auto has = [&](std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  const baton::PropagatorChain chain =
      baton::make_chain("tracecontext,baggage")
          .chain.with_trust({.destinations = {{"partner", false, false, {"b"}}}});
  const auto partner = server.channel({.chain = chain, .destination = "partner"});
  const auto ours = server.channel({.chain = chain, .destination = "ours"});
  {
    const baton::Context sent = with_baggage("a=1,b=2");
    const baton::Scope scope(sent);
    ask(ours);
    EXPECT_TRUE(has("traceparent"));
    ask(partner);
    EXPECT_FALSE(has("traceparent"));
    EXPECT_TRUE(has("baggage"));

    ClientContext client_context;
    baton::grpc::inject(client_context, sent, {.chain = chain, .destination = "partner"});
    ask(*Relay::NewStub(server.plain_channel()), client_context);
    EXPECT_FALSE(has("traceparent"));
    EXPECT_TRUE(has("baggage"));
  }
  // What the application has added itself, with no context of its own.
  for (const bool is_partner : {false, true}) {
    ClientContext client_context;
    client_context.AddMetadata("traceparent", "by hand");
    ask(*Relay::NewStub(is_partner ? partner : ours), client_context);
    EXPECT_EQ(has("traceparent"), !is_partner);
  }
}

// Fields that the application names, such as those of a call before.
TEST(GrpcSending, SendsNoBaggageThatWasAddedByHand) {
  FunctionServer server(fill_answer);
  for (const std::string format : {"jaeger", "ottrace"}) {
    const std::string key = format == "jaeger" ? "uberctx-" : "ot-baggage-";
    const baton::PropagatorChain chain = baton::make_chain(format).chain;
    const auto sent = [&](const baton::PropagatorChain& used, const baton::Context& context) {
      const baton::Scope scope(context);
      ClientContext client_context;
      client_context.AddMetadata(key + "secret", "1");
      client_context.AddMetadata("mine", "kept");
      const auto channel = server.channel({.chain = used, .destination = "other.test"});
      const auto metadata = ask(*Relay::NewStub(channel), client_context).metadata();
      EXPECT_EQ(metadata.count("mine"), 1U);
      return metadata;
    };
    const auto with_user = sent(chain, with_baggage("user=1"));
    EXPECT_EQ(with_user.count(key + "secret"), 0U);
    EXPECT_EQ(with_user.count(key + "user"), 1U);
    EXPECT_EQ(sent(chain, baton::Context().child()).count(key + "secret"), 0U) << "no baggage";
    EXPECT_EQ(sent(chain, baton::Context()).count(key + "secret"), 1U) << "unchanged";

    const baton::PropagatorChain rules =
        chain.with_trust({.destinations = {{"trusted.test", true, true, {"*"}}, {"*"}},
                          .callers = baton::CallerTrust::restart});
    for (const baton::Context& context : {with_baggage("user=1"), baton::Context()}) {
      const auto denied = sent(rules, context);
      EXPECT_EQ(denied.count(key + "secret"), 0U);
      EXPECT_EQ(denied.count(key + "user"), 0U);
    }
  }
}

}  // namespace
}  // namespace grpc_test
