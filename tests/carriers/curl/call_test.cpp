// SPDX-License-Identifier: Apache-2.0
// Calls by libcurl, forwarding and with a tracer, for all that may be known of a caller.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <new>

#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "support.hpp"
#include "support/span_cases.hpp"

namespace {

using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::curl::Call;
using baton::curl::ConstSlistCarrier;
using baton::test::caller_cases;
using baton::test::is_span_of;
using curl_test::Handle;
using curl_test::List;
using curl_test::Server;
using Value = RecordedSpan::Value;

// Only B3 carries a decision alone, and only X-Ray a trace id alone.
const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3,xray-lambda").chain;

Context sent_in(const std::vector<std::string>& lines) {
  return chain.extract(ConstSlistCarrier(List(lines).head));
}

/// What arrives if that context is sent.
Context arriving(const Context& context) {
  List list;
  baton::curl::inject(list.head, context, {.chain = chain});
  return chain.extract(ConstSlistCarrier(list.head));
}

/// The current context while curl writes a body: in its callbacks.
std::size_t keep_current(char*, std::size_t size, std::size_t count, void* seen) {
  *static_cast<Context*>(seen) = baton::current();
  return size * count;
}

/// By `curl_easy_perform`.
struct Easy {
  static CURLcode call(CURL* handle, const char* url, curl_slist*& headers,
                       const baton::SendOptions& options) {
    return baton::curl::perform(handle, url, headers, options);
  }
};
/// By the multi interface.
struct Multi {
  static CURLcode call(CURL* handle, const char* url, curl_slist*& headers,
                       const baton::SendOptions& options) {
    Call made(handle, url, headers, options);
    if (made.status() != CURLE_OK) return made.status();
    Call call = std::move(made);
    CURLM* const multi = curl_multi_init();
    curl_multi_add_handle(multi, handle);
    int running = 1;
    while (running != 0) {
      curl_multi_perform(multi, &running);
      if (running != 0) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(multi, &left);
    const CURLcode result = message->data.result;
    call.end(result);
    call.end(CURLE_OPERATION_TIMEDOUT);  // it has ended
    curl_multi_remove_handle(multi, handle);
    curl_multi_cleanup(multi);
    return result;
  }
};

template <class Way>
class CurlCall : public testing::Test {
 protected:
  CURLcode call(const std::string& url, const baton::SendOptions& options) {
    return Way::call(handle_, url.c_str(), headers_.head, options);
  }
  CURLcode call(const baton::SendOptions& options) { return call(server_.url("/orders"), options); }

  Server server_;
  List headers_{{"X: 1"}};
  Handle handle_;
  RecordingTracer tracer_;
};
using Ways = testing::Types<Easy, Multi>;
TYPED_TEST_SUITE(CurlCall, Ways);

TYPED_TEST(CurlCall, CarriesTheCurrentContextWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    const baton::Scope scope(context);
    EXPECT_EQ(this->call({.chain = chain}), CURLE_OK);
    EXPECT_EQ(sent_in(this->server_.requests().back()), arriving(context)) << name;
    EXPECT_EQ(this->server_.last().front(), (std::pair<std::string, std::string>("X", "1")));
  }
  EXPECT_EQ(this->server_.requests()[1].size(), 1U) << "nothing current, nothing but X sent";
}

TYPED_TEST(CurlCall, CarriesASpanOfItsOwn) {
  for (const auto& [name, context] : caller_cases()) {
    const baton::Scope scope(context);
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(this->call({.chain = chain, .tracer = &this->tracer_}), CURLE_OK);
      const Context span = this->tracer_.ended().back().context;
      EXPECT_TRUE(is_span_of(span, context)) << name;
      EXPECT_EQ(sent_in(this->server_.requests().back()).span_context().span_id,
                span.span_context().span_id)
          << name;
    }
  }
  EXPECT_EQ(this->tracer_.open(), 0U);
  ASSERT_EQ(this->tracer_.ended().size(), 8U);
  const RecordedSpan span = this->tracer_.ended()[0];
  EXPECT_NE(span.context, this->tracer_.ended()[1].context);
  EXPECT_EQ(span.kind, baton::SpanKind::client);
  EXPECT_EQ(span.name, "HTTP");
  EXPECT_FALSE(span.is_error);
  EXPECT_EQ(span.attributes.at("http.request.method"), Value("GET"));
  EXPECT_EQ(span.attributes.at("url.full"), Value(this->server_.url("/orders")));
  EXPECT_EQ(span.attributes.at("server.address"), Value("127.0.0.1"));
  EXPECT_EQ(span.attributes.at("server.port"), Value(std::stol(this->server_.port())));
  EXPECT_EQ(span.attributes.at("network.protocol.version"), Value("1.1"));
  EXPECT_EQ(span.attributes.at("http.response.status_code"), Value(std::int64_t{200}));
}

