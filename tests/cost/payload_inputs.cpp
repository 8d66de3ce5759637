// SPDX-License-Identifier: Apache-2.0
// What reads JSON: a name that is there twice is an error, so only one of them is written.
#include <boost/json.hpp>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>

#include "baton/carriers/celery/envelope.hpp"
#include "baton/carriers/celery/headers.hpp"
#include "baton/carriers/sqs.hpp"
#include "carrier_inputs.hpp"

namespace {

using baton::ExtractOptions;
using baton::test::count_reader;
using baton::test::Pairs;

/// A string of JSON, byte by byte: those beyond ASCII need UTF-8, which no input here has.
std::string quoted(std::string_view text) {
  std::string all = "\"";
  for (const char c : text) {
    if (c == '\t') {
      all += "\\t";
    } else {
      all += c;
    }
  }
  return all + '"';
}

std::string to_json(const Pairs& message, std::string_view before = {},
                    std::string_view after = {}) {
  std::string json = "{";
  std::set<std::string_view> names;
  for (const auto& [name, value] : message) {
    if (!names.insert(name).second) continue;
    if (json.size() > 1) json += ',';
    json.append(quoted(name)).append(":").append(before).append(quoted(value)).append(after);
  }
  return json + '}';
}

const baton::test::Carrier celery([] {
  count_reader("Celery's headers", [](const Pairs& message, auto count) {
    boost::json::object headers;
    for (const auto& [name, value] : message) headers[name] = value;
    count([&](const ExtractOptions& options) {
      static_cast<void>(baton::celery::extract(headers, options));
    });
  });
  count_reader("Celery's envelope", [](const Pairs& message, auto count) {
    const std::string envelope = "{\"headers\":" + to_json(message) + "}";
    count([&](const ExtractOptions& options) {
      static_cast<void>(baton::celery::extract(envelope, options));
    });
  });
});

const baton::test::Carrier sqs([] {
  count_reader("SQS", [](const Pairs& message, auto count) {
    const std::string received = "{\"Body\":\"b\",\"MessageAttributes\":" +
                                 to_json(message, R"({"DataType":"String","StringValue":)", "}") +
                                 "}";
    count([&](const ExtractOptions& options) {
      static_cast<void>(baton::sqs::extract_message(received, options));
    });
  });
});

}  // namespace
