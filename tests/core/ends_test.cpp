// SPDX-License-Identifier: Apache-2.0
// Threads and processes that end in every order. Each row of the table is a process of its own: it
// must end well, and say no more than what the row expects.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "baton/baton.hpp"
#include "baton/samplers.hpp"
#include "support/child_process.hpp"
#include "support/fields.hpp"
#include "support/sanitizers.hpp"

// glibc itself keeps what `thread_local` objects of the main thread need, if that one ends first.
extern "C" const char* __lsan_default_suppressions() { return "leak:__cxa_thread_atexit_impl\n"; }
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }

namespace baton {
namespace {

using test::Fields;
using test::has_thread_sanitizer;

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

void say(std::string_view text) {
  const std::string line = std::string(text) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::abort();
}

/// What a service does for a request. Without a tracer the caller's own span is sent.
bool works() {
  const Fields received = {{"traceparent", parent}, {"baggage", "k=v"}};
  const Context context = global_chain().extract(received);
  Tracer* const tracer = global_tracer();
  const Span span(tracer, {.parent = context, .name = "work"});
  const Scope scope(span.context());
  Fields sent;
  global_chain().inject(current(), sent);
  const std::string field(sent.get("traceparent").value_or(""));
  return field.starts_with(parent.substr(0, 36)) && (field == parent) == (tracer == nullptr) &&
         extraction_counts().extractions != 0;
}

void say_whether_it_works(std::string_view where) {
  say(std::string(where) + (works() ? " works" : " fails"));
}

void set_globals(std::string_view formats) {
  set_global_chain(make_chain(formats).chain);
  set_global_tracer(std::make_shared<IdTracer>(always_on()));
}
void set_globals() { set_globals("tracecontext,baggage"); }

/// Eight threads that work until the process ends, and one that replaces the globals.
void start_threads_without_end() {
  constexpr std::ptrdiff_t count = 8;
  static std::latch has_begun(count + 1);
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    std::thread([] {
      if (!works()) std::abort();
      has_begun.count_down();
      while (works()) {
      }
      std::abort();
    }).detach();
  }
  std::thread([] {
    has_begun.count_down();
    for (unsigned i = 0; i < 10'000; ++i)
      set_globals(i % 2 == 0 ? "tracecontext" : "b3,tracecontext");
    ::pause();
  }).detach();
  has_begun.wait();
}

/// Works when it is destroyed.
struct Late {
  std::string_view name;
  ~Late() {
    if (!name.empty()) say_whether_it_works(name);
  }
};

// Made before the objects of the library, which are linked after it, and destroyed after them.
constinit Late after_the_library{};
constinit bool sets_globals_at_the_end = false;
constinit struct LastSetter {
  ~LastSetter() {
    if (sets_globals_at_the_end) set_globals();
  }
} last_setter;

// --- the process ---------------------------------------------------------------------------------

int main_returns() {
  set_globals();
  start_threads_without_end();
  after_the_library.name = "last static";
  static const Late before_the_library{"first static"};
  return 0;
}

int main_returns_without_globals() {
  after_the_library.name = "last static";
  static const Late before_the_library{"first static"};
  return 0;
}

int statics_set_the_globals() {
  sets_globals_at_the_end = true;
  after_the_library.name = "last static";
  start_threads_without_end();
  return 0;
}

int exit_handlers() {
  std::atexit([] { say_whether_it_works("first handler"); });
  set_globals();
  std::atexit([] { say_whether_it_works("last handler"); });
  start_threads_without_end();
  std::exit(works() ? 0 : 1);
}

int another_thread_exits() {
  set_globals();
  start_threads_without_end();
  std::thread([] {
    static thread_local const Late of_thread{"thread"};
    after_the_library.name = "last static";
    std::exit(works() ? 0 : 1);
  }).detach();
  while (works()) {
  }
  return 1;
}

int quick_exit() {
  set_globals();
  start_threads_without_end();
  std::at_quick_exit([] { say_whether_it_works("handler"); });
  std::quick_exit(works() ? 0 : 1);
}

int main_ends_as_a_thread() {
  static std::atomic<bool> has_ended = false;
  static pthread_key_t key{};  // glibc does not destroy thread_local objects here
  const auto at_end = [](void*) {
    say_whether_it_works("main");
    has_ended = true;
  };
  if (::pthread_key_create(&key, at_end) != 0 || ::pthread_setspecific(key, &key) != 0) return 1;
  set_globals();
  after_the_library.name = "last static";
  std::thread([] {
    while (!has_ended) std::this_thread::yield();
    for (int i = 0; i < 100; ++i) {
      if (!works()) std::abort();
    }
    // ThreadSanitizer has a thread of its own, so that no other one is the last.
    if (has_thread_sanitizer) std::exit(0);
  }).detach();
  ::pthread_exit(nullptr);
}

int scopes_that_never_end() {
  set_globals();
  static const Context context = global_chain().extract(Fields{{"traceparent", parent}});
  static const Scope of_process(context);
  after_the_library.name = "last static";
  std::thread([] {
    static const Scope* const of_thread = new Scope(context);
    static_cast<void>(of_thread);
  }).join();
  say(current() == context ? "the scope remains" : "the scope is lost");
  return 0;
}

// --- threads ------------------------------------------------------------------------------------

int thread_locals() {
  set_globals();
  std::thread([] {
    // Made before and after what the library keeps for a thread.
    static thread_local const Late last{"last thread_local"};
    static_cast<void>(&last);
    if (!works()) std::abort();
    static thread_local const Late first{"first thread_local"};
    static_cast<void>(&first);
  }).join();
  say_whether_it_works("main");
  return 0;
}

int a_thread_whose_end_is_its_first_use() {
  set_globals();
  std::thread([] {
    static thread_local const Late only{"thread_local"};
    static_cast<void>(&only);
  }).join();
  say_whether_it_works("main");
  return 0;
}

/// In the last round nothing that the library asks for would be called any more. So what it keeps
/// of this thread must be gone: the thread's memory is.
int keys_in_each_round() {
  set_globals();
  if (!works()) return 1;  // the library's own key is older, and so its function is called first
  static pthread_key_t key{};
  if (::pthread_key_create(&key, [](void* value) {
        if (!works()) std::abort();
        // After the third round, ThreadSanitizer has no thread any more.
        static std::atomic<int> round = 0;
        if (!has_thread_sanitizer || ++round < 3) ::pthread_setspecific(key, value);
      }) != 0) {
    return 1;
  }
  constexpr std::size_t size = std::size_t{1} << 21U;
  void* const stack =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstack(&attributes, stack, size);
  pthread_t thread{};
  const auto run = [](void*) -> void* {
    if (!works()) std::abort();
    ::pthread_setspecific(key, &key);
    return nullptr;
  };
  if (::pthread_create(&thread, &attributes, run, nullptr) != 0) return 1;
  ::pthread_join(thread, nullptr);
  ::mprotect(stack, size, PROT_NONE);  // no other thread may get the place
  std::thread([] { say_whether_it_works("another thread"); }).join();
  return 0;
}

int threads_that_leave_their_scopes() {
  set_globals();
  static const Context context = global_chain().extract(Fields{{"traceparent", parent}});
  for (int i = 0; i < 100; ++i) {
    alignas(Scope) std::array<unsigned char, sizeof(Scope)> memory;
    std::thread([&] { new (memory.data()) Scope(context); }).join();
    memory.fill(0xaa);
    std::thread([] {
      if (!works() || current() != Context()) std::abort();
    }).join();
  }
  say_whether_it_works("main");
  return 0;
}

int a_thread_is_canceled_in_its_scopes() {
  set_globals();
  static std::atomic<bool> is_in_scope = false;
  std::thread thread([] {
    const Context context = global_chain().extract(Fields{{"traceparent", parent}});
    const Span span(global_tracer(), {.parent = context, .name = "work"});
    const Scope scope(span.context());
    is_in_scope = true;
    for (;;) ::pause();
  });
  while (!is_in_scope) std::this_thread::yield();
  ::pthread_cancel(thread.native_handle());
  thread.join();
  say_whether_it_works("main");
  return 0;
}

/// Nothing of the library lets a thread end: most of it may not be unwound.
int a_thread_is_canceled_while_it_works() {
  static std::atomic<bool> is_asked = false;
  static std::atomic<int> rounds = 0;
  std::thread thread([] {
    while (!is_asked) std::this_thread::yield();
    for (; rounds < 100; ++rounds) {  // the first one seeds, and makes the global chain
      if (!works()) std::abort();
      set_globals();
    }
    ::pthread_testcancel();
    say("was not canceled");
  });
  ::pthread_cancel(thread.native_handle());
  is_asked = true;
  thread.join();
  say(std::to_string(rounds) + " rounds");
  say_whether_it_works("main");
  return 0;
}

// --- fork ---------------------------------------------------------------------------------------

constinit std::atomic<bool> holds_entropy = false;
constinit std::atomic<bool> is_held = false;

int wait_for(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0 ? 0 : 1;
}

/// Another thread makes the key of the process's hash table: the child must not wait for it.
int fork_while_a_thread_makes_what_is_made_once() {
  std::string list;
  for (int i = 0; i < 40; ++i) list += (i == 0 ? "k" : ",k") + std::to_string(i) + "=v";
  std::thread thread([&] {
    holds_entropy = true;
    if (Baggage::parse(list).size() != 40) std::abort();
  });
  while (!is_held) std::this_thread::yield();
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(100);
    holds_entropy = false;
    say(Baggage::parse(list).size() == 40 ? "the child has all" : "the child lacks some");
    ::_exit(0);
  }
  const int status = wait_for(child);
  holds_entropy = false;
  thread.join();
  return status;
}

// --- the table ----------------------------------------------------------------------------------

struct Row {
  const char* name;
  int (*run)();
  const char* said;
};

constexpr std::array rows{
    Row{"MainReturns", main_returns, "first static works\nlast static works\n"},
    Row{"MainReturnsWithoutGlobals", main_returns_without_globals,
        "first static works\nlast static works\n"},
    Row{"StaticsSetTheGlobals", statics_set_the_globals, "last static works\n"},
    Row{"ExitHandlers", exit_handlers, "last handler works\nfirst handler works\n"},
    Row{"AnotherThreadExits", another_thread_exits, "thread works\nlast static works\n"},
    Row{"QuickExit", quick_exit, "handler works\n"},
    Row{"MainEndsAsAThread", main_ends_as_a_thread, "main works\nlast static works\n"},
    Row{"ScopesThatNeverEnd", scopes_that_never_end, "the scope remains\nlast static works\n"},
    Row{"ThreadLocals", thread_locals,
        "first thread_local works\nlast thread_local works\nmain works\n"},
    Row{"AThreadWhoseEndIsItsFirstUse", a_thread_whose_end_is_its_first_use,
        "thread_local works\nmain works\n"},
    Row{"KeysInEachRound", keys_in_each_round, "another thread works\n"},
    Row{"ThreadsThatLeaveTheirScopes", threads_that_leave_their_scopes, "main works\n"},
    Row{"AThreadIsCanceledInItsScopes", a_thread_is_canceled_in_its_scopes, "main works\n"},
    Row{"AThreadIsCanceledWhileItWorks", a_thread_is_canceled_while_it_works,
        "100 rounds\nmain works\n"},
    Row{"ForkWhileAThreadMakesWhatIsMadeOnce", fork_while_a_thread_makes_what_is_made_once,
        "the child has all\n"},
};

test::EndedProcess run(const char* program, const Row& row) {
  return test::run_process([&](int pipe) {
    ::dup2(pipe, STDOUT_FILENO);
    ::dup2(pipe, STDERR_FILENO);
    ::close(pipe);
    ::alarm(100);  // kills one that waits
    ::execl(program, program, row.name, nullptr);
    return 127;
  });
}

class EndsTest : public testing::TestWithParam<Row> {};

TEST_P(EndsTest, Well) {
  const test::EndedProcess ended = run("/proc/self/exe", GetParam());
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.said, GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(Rows, EndsTest, testing::ValuesIn(rows),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace baton

/// In place of the system's: may hold the thread that asks for a seed.
extern "C" int getentropy(void* buffer, std::size_t size) {
  static std::atomic<unsigned char> next{1};
  std::generate_n(static_cast<unsigned char*>(buffer), size, [] { return next.fetch_add(1); });
  baton::is_held = baton::holds_entropy.load();
  while (baton::holds_entropy) std::this_thread::yield();
  return 0;
}

int main(int count, char** words) {
  if (count == 2) {
    const auto row = std::find_if(
        baton::rows.begin(), baton::rows.end(),
        [&](const baton::Row& each) { return each.name == std::string_view(words[1]); });
    if (row != baton::rows.end()) return row->run();
  }
  testing::InitGoogleTest(&count, words);
  return RUN_ALL_TESTS();
}
