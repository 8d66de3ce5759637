// SPDX-License-Identifier: Apache-2.0
// What the C interface costs, beside C++ over the same array of fields. The C interface is the
// shared library, as programs in C have it.

#include <baton/baton.h>
#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "report.hpp"

namespace {

using bench::measure;

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
constexpr std::string_view baggage = "userId=alice,serverNode=DF%2028,isProduction=false";

struct Field {
  std::string_view name;
  std::string_view value;
};

/// The fields of a request, for both languages.
struct Request {
  std::vector<Field> fields;
  std::vector<baton_field> c_fields;

  explicit Request(std::initializer_list<Field> traced) {
    fields = {{"host", "example.com"}, {"user-agent", "bench/1"}, {"accept", "*/*"}};
    fields.insert(fields.end(), traced);
    for (const auto& [name, value] : fields) {
      c_fields.push_back({name.data(), name.size(), value.data(), value.size()});
    }
  }
};

const Request& full() {
  static const Request request{
      {"traceparent", parent}, {"tracestate", state}, {"baggage", baggage}};
  return request;
}
const Request& parent_alone() {
  static const Request request{{"traceparent", parent}};
  return request;
}
const Request& nothing() {
  static const Request request{};
  return request;
}

const baton::PropagatorChain& chain() {
  static const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  return chain;
}

const baton_chain* c_chain() {
  static baton_chain* const chain = [] {
    baton_chain* made = nullptr;
    baton_chain_new(nullptr, &made, nullptr, 0);
    return made;
  }();
  return chain;
}

baton_context* c_context() {
  static baton_context* const context = [] {
    baton_context* made = nullptr;
    baton_context_new(&made);
    return made;
  }();
  return context;
}

/// As a server in C would: it walks over its own list, and passes each field on.
void each_field(void* carrier, baton_visit visit, void* sink) {
  for (const Field& field : static_cast<const Request*>(carrier)->fields) {
    if (visit(sink, field.name.data(), field.name.size(), field.value.data(), field.value.size()) !=
        0) {
      return;
    }
  }
}

baton_reader array_of(const Request& request) {
  baton_reader reader = BATON_INIT(baton_reader);
  reader.fields = request.c_fields.data();
  reader.field_count = request.c_fields.size();
  reader.flags = BATON_NAMES_WITHOUT_CASE;
  return reader;
}

baton_reader callback_of(const Request& request) {
  baton_reader reader = BATON_INIT(baton_reader);
  reader.each = each_field;
  reader.carrier = const_cast<Request*>(&request);
  reader.flags = BATON_NAMES_WITHOUT_CASE;
  return reader;
}

void cpp(benchmark::State& s, const Request& request) {
  measure(s, [&] {
    const baton::Context context = chain().extract(baton::http::HeaderCarrier(request.fields));
    benchmark::DoNotOptimize(&context);
    benchmark::ClobberMemory();
  });
}

void c(benchmark::State& s, const baton_reader& reader) {
  measure(s, [&] {
    benchmark::DoNotOptimize(baton_extract(c_chain(), &reader, c_context(), nullptr, nullptr));
    benchmark::ClobberMemory();
  });
}

void cpp_full(benchmark::State& s) { cpp(s, full()); }
void c_full(benchmark::State& s) { c(s, array_of(full())); }
void c_full_each(benchmark::State& s) { c(s, callback_of(full())); }
void cpp_parent(benchmark::State& s) { cpp(s, parent_alone()); }
void c_parent(benchmark::State& s) { c(s, array_of(parent_alone())); }
void c_parent_each(benchmark::State& s) { c(s, callback_of(parent_alone())); }
void cpp_nothing(benchmark::State& s) { cpp(s, nothing()); }
void c_nothing(benchmark::State& s) { c(s, array_of(nothing())); }
void c_nothing_each(benchmark::State& s) { c(s, callback_of(nothing())); }

/// A message with room for three values, to both languages.
struct Message {
  std::array<std::array<char, 64>, 3> values{};
  std::size_t count = 0;

  void set(std::string_view, std::string_view value) {
    std::memcpy(values[count++ % values.size()].data(), value.data(), value.size());
  }
  void erase(std::string_view) {}
};

std::int32_t set_field(void* carrier, const char* name, std::size_t name_size, const char* value,
                       std::size_t value_size) {
  static_cast<Message*>(carrier)->set({name, name_size}, {value, value_size});
  return 0;
}
std::int32_t erase_field(void* carrier, const char* name, std::size_t name_size) {
  static_cast<Message*>(carrier)->erase({name, name_size});
  return 0;
}

void cpp_inject(benchmark::State& s) {
  const baton::Context context = chain().extract(baton::http::HeaderCarrier(full().fields));
  Message message;
  measure(s, [&] {
    chain().inject(context, message);
    benchmark::ClobberMemory();
  });
}
void c_inject(benchmark::State& s) {
  const baton_reader reader = array_of(full());
  baton_extract(c_chain(), &reader, c_context(), nullptr, nullptr);
  Message message;
  baton_writer writer = BATON_INIT(baton_writer);
  writer.set = set_field;
  writer.erase = erase_field;
  writer.carrier = &message;
  measure(s, [&] {
    benchmark::DoNotOptimize(baton_inject(c_chain(), c_context(), &writer, nullptr, 0));
    benchmark::ClobberMemory();
  });
}

void cpp_scope(benchmark::State& s) {
  const baton::Context context;
  measure(s, [&] {
    const baton::Scope scope(context);
    benchmark::DoNotOptimize(&baton::current());
  });
}
void c_scope(benchmark::State& s) {
  baton_scope scope{};
  measure(s, [&] {
    baton_scope_enter(&scope, c_context());
    benchmark::DoNotOptimize(baton_current());
    baton_scope_leave(&scope);
  });
}

BENCHMARK(cpp_full);
BENCHMARK(c_full);
BENCHMARK(c_full_each);
BENCHMARK(cpp_parent);
BENCHMARK(c_parent);
BENCHMARK(c_parent_each);
BENCHMARK(cpp_nothing);
BENCHMARK(c_nothing);
BENCHMARK(c_nothing_each);
BENCHMARK(cpp_inject);
BENCHMARK(c_inject);
BENCHMARK(cpp_scope);
BENCHMARK(c_scope);

const std::vector<bench::Row> rows{
    {"traceparent, tracestate (2), baggage (3): array", "c_full", "cpp_full", "<= 20 ns beyond"},
    {"the same by a callback", "c_full_each", "cpp_full", "<= 20 ns beyond"},
    {"traceparent alone: array", "c_parent", "cpp_parent", ""},
    {"the same by a callback", "c_parent_each", "cpp_parent", ""},
    {"nothing there: array", "c_nothing", "cpp_nothing", ""},
    {"the same by a callback", "c_nothing_each", "cpp_nothing", ""},
    {"inject the same three", "c_inject", "cpp_inject", ""},
    {"enter + current + leave", "c_scope", "cpp_scope", ""},
};

bool works() {
  for (const baton_reader& reader : {array_of(full()), callback_of(full())}) {
    if (baton_extract(c_chain(), &reader, c_context(), nullptr, nullptr) != BATON_OK) return false;
    std::array<char, 56> written{};
    baton_context_traceparent(c_context(), written.data());
    const baton_text tracestate = baton_context_tracestate(c_context());
    const baton_text members = baton_context_baggage(c_context());
    if (written.data() != parent || std::string_view(tracestate.data, tracestate.size) != state ||
        std::string_view(members.data, members.size) != baggage) {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, rows, works()); }
