// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "baton/testing/fields.hpp"

namespace baton::testing {

// What is true of a storage. A binding sets one with a member of that name: `static constexpr bool
// holds_repeated_names = true`.

/// Whether it can hold several fields with one name.
template <class Binding>
inline constexpr bool holds_repeated_names = requires { requires Binding::holds_repeated_names; };

/// Whether fields with one name remain in the order in which they arrived.
template <class Binding>
inline constexpr bool keeps_order = requires { requires Binding::keeps_order; };

/// Whether it can hold names that differ only in case, though they are one name to the carrier.
template <class Binding>
inline constexpr bool holds_mixed_case = requires { requires Binding::holds_mixed_case; };

/// Whether its fields end at a line break, as those of HTTP/1. The carrier then must not write a
/// field that would begin another one. Every binding of a writable carrier must say this.
template <class Binding>
inline constexpr bool writes_lines = requires { requires Binding::writes_lines; };

/// Whether the carrier only reads.
template <class Binding>
inline constexpr bool is_read_only = requires { requires Binding::is_read_only; };

/// The carrier that reads a storage.
template <class Binding>
using CarrierOf = std::remove_cvref_t<decltype(Binding::carrier(
    std::declval<const typename Binding::Storage&>()))>;

namespace detail {

using Values = std::vector<std::string>;

inline PropagatorChain chain_of(std::string_view names) { return baton::make_chain(names).chain; }

/// A context with all that W3C's fields can say.
inline Context full_context() {
  Context context;
  context.set_span_context({TraceId(0x0af7651916cd43dd, 0x8448eb211c80319c),
                            SpanId(0xb7ad6b7169203331), TraceFlags(0x03), true,
                            TraceState::parse("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE").value()});
  context.set_baggage(Baggage::parse("userId=Am%C3%A9lie;ttl=60;internal,empty=,b==c"));
  return context;
}

}  // namespace detail

/// A storage, what is done to it, and what is expected of its carrier. It remembers every step, and
/// a failure tells all of them. Also a base for tests of your own.
template <class Binding>
class CarrierFixture : public ::testing::Test {
 public:
  using Storage = typename Binding::Storage;

  /// The rule that the steps to come test: what a failure names.
  void follow(std::string_view rule) {
    rule_ = rule;
    steps_.clear();
  }
  /// Back to an empty storage.
  void reset() {
    storage_ = {};
    steps_.clear();
  }

  /// A step that a rule takes by itself.
  void note(const std::string& step) { steps_.push_back(step); }

  /// A field arrives.
  void arrive(std::string_view name, std::string_view value) {
    steps_.push_back("The field " + field(name, value) + " arrives");
    Binding::add(storage_, name, value);
  }
  void set(std::string_view name, std::string_view value) {
    steps_.push_back("set(" + quoted(name) + ", " + quoted(value) + ")");
    Binding::carrier(storage_).set(name, value);
  }
  /// `set` with a view of the longest value that the carrier itself has of a name.
  void set_to_own(std::string_view name, std::string_view of) {
    steps_.push_back("set(" + quoted(name) + ", its own view of the longest value of " +
                     quoted(of) + ")");
    const auto set = [&](auto&& source, auto&& target) {
      std::string_view own;
      source.get_all(of, [&](std::string_view value) {
        if (value.size() > own.size()) own = value;
        return true;
      });
      target.set(name, own);
    };
    auto&& writer = Binding::carrier(storage_);
    if constexpr (ReadableCarrier<std::remove_cvref_t<decltype(writer)>>) {
      set(writer, writer);
    } else {
      set(reader(), writer);
    }
  }
  void erase(std::string_view name) {
    steps_.push_back("erase(" + quoted(name) + ")");
    Binding::carrier(storage_).erase(name);
  }
  void inject(const PropagatorChain& chain, const Context& context) {
    steps_.push_back("A chain injects a context");
    chain.inject(context, Binding::carrier(storage_));
  }