TYPED_TEST(CurlCall, SaysTheVersionOfTheAnswer) {
  for (const std::string version : {"1.0", "1.1"}) {
    this->server_.answer("200 OK", version);
    EXPECT_EQ(this->call({.chain = chain, .tracer = &this->tracer_}), CURLE_OK);
    EXPECT_EQ(this->tracer_.ended().back().attributes.at("network.protocol.version"),
              Value(version));
  }
}

TEST(CurlSpan, NamesEachVersion) {
  using baton::curl::internal::name_of_version;
  EXPECT_EQ(name_of_version(CURL_HTTP_VERSION_1_0), "1.0");
  EXPECT_EQ(name_of_version(CURL_HTTP_VERSION_1_1), "1.1");
  EXPECT_EQ(name_of_version(CURL_HTTP_VERSION_2_0), "2");
  EXPECT_EQ(name_of_version(CURL_HTTP_VERSION_3), "3");
  EXPECT_EQ(name_of_version(CURL_HTTP_VERSION_NONE), "");
}

TYPED_TEST(CurlCall, EndsByTheStatusOrTheErrorOfCurl) {
  const baton::SendOptions options{.chain = chain, .tracer = &this->tracer_, .span_name = "orders"};
  curl_easy_setopt(this->handle_, CURLOPT_CUSTOMREQUEST, "BREW");
  for (const std::int64_t status : {200, 399, 400, 404, 503}) {
    this->server_.answer(std::to_string(status) + " As Told");
    EXPECT_EQ(this->call(options), CURLE_OK);
    const RecordedSpan span = this->tracer_.ended().back();
    EXPECT_EQ(span.name, "orders");
    EXPECT_EQ(span.is_error, status >= 400);
    EXPECT_EQ(span.error_type, status >= 400 ? std::to_string(status) : "");
    EXPECT_EQ(span.attributes.at("http.response.status_code"), Value(status));
    EXPECT_EQ(span.attributes.at("http.request.method"), Value("_OTHER"));
    EXPECT_EQ(span.attributes.at("http.request.method_original"), Value("BREW"));
  }
  // A status of the call before must not remain.
  this->server_.answer("");
  EXPECT_EQ(this->call(options), CURLE_GOT_NOTHING);
  RecordedSpan span = this->tracer_.ended().back();
  EXPECT_TRUE(span.is_error);
  EXPECT_EQ(span.error_type, curl_easy_strerror(CURLE_GOT_NOTHING));
  EXPECT_FALSE(span.attributes.contains("http.response.status_code"));

  EXPECT_EQ(this->call("http://127.0.0.1:1/", options), CURLE_COULDNT_CONNECT);
  EXPECT_EQ(this->tracer_.ended().back().error_type, curl_easy_strerror(CURLE_COULDNT_CONNECT));
  EXPECT_EQ(this->call("http://exa mple/", options), CURLE_URL_MALFORMAT);
  EXPECT_FALSE(this->tracer_.ended().back().attributes.contains("url.full"));

  // curl's own error for a status, and one after the header.
  curl_easy_setopt(this->handle_, CURLOPT_FAILONERROR, 1L);
  this->server_.answer("400 Bad Request");
  EXPECT_EQ(this->call(options), CURLE_HTTP_RETURNED_ERROR);
  EXPECT_EQ(this->tracer_.ended().back().error_type, "400");
  this->server_.answer("200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno chunk");
  EXPECT_NE(this->call(options), CURLE_OK);
  span = this->tracer_.ended().back();
  EXPECT_TRUE(span.is_error);
  EXPECT_EQ(span.attributes.at("http.response.status_code"), Value(std::int64_t{200}));
  EXPECT_EQ(this->tracer_.open(), 0U);
}

