// SPDX-License-Identifier: Apache-2.0
// Every helper of HTTP, forwarding and with a tracer, for all that may be known of a caller.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/http/string_body.hpp>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "baton/carriers/beast.hpp"
#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "support/span_cases.hpp"

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::SpanKind;
using baton::Tracer;
using baton::test::caller_cases;
using baton::test::is_span_of;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

// Only B3 carries a decision alone, and only X-Ray a trace id alone.
const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3,xray-lambda").chain;

Request request_from(const Context& caller) {
  Request request(http::verb::post, "/orders?id=7", 11);
  baton::http::inject(request, caller, {.chain = chain});
  return request;
}

template <class Fields>
Context sent_in(const Fields& fields) {
  return baton::http::extract(fields, {.chain = chain});
}

/// Runs a coroutine that `start` returns, and returns its result.
template <class Start>
auto run(Start start) {
  net::io_context io;
  auto done = net::co_spawn(io, std::move(start), net::use_future);
  io.run();
  return done.get();
}

/// The helpers of a server, as functions of one signature.
struct Serve {
  template <class Handler>
  static auto call(const Request& request, Handler handler,
                   const baton::http::ServeOptions& options) {
    return baton::http::serve(request, handler, options);
  }
};
struct CoServe {
  template <class Handler>
  static auto call(const Request& request, Handler handler,
                   const baton::http::ServeOptions& options) {
    return run([&]() -> net::awaitable<decltype(handler())> {
      co_return co_await baton::http::co_serve(
          request,
          [&]() -> net::awaitable<decltype(handler())> {
            co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
            co_return handler();
          },
          options);
    });
  }
};

template <class Helper>
class ServerSpans : public testing::Test {};
using Servers = testing::Types<Serve, CoServe>;
TYPED_TEST_SUITE(ServerSpans, Servers);

TYPED_TEST(ServerSpans, AreForwardedWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    const Request request = request_from(context);
    const Context caller = sent_in(request);
    Request next;
    const Context seen =
        TypeParam::call(request,
                        [&] {
                          baton::http::inject(next, baton::current(), {.chain = chain});
                          return baton::current();
                        },
                        {.chain = chain});
    EXPECT_EQ(seen, caller) << name;
    EXPECT_EQ(sent_in(next), caller) << name;
    EXPECT_EQ(std::distance(next.begin(), next.end()),
              std::distance(request.begin(), request.end()))
        << name;
  }
}

TYPED_TEST(ServerSpans, AreStartedByATracer) {
  RecordingTracer tracer;
  for (const auto& [name, context] : caller_cases()) {
    const Request request = request_from(context);
    const Context seen = TypeParam::call(request, [] { return baton::current(); },
                                         {.chain = chain, .tracer = &tracer});
    EXPECT_TRUE(is_span_of(seen, sent_in(request))) << name;
    EXPECT_EQ(tracer.ended().back().context, seen) << name;
  }
  EXPECT_EQ(tracer.open(), 0U);
  ASSERT_EQ(tracer.ended().size(), 4U);
  const RecordedSpan span = tracer.ended()[0];
  EXPECT_EQ(span.kind, SpanKind::server);
  EXPECT_EQ(span.name, "POST");
  EXPECT_EQ(span.attributes.at("http.request.method"), RecordedSpan::Value("POST"));
  EXPECT_EQ(span.attributes.at("url.path"), RecordedSpan::Value("/orders"));
  EXPECT_FALSE(span.is_error);
}

TYPED_TEST(ServerSpans, LinkToACallerThatIsNotTrusted) {
  RecordingTracer tracer;
  const baton::PropagatorChain edge = chain.with_trust({.callers = baton::CallerTrust::restart});
  const Context caller = caller_cases()[0].context;
  const Request request = request_from(caller);
  const auto see = [] { return baton::current(); };
  const Context seen = TypeParam::call(request, see, {.chain = edge, .tracer = &tracer});
  const RecordedSpan span = tracer.ended().at(0);
  EXPECT_EQ(span.context, seen);
  EXPECT_NE(seen.trace_id(), caller.trace_id());
  EXPECT_FALSE(span.parent.trace_id().is_valid());
  ASSERT_EQ(span.links.size(), 1U);
  EXPECT_EQ(span.links[0].span_id, caller.span_context().span_id);

  EXPECT_FALSE(TypeParam::call(request, see, {.chain = edge}).trace_id().is_valid());
  TypeParam::call(request, see, {.chain = chain, .tracer = &tracer});
  EXPECT_TRUE(tracer.ended().back().links.empty());
}

