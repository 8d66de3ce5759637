// SPDX-License-Identifier: Apache-2.0
// Callbacks in C++ may throw, and threads may be canceled in them.
#include <baton/baton.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <stdexcept>

namespace {

class ExceptionTest : public testing::Test {
 protected:
  ExceptionTest() {
    baton_chain_new(nullptr, &chain_, nullptr, 0);
    baton_context_new(&context_);
    baton_context_set_traceparent(context_, parent, std::strlen(parent), nullptr);
    baton_context_set_tracestate(context_, "a=1", 3, nullptr);
    baton_context_set_baggage(context_, "a=1", 3, nullptr);
  }
  ~ExceptionTest() override {
    baton_context_free(context_);
    baton_chain_free(chain_);
  }

  static constexpr const char* parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  baton_chain* chain_ = nullptr;
  baton_context* context_ = nullptr;
};

template <class Exception>
std::int32_t fail(void*, const char*, std::size_t, const char*, std::size_t) {
  throw Exception("no");
}

std::int32_t fail_without_memory(void*, const char*, std::size_t, const char*, std::size_t) {
  throw std::bad_alloc();
}

TEST_F(ExceptionTest, FromAReaderEmptiesTheContext) {
  baton_reader reader = BATON_INIT(baton_reader);
  reader.each = [](void*, baton_visit, void*) { throw std::runtime_error("no"); };
  EXPECT_EQ(baton_extract(chain_, &reader, context_, nullptr, nullptr), BATON_ERROR_CALLBACK);
  EXPECT_EQ(baton_context_has_span(context_), 0);
  EXPECT_EQ(baton_context_baggage(context_).size, 0U);
}

TEST_F(ExceptionTest, FromAWriterIsAnError) {
  baton_writer writer = BATON_INIT(baton_writer);
  writer.set = fail<std::runtime_error>;
  EXPECT_EQ(baton_inject(chain_, context_, &writer, nullptr, 0), BATON_ERROR_CALLBACK);
  writer.set = fail<std::length_error>;
  EXPECT_EQ(baton_inject(chain_, context_, &writer, nullptr, 0), BATON_ERROR_MEMORY);
  writer.set = fail_without_memory;
  EXPECT_EQ(baton_inject(chain_, context_, &writer, nullptr, 0), BATON_ERROR_MEMORY);
}

TEST_F(ExceptionTest, FromAVisitorIsAnError) {
  EXPECT_EQ(baton_context_visit_tracestate(context_, fail<std::runtime_error>, nullptr),
            BATON_ERROR_CALLBACK);
  EXPECT_EQ(baton_context_visit_baggage(
                context_, [](void*, const baton_member*) -> std::int32_t { throw 1; }, nullptr),
            BATON_ERROR_CALLBACK);
  const auto throws = [](void*, const baton_format_counts*) -> std::int32_t { throw 1; };
  EXPECT_EQ(baton_counts(nullptr, throws, nullptr), BATON_ERROR_CALLBACK);
}

// glibc ends a process that keeps a cancellation from going on. It unwinds by GCC's library: no
// thread of C++ can be canceled in a program that has LLVM's, as those with libc++ have.
#if defined(__GLIBCXX__)
TEST_F(ExceptionTest, ACancelledThreadEnds) {
  pthread_t thread{};
  struct Request {
    baton_chain* chain;
    baton_context* context;
  } request{chain_, context_};
  const auto wait = [](void* argument) -> void* {
    const auto* const mine = static_cast<const Request*>(argument);
    baton_reader reader = BATON_INIT(baton_reader);
    reader.each = [](void*, baton_visit, void*) {
      for (;;) ::pause();
    };
    baton_extract(mine->chain, &reader, mine->context, nullptr, nullptr);
    return nullptr;
  };
  ASSERT_EQ(::pthread_create(&thread, nullptr, wait, &request), 0);
  ASSERT_EQ(::pthread_cancel(thread), 0);
  void* result = nullptr;
  ASSERT_EQ(::pthread_join(thread, &result), 0);
  EXPECT_EQ(result, PTHREAD_CANCELED);
}
#endif

}  // namespace
