// SPDX-License-Identifier: Apache-2.0
// Each allocation of each call fails once; and no call allocates more than C++ does. A program of
// its own, for its allocator.
#include <baton/baton.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/http.hpp"
#include "support/replaced_allocator.hpp"

namespace {

long allocations = 0;
long fails_at = -1;

}  // namespace

bool baton::test::may_allocate(std::size_t /*size*/) noexcept { return allocations++ != fails_at; }

namespace {

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view long_value =
    "a-value-that-no-string-keeps-in-itself,and=another-of-the-same-size;with=a-property-as-well";

/// Calls `work` while its first, second, … allocation fails, until none does: then it must succeed,
/// and before that say that there is no memory. Returns how many allocations it needs.
long check_each_failure(const std::function<baton_error()>& work) {
  for (long number = 0; number < 1000; ++number) {
    allocations = 0;
    fails_at = number;
    const baton_error error = work();
    fails_at = -1;
    const bool has_failed = allocations > number;
    EXPECT_EQ(error, has_failed ? BATON_ERROR_MEMORY : BATON_OK) << "allocation " << number;
    if (!has_failed) return number;
  }
  ADD_FAILURE() << "it never succeeds";
  return 0;
}

class MemoryTest : public testing::Test {
 protected:
  MemoryTest() {
    baton_chain_new(nullptr, &chain_, nullptr, 0);
    baton_context_new(&context_);
    baton_context_set_traceparent(context_, parent.data(), parent.size(), nullptr);
    baton_context_set_tracestate(context_, "a=1,b=2", 7, nullptr);
    baton_context_set_baggage(context_, text_.data(), text_.size(), nullptr);
  }
  ~MemoryTest() override {
    baton_context_free(context_);
    baton_chain_free(chain_);
  }

