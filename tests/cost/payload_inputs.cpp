// SPDX-License-Identifier: Apache-2.0
// What reads JSON: a name that is there twice is an error, so only one of them is written.
#include <boost/json.hpp>
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
using baton::test::mebibyte;
using baton::test::Pairs;

/// A string of JSON, as it is or with an escape for each byte. No input here needs others.
std::string quoted(std::string_view text, bool escapes) {
  std::string all = "\"";
  for (const char c : text) {
    if (escapes) {
      all += {'\\', 'u', '0', '0', "0123456789abcdef"[c >> 4U], "0123456789abcdef"[c & 0xF]};
    } else {
      all += c;
    }
  }
  return all + '"';
}

/// Of the fields with one name, the first.
std::string to_json(const Pairs& message, bool escapes, std::string_view before = {},
                    std::string_view after = {}) {
  std::string json = "{";
  std::set<std::string_view> names;
  for (const auto& [name, value] : message) {
    if (!names.insert(name).second) continue;
    if (json.size() > 1) json += ',';
    json.append(quoted(name, escapes)).append(":");
    json.append(before).append(quoted(value, escapes)).append(after);
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
  for (const bool escapes : {false, true}) {
    count_reader(
        escapes ? "Celery's envelope, escapes" : "Celery's envelope",
        [&](const Pairs& message, auto count) {
          const std::string envelope = R"({"headers":)" + to_json(message, escapes) + "}";
          count(
              [&](const ExtractOptions& options) {
                static_cast<void>(baton::celery::extract(envelope, options));
              },
              envelope.size());
        },
        escapes ? mebibyte / 8 : mebibyte);
  }
});

const baton::test::Carrier sqs([] {
  struct Attributes {
    const char* carrier;
    bool escapes;
    const char* type;
  };
  for (const Attributes& attributes :
       {Attributes{"SQS", false, "String"}, Attributes{"SQS, escapes", true, "String"},
        Attributes{"SQS, numbers", false, "Number"}}) {
    count_reader(
        attributes.carrier,
        [&](const Pairs& message, auto count) {
          const std::string before =
              R"({"DataType":")" + std::string(attributes.type) + R"(","StringValue":)";
          const std::string received = R"({"Body":"b","MessageAttributes":)" +
                                       to_json(message, attributes.escapes, before, "}") + "}";
          count(
              [&](const ExtractOptions& options) {
                static_cast<void>(baton::sqs::extract_message(received, options));
              },
              received.size());
        },
        attributes.escapes ? mebibyte / 8 : mebibyte);
  }
});

}  // namespace
