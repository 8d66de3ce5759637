// SPDX-License-Identifier: Apache-2.0
// What it costs to keep a context in the process: with bound functions, coroutines and log lines.

#include <baton/baton.hpp>

#include <array>
#include <coroutine>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "report.hpp"

namespace {

using bench::measure;

baton::Context context_of(std::map<std::string, std::string> fields) {
  return baton::make_chain("tracecontext,baggage").chain.extract(baton::MapCarrier(fields));
}

/// With a tracestate and baggage, whose texts are counted.
const baton::Context& full() {
  static const baton::Context context =
      context_of({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                  {"tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
                  {"baggage", "userId=alice,serverNode=DF%2028,isProduction=false"}});
  return context;
}
const baton::Context& ids_alone() {
  static const baton::Context context =
      context_of({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}});
  return context;
}

// Functions.

[[gnu::noinline]] void work(int& count) {
  ++count;
  benchmark::DoNotOptimize(count);
}

void plain_call(benchmark::State& s) {
  int count = 0;
  measure(s, [&] { work(count); });
}
void bound_call(benchmark::State& s) {
  int count = 0;
  const auto bound = baton::bind(full(), work);
  measure(s, [&] { bound(count); });
}
void bind_and_call(benchmark::State& s, const baton::Context& context) {
  int count = 0;
  const baton::Scope scope(context);
  measure(s, [&] { baton::bind(baton::current(), work)(count); });
}
void bind_and_call_ids(benchmark::State& s) { bind_and_call(s, ids_alone()); }
void bind_and_call_full(benchmark::State& s) { bind_and_call(s, full()); }

// Coroutines.

/// A coroutine that is suspended for ever, again and again.
template <template <class> class WithOrWithoutContext>
class Loop {
  struct Promise;

 public:
  using promise_type = WithOrWithoutContext<Promise>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Loop(Handle handle) noexcept : handle_(handle) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() { handle_.destroy(); }
  void resume() const { handle_.resume(); }

 private:
  struct Promise {
    Loop get_return_object() noexcept {
      return Loop(Handle::from_promise(static_cast<promise_type&>(*this)));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };

  Handle handle_;
};

template <class Promise>
struct WithoutContext : Promise {};

template <template <class> class WithOrWithoutContext>
Loop<WithOrWithoutContext> loop() {
  for (;;) co_await std::suspend_always();
}

void plain_resumption(benchmark::State& s) {
  const auto coroutine = loop<WithoutContext>();
  measure(s, [&] { coroutine.resume(); });
}
void resumption(benchmark::State& s, const baton::Context& context) {
  const auto coroutine = baton::bind(context, loop<baton::ContextPromise>)();
  measure(s, [&] { coroutine.resume(); });
}
void resumption_ids(benchmark::State& s) { resumption(s, ids_alone()); }
void resumption_full(benchmark::State& s) { resumption(s, full()); }

// Log lines.

void log_text(benchmark::State& s) {
  const baton::Scope scope(full());
  std::array<char, baton::LogFields::max_text_size> buffer;
  measure(s, [&] {
    benchmark::DoNotOptimize(baton::log_fields().write_text(buffer));
    benchmark::ClobberMemory();
  });
}
void log_json(benchmark::State& s) {
  const baton::Scope scope(full());
  std::array<char, baton::LogFields::max_json_size> buffer;
  measure(s, [&] {
    benchmark::DoNotOptimize(baton::log_fields().write_json(buffer));
    benchmark::ClobberMemory();
  });
}

BENCHMARK(plain_call);
BENCHMARK(bound_call);
BENCHMARK(bind_and_call_ids);
BENCHMARK(bind_and_call_full);
BENCHMARK(plain_resumption);
BENCHMARK(resumption_ids);
BENCHMARK(resumption_full);
BENCHMARK(log_text);
BENCHMARK(log_json);

const std::vector<bench::Row> rows{
    {"call of a bound function", "bound_call", "plain_call", "<= 5 ns beyond, 0"},
    {"bind the current context (ids), and call", "bind_and_call_ids", "plain_call",
     "<= 5 ns beyond, 0"},
    {"bind it with tracestate and baggage, and call", "bind_and_call_full", "plain_call",
     "<= 5 ns beyond, 0"},
    {"resume a coroutine, and suspend it (ids)", "resumption_ids", "plain_resumption",
     "<= 10 ns beyond, 0"},
    {"resume it with tracestate and baggage", "resumption_full", "plain_resumption",
     "<= 10 ns beyond, 0"},
    {"the fields of a log line, as text", "log_text", "", "<= 20 ns, 0"},
    {"the fields of a log line, as JSON", "log_json", "", "<= 20 ns, 0"},
};

bool works() {
  const baton::Scope scope(full());
  std::array<char, baton::LogFields::max_text_size> buffer;
  return full().span_context().trace_state.size() == 2 && full().baggage().size() == 3 &&
         ids_alone().span_context().is_valid() &&
         baton::log_fields().write_text(buffer).size() == buffer.size();
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, rows, works()); }