TYPED_TEST(CurlCall, HasNoStatusWhereTheProtocolHasNone) {
  EXPECT_EQ(this->call("file:///dev/null", {.chain = chain, .tracer = &this->tracer_}), CURLE_OK);
  const RecordedSpan span = this->tracer_.ended().back();
  EXPECT_FALSE(span.is_error);
  EXPECT_FALSE(span.attributes.contains("http.response.status_code"));
  EXPECT_FALSE(span.attributes.contains("server.port"));
}

TYPED_TEST(CurlCall, FindsTheHostByCurlsOwnReader) {
  const baton::PropagatorChain edge =
      chain.with_trust({.destinations = {{"trusted.test", true, true, {"*"}}, {"*"}}});
  const Context context = caller_cases()[0].context;
  const baton::Scope scope(context);
  const std::string port = this->server_.port();
  const List any_host({"::127.0.0.1:" + port});
  curl_easy_setopt(this->handle_, CURLOPT_CONNECT_TO, any_host.head);
  const std::vector<std::pair<std::string, bool>> urls{
      {"http://trusted.test:" + port + "/", true},
      {"http://TRUSTED.test.:" + port + "/?a@b", true},
      {"trusted.test:" + port, true},
      {"http://user:x@trusted.test:" + port + "/", true},
      {"http://trust%65d.test:" + port + "/", true},
      {"http://trusted.test@other.test:" + port + "/", false},
      {"http://other.test:" + port + "/#@trusted.test", false},
      {"http://other.test:" + port + "/trusted.test", false},
      {this->server_.url(), false}};
  for (const auto& [url, is_trusted] : urls) {
    EXPECT_EQ(this->call(url, {.chain = edge}), CURLE_OK) << url;
    EXPECT_EQ(sent_in(this->server_.requests().back()), is_trusted ? arriving(context) : Context())
        << url;
  }
  // A destination that is named counts, and one that is not known is not trusted.
  EXPECT_EQ(this->call({.chain = edge, .destination = "trusted.test"}), CURLE_OK);
  EXPECT_EQ(sent_in(this->server_.requests().back()), arriving(context));
  curl_easy_setopt(this->handle_, CURLOPT_URL, urls[0].first.c_str());
  EXPECT_EQ(TypeParam::call(this->handle_, nullptr, this->headers_.head, {.chain = edge}),
            CURLE_OK);
  EXPECT_EQ(sent_in(this->server_.requests().back()), Context());
}

TYPED_TEST(CurlCall, GoesToItsUrlAlsoIfTheHandleHasAnother) {
  const baton::PropagatorChain edge =
      chain.with_trust({.destinations = {{"trusted.test", true, true, {"*"}}, {"*"}}});
  const Context context = caller_cases()[0].context;
  const baton::Scope scope(context);
  const std::string port = this->server_.port();
  const List any_host({"::127.0.0.1:" + port});
  curl_easy_setopt(this->handle_, CURLOPT_CONNECT_TO, any_host.head);
  CURLU* const other = curl_url();
  curl_url_set(other, CURLUPART_URL, ("http://other.test:" + port + "/other").c_str(), 0);
  for (const std::string host : {"trusted.test", "third.test"}) {
    curl_easy_setopt(this->handle_, CURLOPT_CURLU, other);
    const std::string url = "http://" + host + ":" + port + "/";
    EXPECT_EQ(this->call(url, {.chain = edge, .tracer = &this->tracer_}), CURLE_OK);
    const char* used = nullptr;
    curl_easy_getinfo(this->handle_, CURLINFO_EFFECTIVE_URL, &used);
    EXPECT_EQ(used, url);
    EXPECT_EQ(this->tracer_.ended().back().attributes.at("url.full"), Value(url));
    EXPECT_EQ(sent_in(this->server_.requests().back()).span_context().is_valid(),
              host == "trusted.test");
  }
  // Without a URL, the handle keeps it.
  curl_easy_setopt(this->handle_, CURLOPT_CURLU, other);
  EXPECT_EQ(TypeParam::call(this->handle_, nullptr, this->headers_.head, {.chain = edge}),
            CURLE_OK);
  const char* used = nullptr;
  curl_easy_getinfo(this->handle_, CURLINFO_EFFECTIVE_URL, &used);
  EXPECT_EQ(used, "http://other.test:" + port + "/other");
  curl_url_cleanup(other);
}

