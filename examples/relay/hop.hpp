// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <utility>
#include <vector>

namespace relay {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A request as one service of the relay reports it: received fields, their meaning, sent fields.
struct Hop {
  std::string service;
  Fields arrived;
  std::vector<std::string> issues;
  std::string trace_id;
  std::string span_id;  ///< of this service's own work
  std::string sampling;
  Fields left;  ///< empty if it called no other service
};

[[nodiscard]] boost::json::value to_json(const std::vector<Hop>& hops);
/// Throws if `json` does not have the form of `to_json`.
[[nodiscard]] std::vector<Hop> hops_from_json(const boost::json::value& json);

}  // namespace relay
