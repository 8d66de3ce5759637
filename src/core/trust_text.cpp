// SPDX-License-Identifier: Apache-2.0
#include "core/trust_text.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "core/trust.hpp"
#include "text/chars.hpp"
#include "text/parts.hpp"

namespace baton::detail {
namespace {

/// One rule, or what is said of callers: words, and the sentences about errors in them.
class Words {
 public:
  Words(std::string_view variable, std::string_view text, Errors& errors)
      : variable_(variable), text_(text), errors_(errors) {}

  void fail(const std::string& problem) {
    errors_.add(std::string(variable_) + ": " + problem + " in '" + std::string(text_) + "'");
  }

  /// Calls `visit` for each word, which returns false for an unknown one.
  template <class Visitor>
  void for_each(std::string_view words, std::string_view known, Visitor visit) {
    for_each_part(words, ' ', [&](std::string_view part) {
      const std::string_view word = trim(part);
      if (!word.empty() && !visit(word)) {
        fail("unknown word '" + std::string(word) + "', known: " + std::string(known));
      }
    });
  }

  /// Adds the keys of a word `baggage` or `baggage=…`. False: it is another word.
  bool read_keys(std::string_view word, std::vector<std::string>& keys) {
    constexpr std::string_view label = "baggage";
    if (!word.starts_with(label)) return false;
    word.remove_prefix(label.size());
    if (word.empty()) {
      keys.emplace_back("*");
      return true;
    }
    if (word.front() != '=') return false;
    for_each_part(word.substr(1), ',', [&](std::string_view part) {
      const std::string_view key = trim(part);
      if (!is_key_pattern(key)) {
        fail("'" + std::string(key) + "' is not a baggage key");
      } else if (keys.size() == TrustRules::max_keys) {
        fail("more than " + std::to_string(TrustRules::max_keys) + " baggage keys");
      } else {
        keys.emplace_back(key);
      }
    });
    return true;
  }

 private:
  std::string_view variable_;
  std::string_view text_;
  Errors& errors_;
};

/// A rule that denies everything to all destinations.
DestinationRule nothing_to_anyone() { return {.destination = "*"}; }

DestinationRule parse_rule(std::string_view variable, std::string_view text, Errors& errors) {
  Words words(variable, text, errors);
  // The last one: an address may have colons, and words have none.
  const std::size_t colon = text.rfind(':');
  const std::string_view pattern = trim(text.substr(0, std::min(colon, text.size())));
  if (colon == std::string_view::npos) {
    words.fail("no ':' behind the destination");
    return nothing_to_anyone();
  }
  if (!is_destination_pattern(pattern)) {
    words.fail("'" + std::string(pattern) +
               "' is not a destination, '*.suffix', 'prefix.*' or '*'");
    return nothing_to_anyone();
  }
  DestinationRule rule{.destination = std::string(pattern)};
  std::size_t count = 0;
  std::optional<bool> all_or_none;
  words.for_each(text.substr(colon + 1), "all, none, context, tracestate, baggage",
                 [&](std::string_view word) {
                   ++count;
                   if (word == "all" || word == "none") {
                     all_or_none = word == "all";
                     return true;
                   }
                   if (word == "context") return rule.context = true;
                   if (word == "tracestate") return rule.trace_state = true;
                   return words.read_keys(word, rule.baggage);
                 });
  if (all_or_none && count > 1) {
    words.fail("'all' and 'none' exclude all other words; nothing may leave");
    return {.destination = rule.destination};
  }
  if (all_or_none.value_or(false)) {
    return {
        .destination = rule.destination, .context = true, .trace_state = true, .baggage = {"*"}};
  }
  if (count == 0) words.fail("nothing behind the ':'");
  if (rule.trace_state && !rule.context) words.fail("'tracestate' without 'context'");
  return rule;
}

}  // namespace

std::vector<DestinationRule> parse_destinations(std::string_view variable, std::string_view text,
                                                Errors& errors) {
  std::vector<DestinationRule> rules;
  if (text.empty()) return rules;
  for_each_part(text, ';', [&](std::string_view part) {
    const std::string_view rule = trim(part);
    if (rule.empty() || rules.size() > TrustRules::max_rules) return;
    if (rules.size() < TrustRules::max_rules) {
      rules.push_back(parse_rule(variable, rule, errors));
      return;
    }
    errors.add(std::string(variable) + ": more than " + std::to_string(TrustRules::max_rules) +
               " rules; the others deny everything");
    rules.push_back(nothing_to_anyone());
  });
  if (rules.empty()) {
    errors.add(std::string(variable) + ": no rule in '" + std::string(text) + "'");
    rules.push_back(nothing_to_anyone());
  }
  return rules;
}

void parse_callers(std::string_view variable, std::string_view text, TrustRules& rules,
                   Errors& errors) {
  if (text.empty() || text == "all") return;
  Words words(variable, text, errors);
  std::optional<CallerTrust> trust;
  bool contradicts = false;
  std::vector<std::string>& keys = rules.callers_baggage.emplace();
  const auto set = [&](CallerTrust value) {
    contradicts = contradicts || (trust && trust != value);
    trust = value;
    return true;
  };
  words.for_each(text, "all, full, keep_ids, restart, baggage", [&](std::string_view word) {
    if (word == "full") return set(CallerTrust::full);
    if (word == "keep_ids") return set(CallerTrust::keep_ids);
    if (word == "restart") return set(CallerTrust::restart);
    if (word != "all") return words.read_keys(word, keys);
    words.fail("'all' excludes all other words");
    return true;
  });
  if (contradicts) words.fail("'full', 'keep_ids' and 'restart' exclude each other");
  rules.callers = contradicts ? CallerTrust::restart : trust.value_or(CallerTrust::restart);
}

}  // namespace baton::detail