TYPED_TEST(ServerSpans, EndWithAnErrorIfTheHandlerThrows) {
  RecordingTracer tracer;
  const Request request = request_from(caller_cases()[0].context);
  const auto fail = []() -> int { throw std::runtime_error("no"); };
  EXPECT_THROW(TypeParam::call(request, fail, {.chain = chain, .tracer = &tracer}),
               std::runtime_error);
  EXPECT_THROW(TypeParam::call(request, fail, {.chain = chain}), std::runtime_error);
  EXPECT_EQ(tracer.open(), 0U);
  ASSERT_EQ(tracer.ended().size(), 1U);
  EXPECT_TRUE(tracer.ended()[0].is_error);
  EXPECT_NE(tracer.ended()[0].error_type, "cancelled");
}

TYPED_TEST(ServerSpans, EndWithoutAnErrorIfTheHandlerHasNoResult) {
  RecordingTracer tracer;
  TypeParam::call(request_from({}), [] {}, {.chain = chain, .tracer = &tracer});
  EXPECT_FALSE(tracer.ended().at(0).is_error);
}

TYPED_TEST(ServerSpans, EndByTheStatusOfTheResponse) {
  RecordingTracer tracer;
  const Request request = request_from({});
  for (const unsigned status : {200U, 404U, 500U, 503U}) {
    const Response response =
        TypeParam::call(request, [&] { return Response(http::status(status), 11); },
                        {.chain = chain, .tracer = &tracer, .span_name = "POST /orders"});
    EXPECT_EQ(response.result_int(), status);
    const RecordedSpan span = tracer.ended().back();
    EXPECT_EQ(span.name, "POST /orders");
    EXPECT_EQ(span.attributes.at("http.response.status_code"),
              RecordedSpan::Value(std::int64_t{status}));
    EXPECT_EQ(span.is_error, status >= 500);
    EXPECT_EQ(span.error_type, status >= 500 ? std::to_string(status) : "");
  }
}

TYPED_TEST(ServerSpans, AnswerIfAsked) {
  using baton::http::Answer;
  RecordingTracer tracer;
  const Request request = request_from(caller_cases()[0].context);
  const auto handler = [] {
    Response response(http::status::ok, 11);
    response.insert("Server-Timing", "db;dur=3.2,, traceparent;desc=old, disk;dur=1");
    response.insert("Server-Timing", "cache;desc=\"a, b\"");
    return response;
  };
  const auto serve = [&](Tracer* chosen, Answer answer) {
    return TypeParam::call(request, handler, {.chain = chain, .tracer = chosen, .answer = answer});
  };
  for (const Answer answer : {Answer::traceresponse, Answer::server_timing, Answer::both}) {
    const Response response = serve(&tracer, answer);
    const baton::SpanContext span = tracer.ended().back().context.span_context();
    const std::string text =
        "00-" + span.trace_id.to_string() + "-" + span.span_id.to_string() + "-01";
    EXPECT_EQ(response["traceresponse"], answer != Answer::server_timing ? text : "");
    EXPECT_EQ(response.count("server-timing"), answer == Answer::traceresponse ? 2U : 1U);
    if (answer != Answer::traceresponse) {
      EXPECT_EQ(response["server-timing"],
                "db;dur=3.2, disk;dur=1, cache;desc=\"a, b\", traceparent;desc=\"" + text + "\"");
    }
    const baton::SpanContext answered = baton::http::read_answer(response);
    EXPECT_EQ(answered.trace_id, span.trace_id);
    EXPECT_EQ(answered.span_id, span.span_id);
    EXPECT_TRUE(answered.is_remote);
  }
  EXPECT_EQ(serve(&tracer, Answer::none)["traceresponse"], "");
  EXPECT_EQ(serve(nullptr, Answer::both)["traceresponse"], "");
  EXPECT_EQ(serve(nullptr, Answer::both).count("server-timing"), 2U);
}

