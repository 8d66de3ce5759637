// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/baggage.hpp"
#include "baton/context.hpp"
#include "baton/testing/fields.hpp"

/// What RapidCheck tries if a value breaks a law: smaller values first, and those that a person
/// reads at a glance. Ids become `00…01`, texts `aaa`, lists short.
namespace baton::testing {

namespace detail {

/// A piece of a text or of a list.
struct Piece {
  std::size_t begin;
  std::size_t size;
};

/// Of something short, every piece. Else the whole, its halves, quarters and so on; if there are
/// very many of a size, only the first and the last of them. What is tried must be few: it is some
/// hundred pieces for the longest text, too.
inline rc::Seq<Piece> pieces_of(std::size_t size) {
  constexpr std::size_t is_short = 24;
  constexpr std::size_t very_many = 256;
  std::vector<Piece> pieces;
  for (std::size_t length = size; length > 0;) {
    const std::size_t step = size <= is_short            ? 1
                             : size / length > very_many ? size - length
                                                         : length;
    for (std::size_t begin = 0; begin < size; begin += step) {
      pieces.push_back({begin, std::min(length, size - begin)});
    }
    length = size <= is_short ? length - 1 : length / 2;
  }
  return rc::seq::fromContainer(std::move(pieces));
}

/// The text or list, each time without a piece.
template <class Container>
rc::Seq<Container> shorter(const Container& whole) {
  return rc::seq::map(pieces_of(whole.size()), [whole](const Piece& piece) {
    Container less = whole;
    const auto begin = less.begin() + static_cast<std::ptrdiff_t>(piece.begin);
    less.erase(begin, begin + static_cast<std::ptrdiff_t>(piece.size));
    return less;
  });
}

/// The text or list, each time with a piece whose elements are made plain. `make_plain` returns
/// whether it has changed an element.
template <class Container, class MakePlain>
rc::Seq<Container> plainer(const Container& whole, MakePlain make_plain) {
  return rc::seq::mapMaybe(pieces_of(whole.size()),
                           [whole, make_plain](const Piece& piece) -> rc::Maybe<Container> {
                             Container plain = whole;
                             bool is_other = false;
                             for (std::size_t i = 0; i < piece.size; ++i) {
                               is_other = make_plain(plain[piece.begin + i]) || is_other;
                             }
                             if (!is_other) return rc::Nothing;
                             return plain;
                           });
}

/// What is tried for the elements of a list one by one, at most: they may be long, and many.
inline constexpr std::size_t most_of_elements = 2048;

}  // namespace detail

inline rc::Seq<std::string> smaller(const std::string& text) {
  return rc::seq::concat(detail::shorter(text), detail::plainer(text, [](char& c) {
                           return std::exchange(c, 'a') != 'a';
                         }));
}
/// A bool remains.
template <class Number>
  requires std::is_integral_v<Number>
rc::Seq<Number> smaller(Number number) {
  if constexpr (std::is_same_v<Number, bool>) {
    return {};
  } else {
    return rc::shrink::towards(number, Number{0});
  }
}
/// The name of a field remains.
inline rc::Seq<std::pair<std::string, std::string>> smaller(
    const std::pair<std::string, std::string>& field) {
  return rc::seq::map(smaller(field.second),
                      [name = field.first](std::string value) { return std::pair(name, value); });
}
template <class Element>
rc::Seq<std::vector<Element>> smaller(const std::vector<Element>& list) {
  return rc::seq::concat(detail::shorter(list),
                         rc::seq::take(detail::most_of_elements,
                                       rc::shrink::eachElement(list, [](const Element& element) {
                                         return smaller(element);
                                       })));
}
/// Many fields become plain at once, before each does so alone.
inline rc::Seq<FieldList> smaller(const FieldList& fields) {
  const auto empty = [](FieldList::value_type& field) {
    return !std::exchange(field.second, "").empty();
  };
  const auto fill = [](FieldList::value_type& field) {
    std::string plain(field.second.size(), 'a');
    return std::exchange(field.second, plain) != plain;
  };
  return rc::seq::concat(
      detail::shorter(fields), detail::plainer(fields, empty), detail::plainer(fields, fill),
      rc::seq::take(detail::most_of_elements,
                    rc::shrink::eachElement(fields, [](const FieldList::value_type& field) {
                      return smaller(field);
                    })));
}

inline rc::Seq<TraceId> smaller(const TraceId& id) {
  using Words = std::pair<std::uint64_t, std::uint64_t>;
  rc::Seq<Words> shorter;
  if (id.high() != 0 && id.low() != 0) shorter = rc::seq::just(Words(0, id.low()));
  auto lower = rc::seq::map(rc::shrink::towards(id.low(), std::uint64_t{1}),
                            [high = id.high()](std::uint64_t low) { return Words(high, low); });
  return rc::seq::map(rc::seq::concat(std::move(shorter), rc::Seq<Words>(std::move(lower))),
                      [](const Words& words) { return TraceId(words.first, words.second); });
}
inline rc::Seq<SpanId> smaller(const SpanId& id) {
  return rc::seq::map(rc::shrink::towards(id.value(), std::uint64_t{1}),
                      [](std::uint64_t value) { return SpanId(value); });
}

namespace detail {

struct ShrinkingMember {
  std::string key;
  std::string value;
  std::vector<std::pair<std::string, std::optional<std::string>>> properties;
  friend bool operator==(const ShrinkingMember&, const ShrinkingMember&) = default;
};

inline rc::Seq<ShrinkingMember> smaller(const ShrinkingMember& member) {
  rc::Seq<ShrinkingMember> plainer;
  if (!member.properties.empty()) {
    plainer = rc::seq::just(ShrinkingMember{member.key, member.value, {}});
  }
  rc::Seq<ShrinkingMember> by_key =
      rc::seq::map(testing::smaller(member.key), [member](std::string key) {
        return ShrinkingMember{std::move(key), member.value, member.properties};
      });
  rc::Seq<ShrinkingMember> by_value =
      rc::seq::map(testing::smaller(member.value), [member](std::string value) {
        return ShrinkingMember{member.key, std::move(value), member.properties};
      });
  return rc::seq::concat(std::move(plainer), std::move(by_key), std::move(by_value));
}

inline rc::Seq<std::vector<ShrinkingMember>> smaller(const std::vector<ShrinkingMember>& members) {
  return rc::seq::concat(
      shorter(members),
      rc::shrink::eachElement(members, [](const ShrinkingMember& m) { return smaller(m); }));
}

inline std::optional<TraceState> trace_state_of(const std::vector<ShrinkingMember>& members) {
  TraceState state;
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    auto longer = state.set(member->key, member->value);
    if (!longer) return std::nullopt;
    state = *std::move(longer);
  }
  return state;
}

inline std::optional<Baggage> baggage_of(const std::vector<ShrinkingMember>& members) {
  BaggageBuilder builder;
  for (const ShrinkingMember& member : members) {
    std::vector<BaggageBuilder::Property> properties;
    for (const auto& [key, value] : member.properties) properties.push_back({key, value});
    if (!builder.set(member.key, member.value, properties)) return std::nullopt;
  }
  return builder.build();
}

/// Whether a list is simpler than another one: an order without cycles, so that every search ends.
inline bool is_simpler(std::string_view list, std::string_view other) {
  if (list.size() != other.size()) return list.size() < other.size();
  const auto a_in_list = std::count(list.begin(), list.end(), 'a');
  const auto a_in_other = std::count(other.begin(), other.end(), 'a');
  return a_in_list != a_in_other ? a_in_list > a_in_other : list < other;
}

/// The values that members can be made into, and that are simpler than `old`.
template <class Value, class Make>
rc::Seq<Value> made(const std::vector<ShrinkingMember>& members, const Value& old, Make make) {
  auto tried = rc::seq::map(smaller(members), make);
  auto fits = rc::seq::filter(std::move(tried), [old](const std::optional<Value>& value) {
    return value && is_simpler(value->header(), old.header());
  });
  return rc::seq::map(std::move(fits), [](const std::optional<Value>& value) { return *value; });
}

}  // namespace detail

