#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cctype>

#include "support.hpp"

namespace {

using namespace kafka_test;
using Values = std::vector<std::string>;

/// Names that get into each other's way, and values of any bytes, null among them.
rc::Gen<Headers> any_headers() {
  const auto name = rc::gen::element<std::string>("a", "A", "b", "traceparent", "TraceParent",
                                                  "tracestate", "traces", "");
  const auto value = rc::gen::maybe(rc::gen::arbitrary<std::string>());
  return rc::gen::apply(
      [](const std::vector<std::string>& names, std::vector<std::optional<std::string>> values) {
        Headers headers;
        values.resize(names.size());
        for (std::size_t i = 0; i < names.size(); ++i) headers.emplace_back(names[i], values[i]);
        return headers;
      },
      rc::gen::container<std::vector<std::string>>(name),
      rc::gen::container<std::vector<std::optional<std::string>>>(
          rc::gen::map(value, [](const rc::Maybe<std::string>& maybe) {
            return maybe ? std::optional<std::string>(*maybe) : std::nullopt;
          })));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The rule, as it is written.
Values expected(const Headers& headers, const std::string& name) {
  Values exact;
  Values other;
  for (const auto& [header, value] : headers) {
    if (value && header == name) exact.push_back(*value);
    if (value && lower(header) == lower(name)) other.push_back(*value);
  }
  return exact.empty() ? other : exact;
}

template <class Carrier>
void holds(const Carrier& carrier, const Headers& headers, const std::string& name) {
  Values all = expected(headers, name);
  if (name == "traceparent" && !all.empty()) all = {all.back()};
  Values seen;
  carrier.get_all(name, [&](std::string_view value) {
    seen.emplace_back(value);
    return true;
  });
  RC_ASSERT(seen == all);
  RC_ASSERT(carrier.get(name) ==
            (all.empty() ? std::nullopt : std::optional<std::string_view>(all.back())));
}

RC_GTEST_PROP(KafkaHeadersLaws, TheRuleOfNamesAndRepeatedHeaders, ()) {
  const Headers headers = *any_headers();
  const HeadersPointer list = make_headers(headers);
  const std::unique_ptr<RdKafka::Headers> cpp(RdKafka::Headers::create());
  for (const auto& [name, value] : headers) {
    cpp->add(name, value ? value->data() : nullptr, value ? value->size() : 0);
  }
  for (const char* name : {"a", "A", "b", "B", "traceparent", "tracestate", "trace", ""}) {
    holds(baton::kafka::ConstHeadersCarrier(list.get()), headers, name);
    holds(baton::kafka::ConstCppHeadersCarrier(*cpp), headers, name);
  }
}

RC_GTEST_PROP(KafkaHeadersLaws, SetLeavesOneAndEraseNone, ()) {
  const Headers headers = *any_headers();
  const std::string value = *rc::gen::arbitrary<std::string>();
  const HeadersPointer list = make_headers(headers);
  Headers rest;
  for (const Header& header : headers) {
    if (lower(header.first) != "traceparent") rest.push_back(header);
  }
  baton::kafka::HeadersCarrier(*list).erase("traceparent");
  RC_ASSERT(to_headers(list.get()) == rest);
  const HeadersPointer other = make_headers(headers);
  baton::kafka::HeadersCarrier(*other).set("TraceParent", value);
  rest.emplace_back("traceparent", value);
  RC_ASSERT(to_headers(other.get()) == rest);
}

}  // namespace
