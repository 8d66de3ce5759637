// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/beast/http.hpp>
#include <map>
#include <string>

/// What a service takes from a request, by hand.
struct Caller {
  std::string trace_id;  // empty: there is none
  std::string parent_id;
  bool sampled = false;
  std::map<std::string, std::string> baggage;
};

/// Reads traceparent and baggage. This is an example of code that looks right and is not: it has
/// one fault, unless REPAIRED is defined.
Caller read_caller(const boost::beast::http::fields& fields);