TYPED_TEST(CurlCall, SendsNoBaggageOfTheCallBefore) {
  const baton::PropagatorChain jaeger = baton::make_chain("jaeger").chain;
  for (const baton::PropagatorChain& used :
       {jaeger,
        jaeger.with_trust({.destinations = {{"trusted.test", true, true, {"*"}}, {"*"}}})}) {
    Context context = caller_cases()[0].context;
    context.set_baggage(baton::Baggage::parse("tenant=alice"));
    const baton::Scope scope(context);
    this->call({.chain = used, .destination = "trusted.test"});
    EXPECT_EQ(this->server_.last().back(),
              (std::pair<std::string, std::string>("uberctx-tenant", "alice")));
    context.set_baggage(baton::Baggage::parse("user=1"));
    this->call({.chain = used, .destination = "other.test"});
    for (const auto& [name, value] : this->server_.last()) EXPECT_NE(name, "uberctx-tenant");
  }
}

TYPED_TEST(CurlCall, ShowsNoSecretOfTheUrl) {
  const std::string port = this->server_.port();
  EXPECT_EQ(this->call("http://user:pass@127.0.0.1:" + port + "/a/b?token=c#d",
                       {.chain = chain, .tracer = &this->tracer_}),
            CURLE_OK);
  const RecordedSpan span = this->tracer_.ended().back();
  EXPECT_EQ(span.attributes.at("url.full"), Value(this->server_.url("/a/b")));
}

TYPED_TEST(CurlCall, SendsTheFieldsToEachHop) {
  const Context context = caller_cases()[0].context;
  const baton::Scope scope(context);
  curl_easy_setopt(this->handle_, CURLOPT_FOLLOWLOCATION, 1L);
  this->server_.answer("302 Found\r\nLocation: /second\r\ntraceresponse: 00");
  this->server_.answer(
      "200 OK\r\nTraceResponse: 00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01");
  EXPECT_EQ(this->call({.chain = chain, .tracer = &this->tracer_}), CURLE_OK);
  ASSERT_EQ(this->server_.requests().size(), 2U);
  EXPECT_EQ(this->server_.requests()[0], this->server_.requests()[1]);
  EXPECT_EQ(this->tracer_.ended().size(), 1U) << "a span for all hops";
  EXPECT_EQ(baton::curl::read_answer(this->handle_).span_id.to_string(), "00f067aa0ba902b7");
  // Another call of the handle goes to its own URL again.
  EXPECT_EQ(this->call({.chain = chain}), CURLE_OK);
  EXPECT_EQ(baton::curl::read_answer(this->handle_), baton::SpanContext());
}

TEST(CurlUrl, HasTheHostAsRulesNameIt) {
  using baton::curl::internal::Url;
  EXPECT_EQ(Url("http://[::1]:8080/").host(), "::1");
  EXPECT_EQ(Url("https://example.test").port(), 443);
  EXPECT_EQ(Url("unknown://example.test").port(), 0);
  EXPECT_EQ(Url("http://0x7f.1/").host(), "127.0.0.1");
  EXPECT_EQ(Url("http://me:secret@example.test/a?b#c").public_text(), "http://example.test/a");
  for (const char* const none : {"http://", "http://a b/", "", static_cast<const char*>(nullptr)}) {
    Url url(none);
    EXPECT_EQ(url.host(), "");
    EXPECT_EQ(url.public_text(), "");
    EXPECT_EQ(url.port(), 0);
  }
}

TEST(CurlPerform, IsCurrentInCallbacks) {
  Server server;
  server.answer("200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
  const Handle handle;
  List list;
  Context seen;
  RecordingTracer tracer;
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &keep_current);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &seen);
  baton::curl::perform(handle, server.url().c_str(), list.head, {.tracer = &tracer});
  EXPECT_EQ(tracer.ended().at(0).context, seen);
  EXPECT_EQ(baton::current(), Context());
}

TEST(CurlCallObject, EndsIfItIsDestroyedOrReplaced) {
  RecordingTracer tracer;
  const Handle handle;
  List list;
  const baton::SendOptions options{.tracer = &tracer};
  {
    Call call(handle, "http://127.0.0.1:1/", list.head, options);
    EXPECT_EQ(call.status(), CURLE_OK);
    EXPECT_EQ(sent_in(list.lines()).span_context().span_id, call.context().span_context().span_id);
    Call& same = call;
    call = std::move(same);
    EXPECT_EQ(tracer.open(), 1U);
    call = Call(handle, "http://127.0.0.1:1/", list.head, options);
    EXPECT_EQ(tracer.open(), 1U);
    EXPECT_EQ(tracer.ended().size(), 1U);
  }
  EXPECT_EQ(tracer.open(), 0U);
  ASSERT_EQ(tracer.ended().size(), 2U);
  for (const RecordedSpan& span : tracer.ended()) {
    EXPECT_TRUE(span.is_error);
    EXPECT_EQ(span.error_type, "cancelled");
  }
  Call none;
  none.end(CURLE_OK);
  none = Call(handle, "http://a b/", list.head,
              {.chain = chain.with_trust({.destinations = {{"*"}}})});
  EXPECT_EQ(none.status(), CURLE_URL_MALFORMAT);
}

