// SPDX-License-Identifier: Apache-2.0
// What the carrier takes of curl's allocator and of ours, and what it does if there is none.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "support.hpp"
#include "support/count_allocations.hpp"

namespace {

using baton::curl::ConstSlistCarrier;
using baton::curl::SlistCarrier;
using curl_test::List;
using Lines = std::vector<std::string>;

constexpr long never = -1;

/// Allocations of curl so far, those that are not freed, and how many more may succeed. Whether
/// memory is back after one that has failed.
long curl_made = 0;
long curl_held = 0;
long curl_left = never;
bool curl_recovers = false;

bool refuses() {
  if (curl_left == 0) {
    if (curl_recovers) curl_left = never;
    return true;
  }
  if (curl_left > 0) --curl_left;
  ++curl_made;
  return false;
}
void* take(void* memory) {
  if (memory != nullptr) ++curl_held;
  return memory;
}
void* curl_malloc(std::size_t size) { return refuses() ? nullptr : take(std::malloc(size)); }
void* curl_calloc(std::size_t count, std::size_t size) {
  return refuses() ? nullptr : take(std::calloc(count, size));
}
char* curl_strdup(const char* text) {
  return refuses() ? nullptr : static_cast<char*>(take(::strdup(text)));
}
void* curl_realloc(void* memory, std::size_t size) {
  if (refuses()) return nullptr;
  void* const grown = std::realloc(memory, size);
  if (memory == nullptr) take(grown);
  return grown;
}
void curl_release(void* memory) {
  if (memory != nullptr) --curl_held;
  std::free(memory);
}

struct Counting : testing::Environment {
  void SetUp() override {
    ASSERT_EQ(curl_global_init_mem(CURL_GLOBAL_ALL, curl_malloc, curl_release, curl_realloc,
                                   curl_strdup, curl_calloc),
              CURLE_OK);
  }
  void TearDown() override { curl_global_cleanup(); }
};
const testing::Environment* const counting =
    testing::AddGlobalTestEnvironment(new Counting);  // NOLINT: GoogleTest owns it

const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;

baton::Context context_of(const std::string& baggage) {
  List list({"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
             "tracestate: rojo=00f067aa0ba902b7", "baggage: " + baggage});
  return chain.extract(ConstSlistCarrier(list.head));
}

/// What `work` takes of curl's allocator; it must take nothing of ours.
template <class Work>
long made_by(Work work) {
  const long before = curl_made;
  const std::size_t ours = baton::test::allocations;
  work();
  const std::size_t taken = baton::test::allocations - ours;
  EXPECT_EQ(taken, 0U);
  return curl_made - before;
}

long made_by_append(const Lines& lines) {
  const long before = curl_made;
  const List list(lines);
  return curl_made - before;
}

TEST(SlistMemory, TakesOfCurlWhatAppendTakesAndNothingElse) {
  const long held = curl_held;
  {
    const baton::Context context = context_of("k=" + std::string(4000, 'v'));
    List list({"Accept: */*"});
    EXPECT_EQ(made_by([&] { baton::curl::inject(list.head, context, {.chain = chain}); }),
              made_by_append({"a: 1", "b: 2", "c: 3"}));
    EXPECT_EQ(list.lines().size(), 4U);

    baton::Context read;
    EXPECT_EQ(made_by([&] { static_cast<void>(ConstSlistCarrier(list.head).get("baggage")); }), 0);

    // Over itself, and by a shorter one.
    EXPECT_EQ(made_by([&] { baton::curl::inject(list.head, context, {.chain = chain}); }), 0);
    const baton::Context other = context_of("k=1");
    EXPECT_EQ(made_by([&] { baton::curl::inject(list.head, other, {.chain = chain}); }), 0);
    EXPECT_EQ(list.lines().back(), "baggage: k=1");
    // By a longer one: one line.
    const baton::Context longer = context_of("k=12");
    EXPECT_EQ(made_by([&] { baton::curl::inject(list.head, longer, {.chain = chain}); }),
              made_by_append({"a: 1"}));
    EXPECT_EQ(list.lines().back(), "baggage: k=12");
    EXPECT_EQ(made_by([&] { SlistCarrier(list.head).erase("baggage"); }), 0);
  }
  EXPECT_EQ(curl_held, held) << "all is freed by curl's own function";
}

TEST(SlistMemory, SetThatFailsChangesNothing) {
  const long held = curl_held;
  {
    for (const Lines& lines : {Lines{}, Lines{"a: 1"}, Lines{"x: 1", "A: 1", "a: 2"}}) {
      List list(lines);
      for (long left = 0; left < made_by_append({"a: 1"}); ++left) {
        SlistCarrier carrier(list.head);
        curl_left = left;
        carrier.set("a", "longer");
        curl_left = never;
        EXPECT_EQ(carrier.status(), CURLE_OUT_OF_MEMORY);
        EXPECT_EQ(list.lines(), lines);
      }
      SlistCarrier carrier(list.head);
      carrier.set("a", "longer");
      EXPECT_EQ(carrier.status(), CURLE_OK);
    }
  }
  EXPECT_EQ(curl_held, held);
}

TEST(SlistMemory, InjectLeavesNoHalfContext) {
  const long held = curl_held;
  for (const std::string formats : {"tracecontext,baggage", "tracecontext,jaeger", "ottrace"}) {
    const baton::PropagatorChain used = baton::make_chain(formats).chain;
    const baton::Context context = context_of("tenant=1,user=2");
    for (const Lines& lines :
         {Lines{"X: 1"}, Lines{"Tracestate: stale=1", "X: 1", "baggage: stale=1",
                               "uberctx-stale: 1", "OT-Baggage-stale: 1"}}) {
      long left = 0;
      for (;; ++left) {
        List list(lines);
        curl_left = left;
        const CURLcode result = baton::curl::inject(list.head, context, {.chain = used});
        curl_left = never;
        if (result == CURLE_OK) {
          EXPECT_EQ(used.extract(ConstSlistCarrier(list.head)).baggage().size(), 2U);
          break;
        }
        EXPECT_EQ(result, CURLE_OUT_OF_MEMORY);
        for (const std::string& line : list.lines()) {
          EXPECT_FALSE(used.owns(line.substr(0, line.find(':')))) << line << ' ' << left;
        }
        EXPECT_EQ(std::ranges::count(list.lines(), "X: 1"), 1);
      }
      EXPECT_GE(left, 4) << "it has failed in several places";
    }
  }
  EXPECT_EQ(curl_held, held);
}

TEST(CallMemory, AnswerOfTheCallBeforeIsNoAnswer) {
  curl_test::Server server;
  server.answer("404 Not Found");
  const std::string url = server.url();
  const curl_test::Handle handle;
  List list;
  baton::RecordingTracer tracer;
  const baton::SendOptions options{.chain = chain, .tracer = &tracer};
  ASSERT_EQ(baton::curl::perform(handle, url.c_str(), list.head, options), CURLE_OK);
  List none;
  curl_left = 0;
  EXPECT_EQ(baton::curl::perform(handle, url.c_str(), none.head, options), CURLE_OUT_OF_MEMORY);
  curl_left = never;
  const baton::RecordedSpan span = tracer.ended().back();
  EXPECT_EQ(span.error_type, curl_easy_strerror(CURLE_OUT_OF_MEMORY));
  EXPECT_FALSE(span.attributes.contains("http.response.status_code"));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CallMemory, NothingDeniedLeavesIfMemoryIsShortForAMoment) {
  const baton::PropagatorChain careful =
      chain.with_trust({.destinations = {{"partner.example", false, false, {}}}});
  const baton::Context context = context_of("k=1");
  const baton::Scope scope(context);
  const Lines lines{"X: 1"};
  long left = 0;
  for (;; ++left) {
    const curl_test::Handle handle;
    List list({"X: 1", "baggage: stale=1"});
    curl_left = left;
    curl_recovers = true;
    const baton::curl::Call call(handle, "http://partner.example/", list.head,
                                 {.chain = careful, .tracer = nullptr});
    curl_left = never;
    curl_recovers = false;
    EXPECT_EQ(list.lines(), lines) << left;
    if (call.status() == CURLE_OK) break;
    EXPECT_EQ(call.status(), CURLE_OUT_OF_MEMORY);
  }
  EXPECT_GE(left, 4) << "it has failed in several places";
}

TEST(CallMemory, FailsInOrderWhereverMemoryRunsOut) {
  const curl_test::Server server;
  const std::string url = server.url();
  const baton::Context context = context_of("k=1");
  const baton::Scope scope(context);
  baton::RecordingTracer tracer;
  std::size_t failed = 0;
  for (long left = 0;; ++left) {
    const curl_test::Handle handle;
    List list({"X: 1"});
    curl_left = left;
    const CURLcode result =
        baton::curl::perform(handle, url.c_str(), list.head, {.chain = chain, .tracer = &tracer});
    curl_left = never;
    EXPECT_EQ(tracer.open(), 0U);
    EXPECT_EQ(tracer.ended().back().is_error, result != CURLE_OK);
    // Beyond the set-up, what fails is curl's.
    if (result == CURLE_OK && server.last().size() == 4) break;
    ++failed;
    ASSERT_LT(left, 10'000);
  }
  EXPECT_GT(failed, 10U);
}

}  // namespace
