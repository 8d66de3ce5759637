// SPDX-License-Identifier: Apache-2.0
#include "hop.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

namespace relay {

boost::json::value to_json(const std::vector<Hop>& hops) {
  boost::json::array json;
  for (const Hop& hop : hops) {
    json.push_back({{"service", hop.service},
                    {"arrived", boost::json::value_from(hop.arrived)},
                    {"issues", boost::json::value_from(hop.issues)},
                    {"trace_id", hop.trace_id},
                    {"span_id", hop.span_id},
                    {"sampling", hop.sampling},
                    {"left", boost::json::value_from(hop.left)}});
  }
  return json;
}

std::vector<Hop> hops_from_json(const boost::json::value& json) {
  const auto text = [](const boost::json::value& value) {
    return boost::json::value_to<std::string>(value);
  };
  std::vector<Hop> hops;
  for (const boost::json::value& hop : json.as_array()) {
    hops.push_back({text(hop.at("service")), boost::json::value_to<Fields>(hop.at("arrived")),
                    boost::json::value_to<std::vector<std::string>>(hop.at("issues")),
                    text(hop.at("trace_id")), text(hop.at("span_id")), text(hop.at("sampling")),
                    boost::json::value_to<Fields>(hop.at("left"))});
  }
  return hops;
}

}  // namespace relay
