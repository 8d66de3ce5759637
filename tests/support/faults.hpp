// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <set>
#include <string_view>

/// Lets calls of another library fail, one after the other. A test program defines the library's
/// functions by `BATON_FAULT`, which forwards the calls to the library, or fails instead.

namespace baton::test {

class Faults {
 public:
  /// From now on, counts this thread's calls; the one with that number fails, from zero on.
  void begin(std::size_t failing) noexcept {
    failing_ = failing;
    seen_ = 0;
    has_failed_ = false;
    is_counting_ = true;
  }
  /// Stops that. Returns whether a call has failed.
  bool end() noexcept {
    is_counting_ = false;
    return has_failed_;
  }

  /// Whether a call must fail.
  bool fails() noexcept {
    if (!is_counting_ || seen_++ != failing_) return false;
    has_failed_ = true;
    return true;
  }

 private:
  std::size_t failing_ = 0;
  std::size_t seen_ = 0;
  bool is_counting_ = false;
  bool has_failed_ = false;
};

/// Of each thread.
inline thread_local Faults faults;

/// The functions of which no call has failed yet. In the end there must be none: unless only some
/// of the tests are run.
class Unfailed : public ::testing::Environment {
 public:
  static std::set<std::string_view>& names() {
    static std::set<std::string_view> names;
    return names;
  }
  void TearDown() override {
    if (::testing::GTEST_FLAG(filter) != "*") return;
    for (const std::string_view name : names()) {
      ADD_FAILURE() << "no call of " << name << " has failed";
    }
  }
};
inline ::testing::Environment* const unfailed =
    ::testing::AddGlobalTestEnvironment(new Unfailed);  // NOLINT: GoogleTest owns it

/// Takes a function for one that must fail.
struct Failing {
  explicit Failing(std::string_view function) { Unfailed::names().insert(function); }
};

/// Whether this call of a function must fail.
inline bool must_fail(std::string_view function) {
  if (!faults.fails()) return false;
  Unfailed::names().erase(function);
  return true;
}

/// Whether code is part of the object that has a function: calls within a library are its own.
template <class Function>
bool is_within(Function* function, const void* code) noexcept {
  Dl_info theirs{};
  Dl_info caller{};
  return ::dladdr(reinterpret_cast<const void*>(function), &theirs) != 0 &&
         ::dladdr(code, &caller) != 0 && theirs.dli_fbase == caller.dli_fbase;
}

/// Calls `attempt(number)` again and again, until no call has failed in it: it lets the call with
/// that number fail, and returns whether one has. Returns how often one has.
template <class Attempt>
std::size_t fail_each(Attempt&& attempt) {
  constexpr std::size_t max_failures = 10'000;
  std::size_t number = 0;
  while (number < max_failures && attempt(number)) ++number;
  EXPECT_LT(number, max_failures) << "no attempt succeeds";
  return number;
}

}  // namespace baton::test

/// Defines a function of a library: result, name, parameters, arguments, what it returns if it
/// fails.
#define BATON_FAULT(result, name, parameters, arguments, failure)                            \
  static const baton::test::Failing failing_##name(#name);                                   \
  extern "C" result name parameters {                                                        \
    static const auto next = reinterpret_cast<decltype(&(name))>(::dlsym(RTLD_NEXT, #name)); \
    const bool is_ours = !baton::test::is_within(next, __builtin_return_address(0));         \
    if (is_ours && baton::test::must_fail(#name)) return failure;                            \
    return next arguments;                                                                   \
  }
