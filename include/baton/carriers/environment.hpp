// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "baton/carrier.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

/// Contexts in environment variables, as OpenTelemetry's specification has them ("Environment
/// Variables as Context Propagation Carriers"). For POSIX.
namespace baton::environment {

/// The variable that stands for a field: ASCII letters in upper case, digits as they are, and `_`
/// for everything else; a `_` before a leading digit, and alone for the empty name.
///
///     variable_name("x-b3-traceid") == "X_B3_TRACEID"
///
/// The result matches `[A-Z_][A-Z0-9_]*`, and is the variable of its own.
[[nodiscard]] std::string variable_name(std::string_view field);

/// Reads a list of entries `NAME=value` where they are. The list must outlive the carrier.
///
///     int main(int, char**, char** envp) {
///       const baton::environment::ListCarrier ours(envp);
///       const baton::Context context = baton::global_chain().extract(ours);
///
/// - A field is looked for as `variable_name` writes it, and in no other spelling. `keys` shows no
///   other names either; so families of fields (`uberctx-…`) are not read.
/// - Of several entries with one name the first counts, as for `getenv`.
/// - Values are opaque, an empty one too. An entry without `=` is no variable.
///
/// Nothing is copied or allocated. Each look-up passes over the names once.
class ListCarrier {
 public:
  /// The environment of this process as it is now. Nobody may change it while the carrier is used:
  /// `setenv` in another thread would be a race.
  ListCarrier() noexcept;
  /// A list that a null pointer ends. A null pointer itself is an empty list.
  explicit ListCarrier(const char* const* list) noexcept;
  /// Any list. Null pointers in it do not count.
  explicit ListCarrier(std::span<const char* const> list) noexcept : list_(list) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;

 private:
  std::span<const char* const> list_;
};

/// A list of entries that owns its text: the environment of a process that is about to start. Our
/// own stays as it is.
///
///     baton::environment::Environment child = baton::environment::Environment::copy();
///     baton::environment::inject(child);
///     posix_spawn(&pid, path, nullptr, nullptr, arguments, child.envp());
///
/// What it is made from is copied byte for byte and in order, entries without `=` and repeated ones
/// included, into one block; each value that is set has one more. It reads as ListCarrier does.
///
/// `set` leaves one entry of a name, `erase` none; both take names as `variable_name` writes them,
/// and leave other spellings alone. A value with a NUL cannot be an entry and is not written; older
/// ones go all the same. There is no limit of size here: where the system's is passed, `execve`
/// says `E2BIG`.
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

  /// The list with a null pointer behind its end, as `posix_spawn` and `execve` take it. Valid
  /// until the next change.
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
  using Entry = std::unique_ptr<char[]>;

  Entry copied_;
  std::vector<Entry> written_;
  std::vector<char*> entries_;  // empty, or ended by a null pointer
};

/// The context that this process was started with. Best read once, at the start.
///
///     const baton::Context context = baton::environment::extract();
[[nodiscard]] inline Context extract(const ExtractOptions& options = {}) {
  return options.chain.extract(ListCarrier(), options.report);
}
/// Writes a context into the environment of a process that is about to start.
inline void inject(Environment& environment, const Context& context = current(),
                   const InjectOptions& options = {}) {
  options.chain.inject(context, environment);
}

}  // namespace baton::environment
