// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include "json/plain_text.hpp"
#include "json/scanner.hpp"
#include "laws/require.hpp"
#include "support/fields.hpp"

/// The laws of every text that is read as JSON. Boost.JSON is the reference.
namespace laws {

namespace boost_json = boost::json;

inline boost_json::value parsed(std::string_view text, boost_json::error_code& error) {
  boost_json::parse_options options;
  options.max_depth = baton::json::max_depth;
  return boost_json::parse(boost_json::string_view(text.data(), text.size()), error, {}, options);
}

/// Whether the C library reads the refused number as infinity.
inline bool is_infinite(std::string_view text, const baton::ParseError& error) {
  return error.code == baton::ErrorCode::bad_number &&
         std::isinf(std::strtod(std::string(text.substr(error.offset)).c_str(), nullptr));
}

inline baton::ParseError scan(std::string_view text) {
  baton::json::Scanner scanner(text);
  baton::json::Value value;
  if (scanner.read(value)) scanner.finish();
  return scanner.error();
}

/// Baton accepts what Boost.JSON accepts, except for numbers that no double can hold. It also
/// accepts small numbers whose exponents exceed Boost.JSON's integers.
inline void check_json(std::string_view text) {
  const baton::test::ExactText exact(text);
  const std::string_view view = exact.view();
  const baton::ParseError ours = scan(view);
  require(ours.offset <= text.size(), "an error is in the text, or at its end");
  boost_json::error_code theirs;
  parsed(text, theirs);
  if (!theirs) {
    require(!ours || is_infinite(text, ours), "what Boost.JSON takes, we take");
  } else if (theirs == boost_json::error::too_deep) {
    require(bool(ours), "what is too deep for Boost.JSON, is for us");
  } else if (theirs != boost_json::error::exponent_overflow) {
    require(bool(ours), "what Boost.JSON refuses, we refuse");
  }

  const char* const end = view.data() + view.size();
  for (const char* from = view.data(); from < end; from += 7) {
    require(baton::json::find_special(from, end) == baton::json::plain::find_special(from, end),
            "both ways to find a special character find the same");
  }
}

}  // namespace laws
