// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/carrier.hpp"
#include "baton/detail/handle.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

/// Contexts in environment variables, as in OpenTelemetry's specification ("Environment Variables
/// as Context Propagation Carriers"). For POSIX.
namespace baton::environment {

/// The variable of a field: ASCII letters in upper case, digits unchanged, and `_` for all other
/// characters. It has a `_` before a leading digit, and is `_` for the empty name.
///
///     variable_name("x-b3-traceid") == "X_B3_TRACEID"
///
/// The result matches `[A-Z_][A-Z0-9_]*`, and `variable_name` does not change it.
[[nodiscard]] std::string variable_name(std::string_view field);

/// Reads a list of entries `NAME=value` in place. The list must outlive the carrier.
///
///     int main(int, char**, char** envp) {
///       const baton::environment::ListCarrier ours(envp);
///       const baton::Context context = baton::global_chain().extract(ours);
///
/// - A field is found only under the spelling of `variable_name`. `keys` visits no other names
///   either, so fields with a prefix (`uberctx-…`) are not read.
/// - Of several entries with one name the first counts, as for `getenv`.
/// - Values are opaque, and may be empty. An entry without `=` is ignored.
///
/// Never copies or allocates. Each lookup visits the names once.
class ListCarrier {
 public:
  /// The current environment of this process. It must not change while the carrier is used:
  /// `setenv` in another thread would be a race.
  ListCarrier() noexcept;
  /// A list that ends with a null pointer. A null pointer itself is an empty list.
  explicit ListCarrier(const char* const* list) noexcept;
  /// Any list. Null pointers in it are ignored.
  explicit ListCarrier(std::span<const char* const> list) noexcept : list_(list) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;

 private:
  std::span<const char* const> list_;
};

/// A list of entries that owns its text: the environment of a process that is about to start. The
/// environment of this process does not change.
///
///     baton::environment::Environment child = baton::environment::Environment::copy();
///     baton::environment::inject(child);
///     posix_spawn(&pid, path, nullptr, nullptr, arguments, child.envp());
///
/// The source list is copied into one block, byte for byte and in order, entries without `=` and
/// repeated ones included. Each value that is set has a block of its own. Reads like ListCarrier.
///
/// `set` leaves one entry of a name, `erase` none. Both apply `variable_name`, and do not change
/// entries with other spellings. A value with a NUL is not written; older ones are removed in any
/// case. There is no limit of size: `execve` reports `E2BIG` over the system's limit.
///
/// Throws `std::bad_alloc`, and nothing else. One thread may change it at a time.
class Environment {
 public:
  /// An empty one.
  Environment() noexcept = default;
  explicit Environment(const char* const* list);
  explicit Environment(std::span<const char* const> list);

  /// A copy of the environment of this process.
  [[nodiscard]] static Environment copy();

  Environment(const Environment& other) : Environment(other.list()) {}
  Environment(Environment&&) noexcept = default;
  Environment& operator=(const Environment& other) { return *this = Environment(other); }
  Environment& operator=(Environment&&) noexcept = default;
  ~Environment() = default;

  /// The list with a null pointer at its end, for `posix_spawn` and `execve`. Valid until the next
  /// change.
  [[nodiscard]] char* const* envp() const noexcept;
  /// The same without the null pointer.
  [[nodiscard]] std::span<const char* const> list() const noexcept;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept {
    return ListCarrier(list()).get(name);
  }
  void get_all(std::string_view name, TextVisitor visit) const {
    ListCarrier(list()).get_all(name, visit);
  }
  void keys(TextVisitor visit) const { ListCarrier(list()).keys(visit); }

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

 private:
  friend void inject(Environment& environment, const Context& context,
                     const InjectOptions& options);

  using Entry = std::unique_ptr<char[]>;

  template <class Test>
  void erase_if(Test is_gone);

  Entry copied_;
  std::vector<Entry> written_;
  std::vector<char*> entries_;  // empty, or ends with a null pointer
};

/// The context in the environment of this process. Best read once, at start.
///
///     const baton::Context context = baton::environment::extract();
[[nodiscard]] inline Context extract(const ExtractOptions& options = {}) {
  return options.extract(ListCarrier());
}
/// Writes a context into the environment of a process that is about to start.
///
/// Removes the variables of the chain's families as well (`UBERCTX_…`, `OT_BAGGAGE_…`), whatever
/// their keys. A variable that a format of the chain reads beside its field (`xray-lambda`:
/// `_X_AMZN_TRACE_ID`) gets the field's value, or is removed with it.
void inject(Environment& environment, const Context& context = current(),
            const InjectOptions& options = {});

namespace internal {

/// The span of a process, by the semantic conventions for command-line programs.
detail::SpanFacts span_facts(SpanKind kind);

/// The span of a process that is about to start.
Span start_call(const SendOptions& options);

struct Process {
  static detail::SpanFacts facts(const ListCarrier& /*environment*/) {
    return span_facts(SpanKind::internal);
  }
};

}  // namespace internal

/// Does the work of this process in the context of its environment. Returns the result of `work`.
///
///     int main() { return baton::environment::run([] { return make_report(); }); }
///
/// A tracer starts a span for the process (kind `internal`, named after the program), which is then
/// current. It ends with `work`, with an error if that throws. A coroutine does not compile.
template <class Work>
decltype(auto) run(Work&& work, const HandleOptions& options = {}) {
  const ListCarrier ours;
  return detail::handle<internal::Process>([](const ExtractOptions& how) { return extract(how); },
                                           std::forward<Work>(work), ours, options);
}

/// Starts a process: calls `start` with a copy of this process's environment in which the current
/// context is. Returns the result of `start`.
///
///     baton::environment::call([&](const baton::environment::Environment& environment) {
///       return run_and_wait("make", environment.envp());
///     }, {.span_name = "make"});
///
/// Outside of any Scope, the context is that of this process's environment (see `extract`), as a
/// process that is started otherwise inherits it. That is no extraction for `extraction_counts`.
///
/// A tracer starts a span for the call (kind `client`), a child of that context. The process gets
/// the span's context or, without a tracer, that context, which is also current in `start`. The
/// span ends with `start`, with an error if that throws: let it wait for the process. A coroutine
/// does not compile.
template <class Start>
decltype(auto) call(Start&& start, const SendOptions& options = {}) {
  detail::refuse_coroutine<std::invoke_result_t<Start, const Environment&>>();
  Span span = internal::start_call(options);
  Environment environment = Environment::copy();
  inject(environment, span.context(), options.injection());
  return detail::call_in_span(internal::Process(), std::move(span), [&]() -> decltype(auto) {
    return std::invoke(std::forward<Start>(start), std::as_const(environment));
  });
}

}  // namespace baton::environment
