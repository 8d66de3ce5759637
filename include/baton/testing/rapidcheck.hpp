// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/testing/hostile.hpp"
#include "baton/testing/mutation.hpp"
#include "baton/testing/shown.hpp"
#include "baton/testing/shrink.hpp"
#include "baton/testing/valid.hpp"

/// Generators for RapidCheck. Link with `rapidcheck`.
///
///     RC_GTEST_PROP(Middleware, ContinuesEveryTrace, ()) {
///       const auto valid = *baton::testing::valid_fields_of("tracecontext");
///       RC_ASSERT(my_trace_id(valid.fields) == valid.context.trace_id());
///     }
///
/// The types of Baton that a context is made of are also generated as arguments of a property.
namespace baton::testing {

/// A generator from a function that takes a `Draw&`. Results are shrunk by `smaller`, not choice by
/// choice: that is faster, and has shorter results.
template <class Function>
auto drawn(Function function) {
  using Value = std::invoke_result_t<Function, Draw&>;
  return rc::Gen<Value>([function](const rc::Random& random, int) {
    Draw draw(rc::Random(random).next());
    return rc::shrinkable::shrinkRecur(function(draw),
                                       [](const Value& value) { return smaller(value); });
  });
}

/// The text of the function, or sometimes a damaged one, or random bytes.
template <class Function>
auto nearly(Function valid) {
  return drawn([valid](Draw& draw) -> std::string {
    if (draw.one_in(10)) return draw.bytes(80);
    const std::string text = valid(draw);
    return draw.one_in(3) ? text : draw.damaged(text);
  });
}

inline rc::Gen<TraceId> trace_id() { return drawn(draw_trace_id); }
inline rc::Gen<SpanId> span_id() { return drawn(draw_span_id); }
/// Valid, from another process.
inline rc::Gen<SpanContext> span_context() { return drawn(draw_span_context); }
/// Valid; often empty.
inline rc::Gen<TraceState> trace_state() {
  return drawn([](Draw& draw) { return draw_trace_state(draw); });
}
/// Valid; sometimes empty.
inline rc::Gen<Baggage> baggage() {
  return drawn([](Draw& draw) { return draw_baggage(draw); });
}
/// All that a caller may send, or some of it.
inline rc::Gen<Context> context() { return drawn(draw_context); }

namespace detail {

/// What fields are made of, and made of again if it shrinks.
struct Recipe {
  std::string format;
  Context context;
  bool is_respelled = false;
  std::uint64_t seed = 0;
  Mutation mutation{};