  decltype(auto) reader() const { return Binding::carrier(storage_); }
  decltype(auto) writer() { return Binding::carrier(storage_); }
  FieldList raw() const { return Binding::raw(storage_); }
  FieldList sorted() const {
    FieldList fields = raw();
    std::sort(fields.begin(), fields.end());
    return fields;
  }

  detail::Values all(std::string_view name) const {
    detail::Values values;
    reader().get_all(name, [&](std::string_view value) {
      values.emplace_back(value);
      return true;
    });
    return values;
  }
  detail::Values sorted_all(std::string_view name) const {
    detail::Values values = all(name);
    std::sort(values.begin(), values.end());
    return values;
  }
  detail::Values names() const {
    detail::Values names;
    reader().keys([&](std::string_view name) {
      names.emplace_back(name);
      return true;
    });
    std::sort(names.begin(), names.end());
    return names;
  }
  /// These names as `keys` visits them.
  static detail::Values shown(detail::Values names) {
    if constexpr (requires { Binding::shown(std::string_view()); }) {
      for (std::string& name : names) name = Binding::shown(name);
    }
    return names;
  }

  using Place = std::source_location;

  void expect_value(std::string_view name, std::optional<std::string_view> wanted,
                    Place place = Place::current()) const {
    const auto&& carrier = reader();  // it may own what it returns
    const std::optional<std::string_view> got = carrier.get(name);
    if (got != wanted) {
      fail("get(" + quoted(name) + ") returns " + text_of(got) + ", and must return " +
               text_of(wanted),
           place);
    }
  }
  void expect_values(std::string_view name, const detail::Values& wanted,
                     Place place = Place::current()) const {
    expect_equal("get_all(" + quoted(name) + ") visits", all(name), wanted, place);
  }
  void expect_sorted_values(std::string_view name, const detail::Values& wanted,
                            Place place = Place::current()) const {
    expect_equal("get_all(" + quoted(name) + ") visits, in some order,", sorted_all(name), wanted,
                 place);
  }
  /// What the storage holds, in the order of the names.
  void expect_sent(const FieldList& wanted, Place place = Place::current()) const {
    expect_equal("What is sent is", sorted(), wanted, place);
  }
  template <class Got, class Wanted>
  void expect_equal(const std::string& what, const Got& got, const Wanted& wanted,
                    Place place = Place::current()) const {
    if (got == wanted) return;
    fail(what + " " + ::testing::PrintToString(got) + ", and must be " +
             ::testing::PrintToString(wanted),
         place);
  }
  void expect(bool is_so, const std::string& otherwise, Place place = Place::current()) const {
    if (!is_so) fail(otherwise, place);
  }

  void TestBody() override {}

 protected:
  Storage storage_{};

 private:
  static constexpr std::size_t max_steps = 12;

  static std::string quoted(std::string_view text) {
    return ::testing::PrintToString(std::string(text));
  }
  static std::string field(std::string_view name, std::string_view value) {
    return quoted(name) + ": " + quoted(value);
  }
  static std::string text_of(std::optional<std::string_view> value) {
    return value ? quoted(*value) : "nothing";
  }

  void fail(const std::string& what, Place place) const {
    std::string story;
    if (!rule_.empty()) story += "The rule: " + rule_ + "\n";
    for (std::size_t i = 0; i < steps_.size() && i < max_steps; ++i) {
      story += "  " + steps_[i] + ".\n";
    }
    if (steps_.size() > max_steps) {
      story += "  And " + std::to_string(steps_.size() - max_steps) + " steps more.\n";
    }
    ADD_FAILURE_AT(place.file_name(), static_cast<int>(place.line())) << story << what << ".";
  }

  std::string rule_;
  std::vector<std::string> steps_;
};

/// A requirement that a carrier must satisfy.
template <class Binding>
struct CarrierRule {
  const char* name;
  const char* text;  ///< what is required, in words
  void (*check)(CarrierFixture<Binding>&);
};

}  // namespace baton::testing