struct Call {
  template <class Send>
  static auto call(Request& request, Send send, const baton::SendOptions& options) {
    return baton::http::call(request, send, options);
  }
};
struct CoCall {
  template <class Send>
  static auto call(Request& request, Send send, const baton::SendOptions& options) {
    using Result = decltype(send());
    const auto suspend_and_send = [&]() -> net::awaitable<Result> {
      co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
      co_return send();
    };
    // The call is made here, where the caller's context is current, and awaited elsewhere.
    auto call = baton::http::co_call(request, suspend_and_send, options);
    return run([&]() -> net::awaitable<Result> { co_return co_await std::move(call); });
  }
};

template <class Helper>
class ClientSpans : public testing::Test {};
using Clients = testing::Types<Call, CoCall>;
TYPED_TEST_SUITE(ClientSpans, Clients);

TYPED_TEST(ClientSpans, CarryTheCurrentContextWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    const Context expected = sent_in(request_from(context));
    const baton::Scope scope(context);
    Request request = request_from(Context().child());  // an older one
    const Context seen =
        TypeParam::call(request, [] { return baton::current(); }, {.chain = chain});
    EXPECT_EQ(seen, context) << name;
    EXPECT_EQ(sent_in(request), expected) << name;
  }
}

TYPED_TEST(ClientSpans, CarryASpanOfTheirOwn) {
  RecordingTracer tracer;
  for (const auto& [name, context] : caller_cases()) {
    const baton::Scope scope(context);
    Request request(http::verb::get, "http://example.com/prices#now", 11);
    for (int i = 0; i < 2; ++i) {
      const Context seen = TypeParam::call(request, [] { return baton::current(); },
                                           {.chain = chain, .tracer = &tracer});
      EXPECT_TRUE(is_span_of(seen, context)) << name;
      EXPECT_EQ(tracer.ended().back().context, seen) << name;
      EXPECT_EQ(sent_in(request).span_context().span_id, seen.span_context().span_id) << name;
    }
  }
  EXPECT_EQ(tracer.open(), 0U);
  ASSERT_EQ(tracer.ended().size(), 8U);
  EXPECT_NE(tracer.ended()[0].context, tracer.ended()[1].context);
  EXPECT_EQ(tracer.ended()[0].kind, SpanKind::client);
  EXPECT_EQ(tracer.ended()[0].name, "GET");
}

TYPED_TEST(ClientSpans, CarryOnlyWhatMayLeave) {
  const baton::PropagatorChain edge =
      chain.with_trust({.destinations = {{.destination = "*.partner", .context = true}}});
  const Context caller = caller_cases()[0].context;
  const baton::Scope scope(caller);
  for (const std::string_view destination : {"a.partner", "ours"}) {
    Request request(http::verb::get, "/", 11);
    TypeParam::call(request, [] { return 0; }, {.chain = edge, .destination = destination});
    EXPECT_EQ(sent_in(request).trace_id(), caller.trace_id());
    EXPECT_EQ(sent_in(request).baggage().empty(), destination != "ours");
  }
}

TYPED_TEST(ClientSpans, EndByStatusOrException) {
  RecordingTracer tracer;
  Request request(http::verb::get, "/", 11);
  const baton::SendOptions options{.chain = chain, .tracer = &tracer};
  for (const unsigned status : {200U, 399U, 400U, 500U}) {
    TypeParam::call(request, [&] { return Response(http::status(status), 11); }, options);
    EXPECT_EQ(tracer.ended().back().is_error, status >= 400);
  }
  EXPECT_THROW(TypeParam::call(
                   request, []() -> int { throw std::runtime_error("no"); }, options),
               std::runtime_error);
  EXPECT_TRUE(tracer.ended().back().is_error);
  EXPECT_EQ(tracer.ended().size(), 5U);
  EXPECT_EQ(tracer.open(), 0U);
}

struct OwnRequest : std::map<std::string, std::string> {
  std::string method = "PATCH";
  std::string target;
};
struct DerivedResponse : Response {
  using Response::Response;
};

}  // namespace

