// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <vector>

namespace relay {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// What one service of the relay says of a request: what came, what it understood, what it sent on.
struct Hop {
  std::string service;
  Fields arrived;
  std::vector<std::string> issues;
  std::string trace_id;
  std::string span_id;  ///< of this service's own work
  std::string sampling;
  Fields left;  ///< empty where it called nobody
};

[[nodiscard]] boost::json::value to_json(const std::vector<Hop>& hops);
/// Throws where it is not what `to_json` makes.
[[nodiscard]] std::vector<Hop> hops_from_json(const boost::json::value& json);

}  // namespace relay