inline rc::Seq<TraceState> smaller(const TraceState& state) {
  std::vector<detail::ShrinkingMember> members;
  for (const auto& [key, value] : state) {
    members.push_back({std::string(key), std::string(value), {}});
  }
  return detail::made(members, state, detail::trace_state_of);
}

inline rc::Seq<Baggage> smaller(const Baggage& baggage) {
  std::vector<detail::ShrinkingMember> members;
  for (const BaggageMember& member : baggage) {
    detail::ShrinkingMember copy{std::string(member.key()), member.value(), {}};
    for (const BaggageProperty& property : member.properties()) {
      copy.properties.emplace_back(property.key(), property.value());
    }
    members.push_back(std::move(copy));
  }
  return detail::made(members, baggage, detail::baggage_of);
}

inline rc::Seq<SpanContext> smaller(const SpanContext& span) {
  rc::Seq<SpanContext> by_state = rc::seq::map(smaller(span.trace_state), [span](TraceState state) {
    SpanContext other = span;
    other.trace_state = std::move(state);
    return other;
  });
  rc::Seq<SpanContext> by_trace = rc::seq::map(smaller(span.trace_id), [span](TraceId id) {
    SpanContext other = span;
    other.trace_id = id;
    return other;
  });
  rc::Seq<SpanContext> by_span = rc::seq::map(smaller(span.span_id), [span](SpanId id) {
    SpanContext other = span;
    other.span_id = id;
    return other;
  });
  rc::Seq<SpanContext> by_flags;
  if (span.flags.random()) {
    SpanContext other = span;
    other.flags = TraceFlags().with_sampled(span.flags.sampled());
    by_flags = rc::seq::just(std::move(other));
  } else if (span.flags.sampled()) {
    SpanContext other = span;
    other.flags = TraceFlags();
    by_flags = rc::seq::just(std::move(other));
  }
  return rc::seq::concat(std::move(by_state), std::move(by_trace),
                         span.span_id.is_valid() ? std::move(by_span) : rc::Seq<SpanContext>(),
                         std::move(by_flags));
}

inline rc::Seq<Context> smaller(const Context& context) {
  rc::Seq<Context> by_baggage = rc::seq::map(smaller(context.baggage()), [context](Baggage less) {
    Context other = context;
    other.set_baggage(std::move(less));
    return other;
  });
  rc::Seq<SpanContext> spans;
  if (context.trace_id().is_valid()) {
    // The sampled flag belongs to the decision.
    const bool sampled = context.span_context().flags.sampled();
    spans = rc::seq::filter(smaller(context.span_context()), [sampled](const SpanContext& span) {
      return span.flags.sampled() == sampled;
    });
  }
  rc::Seq<Context> by_span = rc::seq::map(std::move(spans), [context](SpanContext span) {
    Context other = context;
    other.set_span_context(std::move(span), context.sampling());
    return other;
  });
  rc::Seq<Context> by_decision = rc::seq::map(
      rc::shrink::towards(static_cast<std::uint8_t>(context.sampling()), std::uint8_t{0}),
      [context](std::uint8_t sampling) {
        Context other = context;
        other.set_sampling(static_cast<Sampling>(sampling));
        return other;
      });
  return rc::seq::concat(std::move(by_baggage), std::move(by_span), std::move(by_decision));
}

}  // namespace baton::testing