template <>
struct baton::http::RequestTraits<OwnRequest> {
  static std::string method(const OwnRequest& request) { return request.method; }  // a copy
  static std::string_view target(const OwnRequest& request) { return request.target; }
};

namespace {

TEST(HttpSpan, KnowsTheRequestsOfOthers) {
  RecordingTracer tracer;
  OwnRequest request;
  for (const auto& [target, path] : std::map<std::string, std::string>{
           {"/a/long/path?query", "/a/long/path"}, {"http://user@host/", ""}, {"host:80", ""}}) {
    request.target = target;
    baton::http::serve(request, [] {}, {.tracer = &tracer});
    const RecordedSpan span = tracer.ended().back();
    EXPECT_EQ(span.name, "PATCH");
    EXPECT_FALSE(span.attributes.contains("http.request.method_original"));
    EXPECT_EQ(span.attributes.contains("url.path"), !path.empty()) << target;
    if (path.empty()) continue;
    EXPECT_EQ(span.attributes.at("url.path"), RecordedSpan::Value(path));
  }
}

TEST(HttpSpan, KnowsClassesDerivedFromBeasts) {
  RecordingTracer tracer;
  baton::http::serve(Request(), [] { return DerivedResponse(http::status::bad_gateway, 11); },
                     {.tracer = &tracer});
  EXPECT_TRUE(tracer.ended().back().is_error);
}

TEST(CoServeSpan, EndsIfItsCoroutineIsDestroyedOrNeverRuns) {
  RecordingTracer tracer;
  const Request request = request_from(caller_cases()[0].context);
  const auto forever = []() -> net::awaitable<void> {
    for (;;) co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
  };
  {
    net::io_context io;
    net::co_spawn(
        io,
        [&]() -> net::awaitable<void> {
          co_await baton::http::co_serve(request, forever, {.tracer = &tracer});
        },
        [](const std::exception_ptr&) {});
    io.run_one();
    io.run_one();
    EXPECT_EQ(tracer.open(), 1U);
  }
  EXPECT_EQ(tracer.open(), 0U);
  EXPECT_TRUE(tracer.ended().at(0).is_error);
  EXPECT_EQ(tracer.ended().at(0).error_type, "cancelled");
  Request outgoing;
  {
    auto never = baton::http::co_serve(request, forever, {.tracer = &tracer});
    auto never_sent = baton::http::co_call(outgoing, forever, {.tracer = &tracer});
  }
  EXPECT_EQ(tracer.open(), 0U);
  ASSERT_EQ(tracer.ended().size(), 3U);
  for (const RecordedSpan& span : tracer.ended()) EXPECT_EQ(span.error_type, "cancelled");
}

TEST(HttpSpan, AMethodThatIsUnknownDoesNotNameIt) {
  RecordingTracer tracer;
  Request request;
  const std::string shown(32, 'B');
  for (const std::string& method : {shown, shown + "REW"}) {
    request.method_string(method);
    baton::http::serve(request, [] {}, {.tracer = &tracer});
    const RecordedSpan span = tracer.ended().back();
    EXPECT_EQ(span.name, "HTTP");
    EXPECT_EQ(span.attributes.at("http.request.method"), RecordedSpan::Value("_OTHER"));
    EXPECT_EQ(span.attributes.at("http.request.method_original"), RecordedSpan::Value(shown));
  }
  request.method(http::verb::put);
  baton::http::serve(request, [] {}, {.tracer = &tracer});
  EXPECT_FALSE(tracer.ended().back().attributes.contains("http.request.method_original"));
}

TEST(HttpSpan, AContainerOfFieldsHasSpansToo) {
  RecordingTracer tracer;
  std::map<std::string, std::string> fields;
  baton::http::call(fields, [] {}, {.tracer = &tracer});
  const Context sent = baton::http::extract(fields);
  baton::http::serve(fields, [] {}, {.tracer = &tracer});
  ASSERT_EQ(tracer.ended().size(), 2U);
  EXPECT_EQ(tracer.ended()[1].parent, sent);
  EXPECT_EQ(tracer.ended()[1].name, "HTTP");
}

TEST(HttpAnswer, IsReadFromWhatOthersWrite) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  using Fields = std::multimap<std::string, std::string>;
  const auto is_read = [](const Fields& fields) {
    return baton::http::read_answer(fields).span_id.value() == 0xb7ad6b7169203331U;
  };
  EXPECT_TRUE(is_read({{"Traceresponse", good}}));
  EXPECT_TRUE(is_read({{"traceresponse", "bad"}, {"server-timing", "traceparent;desc=" + good}}));
  EXPECT_TRUE(is_read({{"Server-Timing", "a;desc=\"traceparent;desc=1, \\\"\", b;dur=1"},
                       {"Server-Timing", "TraceParent; dur=1 ; Desc = \"" + good + "\""}}));
  EXPECT_FALSE(is_read({}));
  EXPECT_FALSE(is_read({{"traceresponse", good + "0"}}));
  EXPECT_FALSE(is_read({{"server-timing", "a;desc=\"traceparent;desc=" + good + "\""}}));
  EXPECT_TRUE(is_read({{"server-timing", "a;desc=\"\\\"\", traceparent;desc=" + good}}));
  EXPECT_TRUE(is_read({{"server-timing", "a;desc=x\\, traceparent;desc=" + good}}));
  EXPECT_FALSE(is_read({{"server-timing", "a;desc=\"x, traceparent;desc=" + good + ", y\""}}));
  EXPECT_FALSE(is_read({{"server-timing", "\"x, traceparent;desc=" + good + ", y\""}}));
  EXPECT_TRUE(
      is_read({{"server-timing", "traceparent;desc=" + good + ", traceparent;desc=" +
                                     "00-0af7651916cd43dd8448eb211c80319c-1111111111111111-01"}}));
  EXPECT_FALSE(is_read({{"server-timing", "traceparent;desc=\"" + good + "x"}}));
  EXPECT_FALSE(is_read({{"server-timing", "traceparent;desc=x" + good + "x"}}));
  EXPECT_FALSE(is_read({{"server-timing", "traceparent;desc=x" + good + "\""}}));
  EXPECT_FALSE(is_read({{"server-timing", "traceparent;dur=1"}}));
  EXPECT_FALSE(is_read({{"server-timing", "traceparent;desc=\""}}));
  EXPECT_FALSE(is_read({{"server-timing", "\"\\"}}));
  EXPECT_FALSE(is_read({{"server-timing", ",;=,"}}));
}