/// Writes over the first line of a list, and throws then.
class Throwing : public baton::Propagator {
 public:
  Throwing() : Propagator(traits) {}
  baton::Extracted extract(baton::CarrierReader, Context&, baton::ExtractReport*) const override {
    return baton::Extracted::nothing;
  }
  void inject(const Context&, baton::CarrierWriter carrier) const override {
    carrier.set("first", "a longer value than before");
    throw std::bad_alloc();
  }

 private:
  static constexpr std::array<std::string_view, 1> names{"first"};
  static constexpr baton::FormatTraits traits{
      .name = "throwing", .specification = "none", .fields = names};
};

TEST(CurlCallObject, LeavesTheHandleUsableIfAFormatThrows) {
  const Server server;
  const Handle handle;
  List list({"first: 1", "X: 1", "uberctx-stale: 1"});
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list.head);
  curl_easy_setopt(handle, CURLOPT_URL, server.url().c_str());
  const baton::PropagatorChain throwing(
      {std::make_shared<Throwing>(), baton::make_chain("jaeger").chain.writers()[0]});
  RecordingTracer tracer;
  EXPECT_THROW(Call(handle, nullptr, list.head, {.chain = throwing, .tracer = &tracer}),
               std::bad_alloc);
  EXPECT_EQ(tracer.open(), 0U);
  EXPECT_EQ(list.lines(), std::vector<std::string>{"X: 1"}) << "no half a context";
  ASSERT_EQ(curl_easy_perform(handle), CURLE_OK);
  EXPECT_EQ(server.last(), (curl_test::FieldList{{"X", "1"}}));
}

TEST(CurlResponse, IsReadWithinBounds) {
  Server server;
  const std::string longest(255, 'y');
  std::string head = "200 OK\r\nServer-Timing: db;dur=1\r\nEmpty:\r\n" + longest + ": 1";
  for (int i = 0; i < 200; ++i) head += "\r\nX-Many: " + std::to_string(i);
  head +=
      "\r\nserver-timing: traceparent;desc=00-0af7651916cd43dd8448eb211c80319c-"
      "b7ad6b7169203331-01";
  server.answer(head);
  const Handle handle;
  List list;
  const baton::curl::ResponseCarrier response(handle);
  EXPECT_EQ(response.get("server-timing"), std::nullopt);
  ASSERT_EQ(baton::curl::perform(handle, server.url().c_str(), list.head), CURLE_OK);
  static_assert(baton::ReadableCarrier<baton::curl::ResponseCarrier>);
  EXPECT_EQ(response.get("SERVER-TIMING"), "db;dur=1");
  EXPECT_EQ(response.get("empty"), "");
  EXPECT_EQ(response.get("absent"), std::nullopt);
  EXPECT_EQ(response.get(""), std::nullopt);
  EXPECT_EQ(response.get(std::string_view("empty\0", 6)), std::nullopt);
  EXPECT_EQ(response.get(longest), "1");
  EXPECT_EQ(response.get(std::string(255, 'x')), std::nullopt);
  EXPECT_EQ(response.get(std::string(256, 'x')), std::nullopt);
  EXPECT_EQ(baton::curl::read_answer(handle).span_id.to_string(), "b7ad6b7169203331");
  std::vector<std::string> values;
  response.get_all("x-many", [&](std::string_view value) {
    values.emplace_back(value);
    return true;
  });
  ASSERT_EQ(values.size(), 64U);
  EXPECT_EQ(values[63], "63");
  std::size_t names = 0;
  response.keys([&](std::string_view) { return ++names != 0; });
  EXPECT_EQ(names, 64U);
  response.keys([&](std::string_view name) {
    EXPECT_EQ(name, "Server-Timing");
    return ++names == 0;
  });
  EXPECT_EQ(names, 65U);
}

}  // namespace
