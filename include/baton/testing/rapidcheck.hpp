// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/testing/draw.hpp"

namespace baton::testing {

inline rc::Seq<std::string> smaller(const std::string& text) {
  return rc::seq::concat(rc::shrink::removeChunks(text), rc::shrink::eachElement(text, [](char c) {
                           return c == 'a' ? rc::Seq<char>() : rc::seq::just('a');
                         }));
}
inline rc::Seq<std::size_t> smaller(std::size_t number) {
  return rc::shrink::towards(number, std::size_t{0});
}
inline rc::Seq<bool> smaller(bool) { return {}; }
inline rc::Seq<std::pair<std::string, std::string>> smaller(
    const std::pair<std::string, std::string>& field) {
  return rc::seq::map(smaller(field.second),
                      [name = field.first](std::string value) { return std::pair(name, value); });
}
template <class Element>
rc::Seq<std::vector<Element>> smaller(const std::vector<Element>& list) {
  return rc::seq::concat(
      rc::shrink::removeChunks(list),
      rc::shrink::eachElement(list, [](const Element& element) { return smaller(element); }));
}

/// A RapidCheck generator from a function that draws. Results are shrunk as plain text, which is
/// faster, with shorter results, than to shrink each choice.
template <class Function>
auto drawn(Function function) {
  using Value = std::invoke_result_t<Function, Draw&>;
  return rc::Gen<Value>([function](const rc::Random& random, int) {
    Draw draw(rc::Random(random).next());
    return rc::shrinkable::shrinkRecur(function(draw),
                                       [](const Value& value) { return smaller(value); });
  });
}

/// `text`, or sometimes a damaged one, or random bytes.
template <class Function>
auto nearly(Function valid) {
  return drawn([valid](Draw& draw) -> std::string {
    if (draw.one_in(10)) return draw.bytes(80);
    const std::string text = valid(draw);
    return draw.one_in(3) ? text : draw.damaged(text);
  });
}

}  // namespace baton::testing
