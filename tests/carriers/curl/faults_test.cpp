// SPDX-License-Identifier: Apache-2.0
// Each call into curl fails once, and servers break off. Run it under AddressSanitizer.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdarg>
#include <set>

#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "support.hpp"
#include "support/faults.hpp"

/// Defines a function of curl with one argument of any type behind an option.
#define BATON_OPTION_FAULT(name, option_type, failure)                                       \
  static const baton::test::Failing failing_##name(#name);                                   \
  extern "C" CURLcode name(CURL* handle, option_type option, ...) {                          \
    static const auto next = reinterpret_cast<decltype(&(name))>(::dlsym(RTLD_NEXT, #name)); \
    std::va_list arguments;                                                                  \
    va_start(arguments, option);                                                             \
    void* const argument = va_arg(arguments, void*); /* numbers have its size */             \
    va_end(arguments);                                                                       \
    const bool is_ours = !baton::test::is_within(next, __builtin_return_address(0));         \
    if (is_ours && baton::test::must_fail(#name)) return failure;                            \
    return next(handle, option, argument);                                                   \
  }
BATON_OPTION_FAULT(curl_easy_setopt, CURLoption, CURLE_UNKNOWN_OPTION)
BATON_OPTION_FAULT(curl_easy_getinfo, CURLINFO, CURLE_UNKNOWN_OPTION)
BATON_FAULT(CURLcode, curl_easy_perform, (CURL * handle), (handle), CURLE_COULDNT_CONNECT)
BATON_FAULT(curl_slist*, curl_slist_append, (curl_slist * list, const char* line), (list, line),
            nullptr)
BATON_FAULT(CURLU*, curl_url, (), (), nullptr)
BATON_FAULT(CURLUcode, curl_url_set,
            (CURLU * url, CURLUPart what, const char* part, unsigned flags),
            (url, what, part, flags), CURLUE_OUT_OF_MEMORY)

// Newer ones only read the URL, and say so.
template <class Result, class Url, class... Others>
Url url_parameter(Result (*)(Url, Others...));
using UrlToRead = decltype(url_parameter(&curl_url_get));

/// What `curl_url_get` fails with.
static CURLUcode unreadable = CURLUE_OUT_OF_MEMORY;
BATON_FAULT(CURLUcode, curl_url_get, (UrlToRead url, CURLUPart what, char** part, unsigned flags),
            (url, what, part, flags), unreadable)
#if LIBCURL_VERSION_NUM >= 0x075400
BATON_FAULT(CURLHcode, curl_easy_header,
            (CURL * handle, const char* name, std::size_t i, unsigned origin, int request,
             curl_header** header),
            (handle, name, i, origin, request, header), CURLHE_NOT_BUILT_IN)
BATON_FAULT(curl_header*, curl_easy_nextheader,
            (CURL * handle, unsigned origin, int request, curl_header* before),
            (handle, origin, request, before), nullptr)
#endif

namespace {

using baton::test::fail_each;
using baton::test::faults;
using curl_test::FieldList;
using curl_test::Handle;
using curl_test::List;
using curl_test::Server;

const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;

/// The server's host may get no baggage. What no rule matches may get everything.
const baton::PropagatorChain careful =
    chain.with_trust({.destinations = {{"127.0.0.1", true, true, {}}}});

baton::Context sent_context() {
  const List list(
      {"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "baggage: k=1"});
  return chain.extract(baton::curl::ConstSlistCarrier(list.head));
}

std::set<std::string> names(const FieldList& fields) {
  std::set<std::string> names;
  for (const auto& [name, value] : fields) names.insert(name);
  return names;
}

TEST(CurlFaults, ACallThatFailsIsAnErrorAndSendsNoHalfContext) {
  const baton::Context context = sent_context();
  const baton::Scope scope(context);
  for (const baton::PropagatorChain& used : {chain, careful}) {
    Server server;
    const std::string url = server.url();
    baton::RecordingTracer tracer;
    std::size_t refused = 0;
    const std::size_t failures = fail_each([&](std::size_t number) {
      const Handle handle;
      List list({"X: 1"});
      const std::size_t before = server.requests().size();
      faults.begin(number);
      const CURLcode result =
          baton::curl::perform(handle, url.c_str(), list.head, {.chain = used, .tracer = &tracer});
      const bool has_failed = faults.end();
      EXPECT_EQ(tracer.open(), 0U);
      EXPECT_EQ(tracer.ended().size(), number + 1);
      EXPECT_EQ(tracer.ended().back().is_error, result != CURLE_OK);
      const std::size_t requests = server.requests().size() - before;
      EXPECT_EQ(requests, result == CURLE_OK ? 1U : 0U);
      if (result != CURLE_OK) ++refused;
      if (requests != 0) {
        const std::set<std::string> got = names(server.last());
        EXPECT_NE(got.contains("baggage"), used.has_trust_rules()) << number;
        EXPECT_TRUE(got.contains("traceparent")) << number;
      }
      EXPECT_TRUE(has_failed || result == CURLE_OK);
      return has_failed;
    });
    EXPECT_GE(refused, 5U) << "two fields, list, URL and the call itself";
    EXPECT_GT(failures, refused) << "the span lacks a fact";
  }
}

TEST(CurlFaults, AHostThatCannotBeReadIsNoOtherHost) {
  const baton::Context context = sent_context();
  const baton::Scope scope(context);
  for (const auto& [error, status] :
       {std::pair(CURLUE_OUT_OF_MEMORY, CURLE_OUT_OF_MEMORY),
        std::pair(CURLUE_BAD_HOSTNAME, CURLE_URL_MALFORMAT), std::pair(CURLUE_NO_HOST, CURLE_OK)}) {
    const Handle handle;
    List list({"X: 1", "Baggage: stale=1"});
    faults.begin(2);  // the host, after the URL
    unreadable = error;
    const baton::curl::Call call(handle, "http://127.0.0.1/", list.head,
                                 {.chain = careful, .tracer = nullptr});
    unreadable = CURLUE_OUT_OF_MEMORY;
    EXPECT_TRUE(faults.end());
    EXPECT_EQ(call.status(), status);
    EXPECT_EQ(list.lines().size(), status == CURLE_OK ? 3U : 1U) << "a URL without a host has none";
  }
}

#ifdef CURLU_PUNYCODE
TEST(CurlFaults, WithoutIdnAHostIsReadAsItIsResolved) {
  faults.begin(2);
  unreadable = CURLUE_LACKS_IDN;
  const baton::curl::internal::Url url("http://bücher.test/");
  unreadable = CURLUE_OUT_OF_MEMORY;
  EXPECT_TRUE(faults.end());
  EXPECT_EQ(url.host(), "bücher.test");
  EXPECT_EQ(url.status(), CURLE_OK);
}
#endif

#if LIBCURL_VERSION_NUM >= 0x075400
TEST(CurlFaults, AnAnswerThatCannotBeReadIsNone) {
  Server server;
  const std::string answer = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
  server.answer("200 OK\r\ntraceresponse: " + answer);
  const Handle handle;
  List list;
  ASSERT_EQ(baton::curl::perform(handle, server.url().c_str(), list.head), CURLE_OK);
  faults.begin(0);
  const baton::SpanContext none = baton::curl::read_answer(handle);
  EXPECT_TRUE(faults.end());
  EXPECT_FALSE(none.is_valid());
  std::size_t seen = 0;
  faults.begin(0);
  baton::curl::ResponseCarrier(handle).keys([&](std::string_view) { return ++seen != 0; });
  EXPECT_TRUE(faults.end());
  EXPECT_EQ(seen, 0U);
  EXPECT_EQ(baton::curl::read_answer(handle).span_id.to_string(), answer.substr(36, 16));
}
#endif

TEST(CurlFaults, AServerThatBreaksOff) {
  baton::RecordingTracer tracer;
  Server server;
  const std::string url = server.url();
  struct Case {
    const char* head;
    CURLcode result;
    bool has_status;
  };
  const Case cases[] = {
      {"", CURLE_GOT_NOTHING, false},
      {"200 OK\r\nContent-Length: 100\r\n\r\nbody", CURLE_PARTIAL_FILE, true},
      {"200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nbody", CURLE_PARTIAL_FILE, true},
      {"500 No\r\nContent-Length: 100\r\n\r\nbody", CURLE_PARTIAL_FILE, true},
  };
  for (const Case& broken : cases) {
    server.answer(broken.head);
    const Handle handle;
    List list;
    EXPECT_EQ(
        baton::curl::perform(handle, url.c_str(), list.head, {.chain = chain, .tracer = &tracer}),
        broken.result);
    EXPECT_EQ(tracer.open(), 0U);
    const baton::RecordedSpan span = tracer.ended().back();
    EXPECT_TRUE(span.is_error) << broken.head;
    EXPECT_EQ(span.attributes.contains("http.response.status_code"), broken.has_status);
    EXPECT_EQ(span.error_type, std::string_view(broken.head).starts_with("500")
                                   ? "500"
                                   : curl_easy_strerror(broken.result));
  }
  EXPECT_EQ(tracer.ended().size(), std::size(cases));
  EXPECT_EQ(server.requests().size(), std::size(cases)) << "nothing is sent twice";
}

}  // namespace
