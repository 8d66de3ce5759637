// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "baton/traceparent.hpp"
#include "laws/require.hpp"
#include "oracle/traceparent.hpp"

namespace laws {

inline std::string shown(const baton::expected<baton::Traceparent>& parsed) {
  return parsed ? parsed->to_string() : parsed.error().message();
}

/// All that must hold for any text as a traceparent.
inline void check_traceparent(std::string_view text) {
  const std::vector<char> exact(text.begin(), text.end());
  const std::string_view input(exact.data(), exact.size());
  const auto parsed = baton::Traceparent::parse(input);
  const auto expected = oracle::read_traceparent(std::string(input));
  require(parsed.has_value() == expected.has_value(), "accepts what the reference accepts");

  const std::string padded = "\t " + std::string(input) + " \t";
  const auto from_padded = baton::Traceparent::parse(padded);
  require(from_padded.has_value() == parsed.has_value(), "white space around it changes nothing");

  if (!parsed) {
    require(parsed.error().offset <= input.size(), "an error lies within the text");
    require(baton::to_string(parsed.error().code) != "unknown error", "an error has a name");
    return;
  }
  require_same(parsed->trace_id.to_string(), expected->trace_id, "trace id");
  require_same(parsed->parent_id.to_string(), expected->parent_id, "parent id");
  require(parsed->flags.sampled() == expected->sampled, "sampled flag");
  require(parsed->flags.random() == expected->random, "random flag");
  require(*from_padded == *parsed, "white space around it changes nothing");

  const std::string sent = parsed->to_string();
  require(sent.size() == baton::Traceparent::size && sent.starts_with("00-"), "sent as version 00");
  require(oracle::read_traceparent(sent).has_value(), "what is sent is valid");
  const auto again = baton::Traceparent::parse(sent);
  require(again && *again == *parsed, "parse after format is the identity");
  require_same(again->to_string(), sent, "format after parse is a fixed point");
}

}  // namespace laws
