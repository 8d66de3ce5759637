// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/baggage.hpp"
#include "oracle/text.hpp"

namespace oracle {

/// A rule of `BATON_DESTINATIONS`, by the grammar in `baton/configuration.hpp`.
struct Rule {
  std::string destination = "*";
  bool context = false;
  bool trace_state = false;
  std::vector<std::string> keys = {};
  bool is_valid = true;
};

inline bool is_destination(const std::string& pattern) {
  if (pattern == "*") return true;
  std::string name = pattern;
  if (name.starts_with("*.")) {
    name = name.substr(2);
  } else if (name.ends_with(".*")) {
    name = name.substr(0, name.size() - 2);
  }
  for (const char c : name) {
    if (c <= 0x20 || c >= 0x7f || c == '*' || c == ';') return false;
  }
  return !name.empty() && name != "." && pattern.size() <= 255;
}

/// Adds the keys of a word `baggage` or `baggage=…`. Returns false for another word.
inline bool read_keys(const std::string& word, Rule& rule) {
  if (word == "baggage") {
    rule.keys.emplace_back("*");
    return true;
  }
  if (!word.starts_with("baggage=")) return false;
  for (const std::string& part : split(word.substr(8), ',')) {
    const std::string key = trim(part);
    const bool is_kept = is_token(key) && key.size() <= 255 && rule.keys.size() < 64;
    if (is_kept) rule.keys.push_back(key);
    rule.is_valid = rule.is_valid && is_kept;
  }
  return true;
}

inline Rule read_rule(const std::string& text) {
  Rule denial;
  denial.is_valid = false;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return denial;
  Rule rule;
  rule.destination = trim(text.substr(0, colon));
  if (!is_destination(rule.destination)) return denial;
  std::vector<std::string> words;
  for (const std::string& word : split(text.substr(colon + 1), ' ')) {
    if (!trim(word).empty()) words.push_back(trim(word));
  }
  const auto has = [&](const char* word) { return std::ranges::count(words, word) != 0; };
  if (has("all") || has("none")) {
    rule.is_valid = words.size() == 1;
    if (!rule.is_valid || has("none")) return rule;
    return {rule.destination, true, true, {"*"}, true};
  }
  rule.is_valid = !words.empty();
  for (const std::string& word : words) {
    if (word == "context") {
      rule.context = true;
    } else if (word == "tracestate") {
      rule.trace_state = true;
    } else if (!read_keys(word, rule)) {
      rule.is_valid = false;
    }
  }
  if (rule.trace_state && !rule.context) rule.is_valid = false;
  return rule;
}

/// At most 64 rules; then one that denies everything.
inline std::vector<Rule> read_rules(const std::string& text) {
  std::vector<Rule> rules;
  Rule denial;
  denial.is_valid = false;
  for (const std::string& part : split(text, ';')) {
    const std::string rule = trim(part);
    if (rule.empty()) continue;
    if (rules.size() == 64) {
      rules.push_back(denial);
      break;
    }
    rules.push_back(read_rule(rule));
  }
  if (rules.empty() && !text.empty()) rules.push_back(denial);
  return rules;
}

inline std::string without_dot(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  return ascii_lower(name);
}

inline bool matches(const std::string& pattern, const std::string& destination) {
  if (pattern == "*") return true;
  const std::string wanted = without_dot(pattern);
  const std::string name = without_dot(destination);
  if (wanted.starts_with('*')) {
    return name.size() >= wanted.size() && name.ends_with(wanted.substr(1));
  }
  if (wanted.ends_with('*')) {
    return name.size() >= wanted.size() && name.starts_with(wanted.substr(0, wanted.size() - 1));
  }
  return name == wanted;
}

inline bool is_key_allowed(const std::string& key, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return key == pattern ||
           (pattern.ends_with('*') && key.starts_with(pattern.substr(0, pattern.size() - 1)));
  });
}

}  // namespace oracle