  static Recipe draw_from(std::string_view format, Draw& draw) {
    Recipe recipe{std::string(format), draw_context_for(format, draw), draw.one_in(3), 0, {}};
    recipe.seed = draw.number(0, 0xffff'ffff);
    return recipe;
  }

  [[nodiscard]] FieldList fields(Draw& draw) const {
    FieldList fields = fields_for(format, context);
    return is_respelled ? respelled(std::move(fields), draw) : fields;
  }
  [[nodiscard]] std::optional<ValidFields> valid() const {
    Draw draw(seed);
    FieldList list = fields(draw);
    if (list.empty()) return std::nullopt;
    Context read = judge(format, list).context;
    return ValidFields{format, std::move(list), std::move(read)};
  }
  [[nodiscard]] std::optional<NearlyValid> nearly_valid() const {
    Draw draw(seed);
    auto mutated = mutate(fields(draw), mutation, draw);
    if (!mutated) return std::nullopt;
    Verdict verdict = judge(format, mutated->fields);
    std::string words = mutated->words();
    return NearlyValid{format, std::move(mutated->fields), mutation, std::move(words),
                       std::move(verdict)};
  }
};

inline rc::Seq<Recipe> smaller(const Recipe& recipe) {
  rc::Seq<Recipe> plainer;
  if (recipe.is_respelled) {
    Recipe other = recipe;
    other.is_respelled = false;
    plainer = rc::seq::just(std::move(other));
  }
  rc::Seq<Recipe> shorter =
      rc::seq::map(testing::smaller(recipe.context), [recipe](Context context) {
        Recipe other = recipe;
        other.context = std::move(context);
        return other;
      });
  return rc::seq::concat(std::move(plainer), std::move(shorter));
}

/// What a recipe makes, and what its smaller ones make, as far as they make something. The recipe
/// itself must.
template <class Value>
rc::Shrinkable<Value> cooked(Recipe recipe, std::optional<Value> (Recipe::*make)() const) {
  auto recipes = rc::shrinkable::shrinkRecur(std::move(recipe),
                                             [](const Recipe& each) { return smaller(each); });
  auto made = rc::shrinkable::map(std::move(recipes),
                                  [make](const Recipe& each) { return (each.*make)(); });
  auto fits = rc::shrinkable::filter(
      std::move(made), [](const std::optional<Value>& value) { return value.has_value(); });
  if (!fits) throw rc::GenerationFailure("there is no such format");
  return rc::shrinkable::map(*std::move(fits),
                             [](const std::optional<Value>& value) { return *value; });
}

}  // namespace detail

/// Valid fields of a registered format. Shrinks to those of a smaller context.
inline rc::Gen<ValidFields> valid_fields_of(std::string_view format) {
  return rc::Gen<ValidFields>([format = std::string(format)](const rc::Random& random, int) {
    Draw draw(rc::Random(random).next());
    return detail::cooked<ValidFields>(detail::Recipe::draw_from(format, draw),
                                       &detail::Recipe::valid);
  });
}

/// Fields of a registered format that are one mutation away from valid ones. Shrinks to the same
/// mutation of smaller fields.
inline rc::Gen<NearlyValid> nearly_valid(std::string_view format) {
  return rc::Gen<NearlyValid>([format = std::string(format)](const rc::Random& random, int) {
    Draw draw(rc::Random(random).next());
    detail::Recipe recipe = detail::Recipe::draw_from(format, draw);
    const auto mutations = all_mutations();
    for (int attempt = 0; attempt < 1000 && recipe.valid(); ++attempt) {
      recipe.mutation = mutations[draw.number(0, mutations.size() - 1)];
      if (recipe.nearly_valid()) break;
    }
    return detail::cooked<NearlyValid>(std::move(recipe), &detail::Recipe::nearly_valid);
  });
}

inline rc::Seq<HostileRequest> smaller(const HostileRequest& request) {
  return rc::seq::map(smaller(request.fields), [request](FieldList fields) {
    return HostileRequest{request.format, request.attacks, std::move(fields)};
  });
}

/// A hostile request against a format. Shrinks to fewer fields and shorter values; the words then
/// say what it was before.
inline rc::Gen<HostileRequest> hostile_request(std::string_view format) {
  return drawn([format = std::string(format)](Draw& draw) {
    if (draw.one_in(2)) return draw_hostile_request(format, draw);
    auto cases = hostile_catalog(format);
    if (cases.empty()) throw rc::GenerationFailure("there is no such format");
    return std::move(cases[draw.number(0, cases.size() - 1)]);
  });
}

/// The same against any of the formats.
inline rc::Gen<HostileRequest> hostile_request() {
  return drawn([](Draw& draw) {
    const std::string format = draw.formats().front();
    return draw_hostile_request(format, draw);
  });
}

// What RapidCheck prints of a value.

inline void showValue(const ValidFields& valid, std::ostream& out) {
  out << valid.format << ":\n" << shown(valid.fields);
}
inline void showValue(const NearlyValid& nearly, std::ostream& out) {
  out << nearly.format << ", " << (nearly.verdict.valid ? "valid" : "not valid") << ", "
      << nearly.words << ":\n"
      << shown(nearly.fields);
}
inline void showValue(const HostileRequest& request, std::ostream& out) {
  out << request.format << ", " << request.attacks << ":\n" << shown(request.fields);
}

}  // namespace baton::testing

namespace baton {

inline void showValue(const TraceState& state, std::ostream& out) {
  out << "tracestate \"" << state.header() << '"';
}
inline void showValue(const Baggage& baggage, std::ostream& out) {
  out << "baggage \"" << baggage.header() << '"';
}
inline void showValue(const SpanContext& span, std::ostream& out) { out << testing::shown(span); }
inline void showValue(const Context& context, std::ostream& out) { out << testing::shown(context); }

}  // namespace baton

namespace rc {

template <>
struct Arbitrary<baton::TraceId> {
  static Gen<baton::TraceId> arbitrary() { return baton::testing::trace_id(); }
};
template <>
struct Arbitrary<baton::SpanId> {
  static Gen<baton::SpanId> arbitrary() { return baton::testing::span_id(); }
};
template <>
struct Arbitrary<baton::SpanContext> {
  static Gen<baton::SpanContext> arbitrary() { return baton::testing::span_context(); }
};
template <>
struct Arbitrary<baton::TraceState> {
  static Gen<baton::TraceState> arbitrary() { return baton::testing::trace_state(); }
};
template <>
struct Arbitrary<baton::Baggage> {
  static Gen<baton::Baggage> arbitrary() { return baton::testing::baggage(); }
};
template <>
struct Arbitrary<baton::Context> {
  static Gen<baton::Context> arbitrary() { return baton::testing::context(); }
};

}  // namespace rc
