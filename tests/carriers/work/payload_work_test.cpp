// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <map>

#include "baton/carriers/celery/envelope.hpp"
#include "baton/carriers/celery/headers.hpp"
#include "baton/carriers/sqs.hpp"
#include "count.hpp"

namespace {

using namespace work_test;

std::string to_json(const Fields& fields, std::string_view before = "\"",
                    std::string_view after = "\"") {
  std::string json = "{";
  for (const auto& [name, value] : fields) {
    if (json.size() > 1) json += ',';
    json += '"' + name + "\":" + std::string(before) + value + std::string(after);
  }
  return json + '}';
}

// Repeated names are an error in JSON.

TEST(Work, OfCelerysHeaders) {
  const auto make_object = [](const Fields& fields) {
    boost::json::object object;
    for (const auto& [name, value] : fields) object[name] = value;
    return object;
  };
  expect_linear_carrier<boost::json::object>(
      "headers", make_object,
      [](boost::json::object& headers) { return baton::celery::HeadersCarrier(headers); },
      {others_alone, spellings});
}

TEST(Work, OfCelerysEnvelopes) {
  for (const Shape& shape : {others_alone, spellings}) {
    for (const char* const kept : {"headers", "body"}) {
      expect_linear(std::string("envelope, ") + shape.name, [&](std::size_t size) {
        std::string text = "{\"" + std::string(kept) + "\":" + to_json(make(shape, size)) + "}";
        return [text = std::move(text)]() mutable {
          EXPECT_TRUE(baton::celery::inject(text, some_context(), {.chain = everything()}));
        };
      });
      expect_linear(std::string("envelope carrier, ") + shape.name, [&](std::size_t size) {
        std::string text = "{\"" + std::string(kept) + "\":" + to_json(make(shape, size)) + "}";
        return [text = std::move(text)]() mutable {
          baton::celery::EnvelopeCarrier carrier(text);
          carrier.set("baggage", "k=v");
          carrier.erase("x-b3-parentspanid");
          EXPECT_TRUE(carrier.apply());
        };
      });
    }
  }
}

constexpr std::string_view before = R"({"DataType":"String","StringValue":")";
constexpr std::string_view after = R"("})";

TEST(Work, OfSqsAttributes) {
  for (const Shape& shape : {others_alone, spellings}) {
    expect_linear(std::string("SQS, ") + shape.name, [&](std::size_t size) {
      std::string request =
          "{\"MessageAttributes\":" + to_json(make(shape, size), before, after) + "}";
      return [request = std::move(request)]() mutable {
        EXPECT_TRUE(baton::sqs::inject(request, some_context(), {.chain = everything()}));
      };
    });
  }
}

TEST(Work, OfSqsBatches) {
  const std::string entries[] = {
      R"({"Id":"1","MessageBody":"b"})",
      R"({"MessageAttributes":{"traceparent":{"DataType":"String","StringValue":"old"}}})",
      R"({"MessageSystemAttributes":null,"MessageAttributes":{}})"};
  for (const std::string& entry : entries) {
    for (const bool has_room : {false, true}) {
      expect_linear("SQS batch of " + entry, [&](std::size_t size) {
        std::string request = "{\"Entries\":[" + entry;
        for (std::size_t i = 1; i < size; ++i) request += "," + entry;
        request += "]}";
        if (has_room) request.reserve(request.size() * 40);
        return [request = std::move(request)]() mutable {
          const auto context_of = [](std::size_t) -> const baton::Context& {
            return some_context();
          };
          EXPECT_TRUE(baton::sqs::inject_each(request, context_of, {.chain = everything()}));
        };
      });
    }
  }
}

}  // namespace