  const std::string text_ = "long=" + std::string(100, 'x') + ";p=" + std::string(100, 'y');
  baton_chain* chain_ = nullptr;
  baton_context* context_ = nullptr;
};

TEST_F(MemoryTest, OfChains) {
  baton_chain_options options = BATON_INIT(baton_chain_options);
  options.extract = "tracecontext,baggage,b3,datadog,jaeger";
  options.destinations = "*.internal: all; *: none";
  options.callers = "keep_ids baggage=tenant";
  const auto make = [&] {
    baton_chain* chain = nullptr;
    const baton_error error = baton_chain_new(&options, &chain, nullptr, 0);
    EXPECT_EQ(chain != nullptr, error == BATON_OK);
    baton_chain_free(chain);
    return error;
  };
  EXPECT_GT(check_each_failure(make), 10);
  EXPECT_GT(check_each_failure([] {
              baton_chain* chain = nullptr;
              const baton_error error = baton_chain_from_environment(&chain, nullptr, 0);
              baton_chain_free(chain);
              return error;
            }),
            5);
  // What is wrong in the environment does not hide that there is no memory.
  ::setenv("OTEL_PROPAGATORS", "b3,nonsense", 1);
  EXPECT_GT(check_each_failure([] {
              baton_chain* chain = nullptr;
              const baton_error error = baton_chain_from_environment(&chain, nullptr, 0);
              EXPECT_EQ(chain != nullptr, error != BATON_ERROR_MEMORY);
              baton_chain_free(chain);
              return error == BATON_ERROR_CONFIGURATION ? baton_error{BATON_OK} : error;
            }),
            5);
  ::unsetenv("OTEL_PROPAGATORS");
  EXPECT_GT(check_each_failure([&] { return baton_chain_set_global(chain_); }), 0);
  EXPECT_EQ(check_each_failure([&] {
              baton_chain* copy = nullptr;
              const baton_error error = baton_chain_copy(chain_, &copy);
              baton_chain_free(copy);
              return error;
            }),
            1);
}

TEST_F(MemoryTest, OfHandles) {
  EXPECT_EQ(check_each_failure([] {
              baton_context* context = nullptr;
              const baton_error error = baton_context_new(&context);
              baton_context_free(context);
              return error;
            }),
            1);
  EXPECT_EQ(check_each_failure([this] {
              baton_context* copy = nullptr;
              const baton_error error = baton_context_copy(context_, &copy);
              baton_context_free(copy);
              return error;
            }),
            1);
  EXPECT_EQ(check_each_failure([] {
              baton_report* report = nullptr;
              const baton_error error = baton_report_new(&report);
              baton_report_free(report);
              return error;
            }),
            1);
}

TEST_F(MemoryTest, OfLists) {
  EXPECT_EQ(check_each_failure(
                [this] { return baton_context_set_tracestate(context_, "a=1,b=2", 7, nullptr); }),
            1);
  EXPECT_EQ(check_each_failure([this] {
              return baton_context_set_tracestate_member(context_, "a", 1, "3", 1, nullptr);
            }),
            1);
  baton_context* copy = nullptr;
  ASSERT_EQ(baton_context_copy(context_, &copy), BATON_OK);
  EXPECT_EQ(check_each_failure([&] {
              baton_context_assign(copy, context_);
              return baton_context_erase_tracestate_member(copy, "a", 1);
            }),
            1);
  baton_context_set_baggage(context_, "a=1,b=2", 7, nullptr);
  EXPECT_GT(check_each_failure([&] {
              baton_context_assign(copy, context_);
              return baton_context_erase_baggage_member(copy, "a", 1);
            }),
            0);
  baton_context_free(copy);
  EXPECT_EQ(check_each_failure([this] {
              return baton_context_set_baggage(context_, text_.data(), text_.size(), nullptr);
            }),
            1);
  baton_member member = BATON_INIT(baton_member);
  const std::string value(200, ',');
  baton_property property{{"property", 8}, {value.data(), value.size()}};
  member.key = {"key", 3};
  member.value = {value.data(), value.size()};
  member.properties = &property;
  member.property_count = 1;
  EXPECT_GT(check_each_failure(
                [&] { return baton_context_set_baggage_member(context_, &member, nullptr); }),
            4);
  std::array<char, 200> out{};
  std::size_t size = 0;
  EXPECT_GT(check_each_failure([&] {
              return baton_context_baggage_value(context_, "long", 4, out.data(), out.size(),
                                                 &size);
            }),
            0);
  const auto visit = [](void*, const baton_member*) { return std::int32_t{0}; };
  EXPECT_GT(
      check_each_failure([&] { return baton_context_visit_baggage(context_, visit, nullptr); }), 3);
  // Without memory, an old value of a key would be visited.
  baton_context_set_baggage(context_, "a=1,a=2", 7, nullptr);
  EXPECT_GT(
      check_each_failure([&] { return baton_context_visit_baggage(context_, visit, nullptr); }), 0);
}

TEST_F(MemoryTest, OfCounts) {
  EXPECT_GT(check_each_failure([] {
              std::uint64_t extractions = 1;
              const baton_error error = baton_counts(&extractions, nullptr, nullptr);
              EXPECT_TRUE(error == BATON_OK || extractions == 0);
              return error;
            }),
            0);
  std::array<char, 10000> out{};
  std::size_t size = 0;
  EXPECT_GT(check_each_failure([&] {
              size = 1;
              const baton_error error = baton_counts_text(out.data(), out.size(), &size);
              EXPECT_EQ(size == 0, error != BATON_OK);
              return error;
            }),
            3);
}

struct Field {
  std::string_view name;
  std::string_view value;
};

class AllocationTest : public MemoryTest {
 protected:
  /// How often C++ and C allocate for the fields.
  void compare(const std::vector<Field>& fields, long expected) {
    const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
    std::vector<baton_field> c_fields;
    for (const auto& [name, value] : fields) {
      c_fields.push_back({name.data(), name.size(), value.data(), value.size()});
    }
    baton_reader reader = BATON_INIT(baton_reader);
    reader.fields = c_fields.data();
    reader.field_count = c_fields.size();
    reader.flags = BATON_NAMES_WITHOUT_CASE;
    for (int i = 0; i < 2; ++i) {  // each thread allocates its counters once
      allocations = 0;
      static_cast<void>(chain.extract(baton::http::HeaderCarrier(fields)));
      const long cpp = allocations;
      allocations = 0;
      EXPECT_EQ(baton_extract(chain_, &reader, context_, nullptr, nullptr), BATON_OK);
      if (i == 0) continue;
      EXPECT_EQ(allocations, expected);
      EXPECT_EQ(allocations, cpp);
    }
  }
};

TEST_F(AllocationTest, OfExtractionsAreThoseOfCpp) {
  compare({{"host", "a"}}, 0);
  compare({{"host", "a"}, {"traceparent", parent}}, 0);
  compare({{"traceparent", parent}, {"tracestate", "a=1,b=2"}, {"baggage", "a=1,b=2,c=3"}}, 1);
}

/// Takes a message, and keeps nothing.
struct Dropping {
  void set(std::string_view, std::string_view) {}
  void erase(std::string_view) {}
};

// Also where C++ allocates: for the names of baggage, and for what a rule lets pass.
TEST_F(AllocationTest, AreThoseOfCppInEachFormatAndByRules) {
  baton_writer writer = BATON_INIT(baton_writer);
  writer.set = [](void*, const char*, std::size_t, const char*, std::size_t) {
    return std::int32_t{0};
  };
  const std::string key = "uberctx-a-key-that-no-string-keeps";
  const std::vector<Field> fields{{"traceparent", parent},
                                  {"uber-trace-id", "1:2:0:1"},
                                  {"baggage", "a=1,long-and-denied=2"},
                                  {key, long_value}};
  std::vector<baton_field> c_fields;
  for (const auto& [name, value] : fields) {
    c_fields.push_back({name.data(), name.size(), value.data(), value.size()});
  }
  baton_reader reader = BATON_INIT(baton_reader);
  reader.fields = c_fields.data();
  reader.field_count = c_fields.size();
  reader.flags = BATON_NAMES_WITHOUT_CASE;
  long most = 0;
  for (const char* const formats : {"tracecontext,baggage", "jaeger", "tracecontext,jaeger,b3"}) {
    for (const char* const destinations : {"", "*: context baggage=a"}) {
      baton_chain_options options = BATON_INIT(baton_chain_options);
      options.extract = formats;
      options.destinations = destinations;
      baton_chain* chain = nullptr;
      ASSERT_EQ(baton_chain_new(&options, &chain, nullptr, 0), BATON_OK);
      baton::PropagatorChain cpp_chain = baton::make_chain(formats).chain;
      if (*destinations != '\0') {
        cpp_chain = cpp_chain.with_trust({.destinations = {{"*", true, true, {"a"}}}});
      }
      for (int i = 0; i < 2; ++i) {  // each thread allocates its counters once
        allocations = 0;
        const baton::Context context = cpp_chain.extract(baton::http::HeaderCarrier(fields));
        const long read = allocations;
        cpp_chain.inject(context, Dropping());
        const long sent = allocations - read;
        allocations = 0;
        EXPECT_EQ(baton_extract(chain, &reader, context_, nullptr, nullptr), BATON_OK);
        EXPECT_TRUE(i == 0 || allocations == read) << formats << ' ' << allocations;
        allocations = 0;
        EXPECT_EQ(baton_inject(chain, context_, &writer, nullptr, 0), BATON_OK);
        EXPECT_EQ(allocations, sent) << formats << ' ' << destinations;
        most = std::max({most, read, sent});
      }
      baton_chain_free(chain);
    }
  }
  EXPECT_GT(most, 0) << "some do allocate";
}

// Memory fails in the middle of a request: what needs none is there.
TEST_F(AllocationTest, OfALostListIsAnIssueOfTheReport) {
  const std::vector<baton_field> fields{
      {"traceparent", 11, parent.data(), parent.size()},
      {"tracestate", 10, "a=1", 3},
      {"baggage", 7, long_value.data(), long_value.size()},
  };
  baton_reader reader = BATON_INIT(baton_reader);
  reader.fields = fields.data();
  reader.field_count = fields.size();
  baton_report* report = nullptr;
  ASSERT_EQ(baton_report_new(&report), BATON_OK);
  ASSERT_EQ(baton_extract(chain_, &reader, context_, report, nullptr), BATON_OK);
  allocations = 0;
  fails_at = 0;
  EXPECT_EQ(baton_extract(chain_, &reader, context_, report, nullptr), BATON_OK);
  fails_at = -1;
  EXPECT_EQ(baton_context_has_span(context_), 1);
  EXPECT_EQ(baton_context_tracestate(context_).size, 0U);
  baton_issue issue = BATON_INIT(baton_issue);
  ASSERT_EQ(baton_report_issue(report, 0, &issue), BATON_OK);
  const baton_text name = baton_issue_name(issue.code);
  EXPECT_EQ(std::string_view(name.data, name.size), "out_of_memory");
  baton_report_free(report);
}

TEST_F(AllocationTest, NoneInMessagesScopesAndIds) {
  baton_writer writer = BATON_INIT(baton_writer);
  writer.set = [](void*, const char*, std::size_t, const char*, std::size_t) {
    return std::int32_t{0};
  };
  baton_scope scope{};
  std::array<char, 56> text{};
  baton_span_context span = BATON_INIT(baton_span_context);
  static_cast<void>(baton_current());
  allocations = 0;
  EXPECT_EQ(baton_inject(chain_, context_, &writer, nullptr, 0), BATON_OK);
  EXPECT_EQ(baton_scope_enter(&scope, context_), BATON_OK);
  EXPECT_EQ(baton_scope_leave(&scope), BATON_OK);
  EXPECT_EQ(baton_context_traceparent(context_, text.data()), BATON_OK);
  EXPECT_EQ(baton_context_span_context(context_, &span), BATON_OK);
  EXPECT_EQ(baton_context_child(context_, context_), BATON_OK);
  EXPECT_EQ(allocations, 0);
}

}  // namespace
