// SPDX-License-Identifier: Apache-2.0
#include <list>
#include <map>
#include <unordered_map>

#include "baton/carriers/environment.hpp"
#include "baton/carriers/http.hpp"
#include "count.hpp"

namespace {

using namespace work_test;

template <class Container>
void expect_linear_headers(std::string_view name) {
  expect_linear_carrier<Container>(
      name, [](const Fields& fields) { return Container(fields.begin(), fields.end()); },
      [](Container& container) { return baton::http::HeaderCarrier(container); },
      {others_alone, spellings, again});
}

TEST(Work, OfHeaderCarrier) {
  expect_linear_headers<std::vector<std::pair<std::string, std::string>>>("vector");
  expect_linear_headers<std::list<std::pair<std::string, std::string>>>("list");
  expect_linear_headers<std::map<std::string, std::string>>("map");
  expect_linear_headers<std::multimap<std::string, std::string>>("multimap");
  expect_linear_headers<std::unordered_map<std::string, std::string>>("unordered_map");
  expect_linear_headers<std::unordered_multimap<std::string, std::string>>("unordered_multimap");
}

template <class Map>
void expect_linear_map(std::string_view name) {
  expect_linear_carrier<Map>(
      name, [](const Fields& fields) { return Map(fields.begin(), fields.end()); },
      [](Map& map) { return baton::MapCarrier(map); }, {others_alone, spellings});
}

TEST(Work, OfMapCarrier) {
  expect_linear_map<std::map<std::string, std::string>>("map");
  expect_linear_map<std::map<std::string, std::string, std::less<>>>("transparent map");
  expect_linear_map<std::unordered_map<std::string, std::string>>("unordered_map");
}

TEST(Work, OfTheEnvironment) {
  const auto make_environment = [](const Fields& fields) {
    std::vector<std::string> entries;
    for (const auto& [name, value] : fields) {
      entries.push_back(baton::environment::variable_name(name) + "=" + value);
    }
    std::vector<const char*> list;
    for (const std::string& entry : entries) list.push_back(entry.c_str());
    return baton::environment::Environment(std::span<const char* const>(list));
  };
  expect_linear_carrier<baton::environment::Environment>(
      "environment", make_environment,
      [](baton::environment::Environment& environment) -> auto& { return environment; },
      {others_alone, spellings, again});
}

}  // namespace
