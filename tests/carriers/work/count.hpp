// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "support/everything.hpp"
#include "support/spelling.hpp"

/// The law of every carrier's `set` and `erase`: their work is linear in the size of any content.
/// Counted in basic blocks, in each of which the compiler inserts a call (-fsanitize-coverage), and
/// never in time.
namespace work_test {

/// The number of executed basic blocks of the carriers, and of test code in their headers.
std::size_t blocks() noexcept;

using baton::test::everything;
using baton::test::spelling;

using Fields = std::vector<std::pair<std::string, std::string>>;

/// The possible contents; every second field has another name.
struct Shape {
  const char* name;
  std::pair<std::string, std::string> (*field)(std::size_t);
};

inline constexpr Shape others_alone = {"others alone", [](std::size_t i) {
                                         return std::pair("header-" + std::to_string(100'000 + i),
                                                          std::string("v"));
                                       }};
inline constexpr Shape spellings = {
    "spellings of one name", [](std::size_t i) {
      return i % 2 == 0 ? others_alone.field(i)
                        : std::pair(spelling("x-b3-parentspanid", i / 2), std::string("v"));
    }};
inline constexpr Shape again = {"one name again and again", [](std::size_t i) {
                                  return i % 2 == 0 ? others_alone.field(i)
                                                    : std::pair(std::string("baggage"),
                                                                std::string("k=v"));
                                }};

inline Fields make(const Shape& shape, std::size_t size) {
  Fields fields;
  for (std::size_t i = 0; i < size; ++i) fields.push_back(shape.field(i));
  return fields;
}

inline const baton::Context& some_context() {
  static const baton::Context context = [] {
    const auto parent =
        baton::Traceparent::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .value();
    baton::Context made;
    made.set_span_context({parent.trace_id, parent.parent_id, parent.flags, false, {}});
    made.set_baggage(baton::Baggage::parse("user=1"));
    return made;
  }();
  return context;
}

/// Sixteen times the content must cost at most sixteen times the work, with room for chance: the
/// number of collisions in a hash table differs between runs. `prepare(size)` returns the function
/// whose work is counted.
template <class Prepare>
void expect_linear(std::string_view what, Prepare&& prepare) {
  const auto work_of = [&](std::size_t size) {
    auto act = prepare(size);
    const std::size_t before = blocks();
    act();
    return blocks() - before;
  };
  const std::size_t few = work_of(500);
  const std::size_t many = work_of(8000);
  EXPECT_GT(few, 0U) << what << ": nothing is counted";
  EXPECT_LE(many, few * 32) << what << ": " << few << " blocks, " << many;
}

/// All changes of a carrier over the storage of a binding.
template <class Storage, class Make, class CarrierOf>
void expect_linear_carrier(std::string_view name, Make&& make_storage, CarrierOf&& carrier_of,
                           std::initializer_list<Shape> shapes) {
  const auto check = [&](const Shape& shape, const char* what, auto change) {
    expect_linear(std::string(name) + ", " + shape.name + ", " + what, [&](std::size_t size) {
      return [storage = Storage(make_storage(make(shape, size))), &carrier_of, change]() mutable {
        auto&& carrier = carrier_of(storage);
        change(carrier);
      };
    });
  };
  for (const Shape& shape : shapes) {
    for (const char* field : {"baggage", "X-B3-ParentSpanId", "traceparent"}) {
      check(shape, "erase", [=](auto& carrier) { carrier.erase(field); });
      check(shape, "set", [=](auto& carrier) { carrier.set(field, "1"); });
    }
    check(shape, "inject", [](auto& carrier) { everything().inject(some_context(), carrier); });
  }
}

}  // namespace work_test