/// What is read of a value in a block of exactly its size.
baton::SpanContext answer_in(std::string_view field, std::string_view value) {
  const auto block = std::make_unique<char[]>(value.size());
  std::ranges::copy(value, block.get());
  const std::vector<std::pair<std::string_view, std::string_view>> fields{
      {field, {block.get(), value.size()}}};
  return baton::http::read_answer(fields);
}

TEST(HttpAnswer, AnyByteAtAnyPlaceAndAnyPrefixIsReadOrNot) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const std::string before = "db;dur=1, traceparent;desc=\"";
  std::size_t read = 0;
  for (const auto& [field, begin, end] : {std::tuple("traceresponse", std::string(), ""),
                                          std::tuple("server-timing", before, "\"")}) {
    const std::string value = begin + good + end;
    ASSERT_TRUE(answer_in(field, value).is_valid());
    for (std::size_t i = 0; i < value.size(); ++i) {
      EXPECT_FALSE(answer_in(field, value.substr(0, i)).is_valid()) << i;
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = value;
        changed[i] = static_cast<char>(byte);
        const baton::SpanContext span = answer_in(field, changed);
        if (!span.is_valid()) continue;
        ++read;
        const auto expected = baton::Traceparent::parse(changed.substr(begin.size(), good.size()));
        ASSERT_TRUE(expected.has_value()) << changed;
        EXPECT_EQ(span.trace_id, expected->trace_id);
        EXPECT_EQ(span.span_id, expected->parent_id);
      }
    }
  }
  EXPECT_GT(read, std::size_t{2} * 48 * 16) << "each digit of an id may be another one";
}

}  // namespace
