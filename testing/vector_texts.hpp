// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "testing/vector_json.hpp"

namespace baton::testing::detail {

/// The texts of one file, and lists of them, expanded as tests/vectors/README.md describes it. A
/// short file can say much: all texts and lists together stay below a limit, else it throws.
class Texts {
 public:
  /// A string, a list of texts to be joined, {"repeat", "times"} or {"hex"}.
  std::string of(const json::value& value);
  std::vector<std::string> list(const json::value& value);
  std::vector<TextPair> pairs(const json::value& value);
  /// {"NAME": text, ...}
  std::vector<TextPair> variables(const json::value& value);
  /// Pairs, of which {"repeat": pair, "times": n, "from": m} stands for n: in their texts the
  /// number replaces "{n}".
  std::vector<TextPair> trace_state(const json::value& value);
  /// The same, or [key, value, [[key, value or null], ...]].
  std::vector<MemberSpec> baggage(const json::value& value);

 private:
  void charge(std::size_t bytes);
  void charge_item();
  std::string expanded(const json::value& value);
  std::string joined(const json::array& parts);
  std::string repeated(const json::object& object);
  TextPair pair(const json::value& value);
  std::vector<PropertySpec> properties(const json::value& value);
  void each_repeated(const json::object& object, const std::function<void(TextPair)>& use);

  std::size_t left_ = max_file_bytes;
};

}  // namespace baton::testing::detail
