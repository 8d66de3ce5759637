// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <tuple>

#include "client.hpp"
#include "contexts.hpp"

namespace grpc_test {
namespace {

using ::grpc::ClientContext;
using ::grpc::StatusCode;

/// The API of the server, the API of the client, the kind of call.
class EveryCall : public testing::TestWithParam<std::tuple<Api, Api, Kind>> {
 protected:
  void SetUp() override { leaks = 0; }
  void TearDown() override {
    server_.reset();
    EXPECT_EQ(leaks, 0);
    EXPECT_EQ(baton::current(), baton::Context());
  }

  Outcome call_within(const baton::Context& context, ClientContext& client_context,
                      Ask::Ending ending = Ask::GOOD) {
    const baton::Scope scope(context);
    return call(std::get<1>(GetParam()), std::get<2>(GetParam()), *stub_, client_context, ending);
  }

  std::unique_ptr<Server> server_ = start_server(std::get<0>(GetParam()));
  std::unique_ptr<Relay::Stub> stub_ = Relay::NewStub(server_->channel());
};

std::string test_name(const testing::TestParamInfo<std::tuple<Api, Api, Kind>>& test) {
  const auto& [server, client, kind] = test.param;
  return std::string(name(server)) + "_from_" + name(client) + "_" + name(kind);
}

INSTANTIATE_TEST_SUITE_P(Grpc, EveryCall,
                         testing::Combine(testing::ValuesIn(apis), testing::ValuesIn(apis),
                                          testing::ValuesIn(kinds)),
                         test_name);

TEST_P(EveryCall, BringsItsContextToTheHandler) {
  for (int i = 0; i < 3; ++i) {
    const baton::Context sent = new_context();
    ClientContext client_context;
    const Outcome outcome = call_within(sent, client_context);
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
    const bool is_stream =
        std::get<2>(GetParam()) == Kind::download || std::get<2>(GetParam()) == Kind::chat;
    ASSERT_EQ(outcome.answers.size(), is_stream ? stream_length : 1U);
    for (const Answer& answer : outcome.answers) {
      expect_same(answer.of_call(), sent);
      expect_same(answer.current(), sent);
    }
  }
}

TEST_P(EveryCall, BringsNothingIfNothingIsCurrent) {
  ClientContext client_context;
  const Outcome outcome = call_within(baton::Context(), client_context);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  expect_same(outcome.answers[0].of_call(), baton::Context());
  expect_same(outcome.answers[0].current(), baton::Context());
}

TEST_P(EveryCall, LeavesNothingBehindHoweverItEnds) {
  for (const Ask::Ending ending : {Ask::FAIL, Ask::THROW, Ask::RETURN, Ask::GOOD, Ask::WAIT}) {
    ClientContext client_context;
    if (ending == Ask::WAIT) {
      client_context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
    }
    const Outcome outcome = call_within(new_context(), client_context, ending);
    EXPECT_EQ(outcome.status.ok(), ending == Ask::RETURN || ending == Ask::GOOD)
        << ending << outcome.status.error_message();
    if (ending == Ask::WAIT) {
      EXPECT_EQ(outcome.status.error_code(), StatusCode::DEADLINE_EXCEEDED);
    }
  }

  ClientContext cancelled;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    cancelled.TryCancel();
  });
  EXPECT_EQ(call_within(new_context(), cancelled, Ask::WAIT).status.error_code(),
            StatusCode::CANCELLED);
  canceller.join();

  // The same threads serve this call, and find its own context.
  const baton::Context sent = new_context();
  ClientContext client_context;
  const Outcome outcome = call_within(sent, client_context);
  ASSERT_TRUE(outcome.status.ok());
  expect_same(outcome.answers[0].current(), sent);
}

TEST_P(EveryCall, ReplacesWhatTheClientContextHas) {
  const baton::Context sent = new_context();
  ClientContext client_context;
  client_context.AddMetadata("traceparent",
                             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  client_context.AddMetadata("baggage", "stale=1");
  client_context.AddMetadata("baggage", "stale=2");
  client_context.AddMetadata("mine", "kept");
  const Outcome outcome = call_within(sent, client_context);
  ASSERT_TRUE(outcome.status.ok()) << outcome.status.error_message();
  expect_same(outcome.answers[0].of_call(), sent);
  EXPECT_EQ(outcome.answers[0].metadata().at("mine"), "kept");
}

}  // namespace
}  // namespace grpc_test
