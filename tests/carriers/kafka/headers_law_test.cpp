// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "carriers/kafka/appending_carrier.hpp"
#include "laws/any_headers.hpp"
#include "support.hpp"

namespace {

using namespace kafka_test;
using laws::HeaderModel;

RC_GTEST_PROP(KafkaHeadersLaws, TheRuleOfNamesAndRepeatedHeaders, ()) {
  const Headers headers = *laws::any_headers();
  const HeaderModel model(headers);
  const HeadersPointer list = make_headers(headers);
  const std::unique_ptr<RdKafka::Headers> cpp(RdKafka::Headers::create());
  for (const auto& [name, value] : headers) {
    cpp->add(name, value ? value->data() : nullptr, value ? value->size() : 0);
  }
  laws::check_reading(baton::kafka::ConstHeadersCarrier(list.get()), model);
  laws::check_reading(baton::kafka::ConstCppHeadersCarrier(*cpp), model);
}

RC_GTEST_PROP(KafkaHeadersLaws, SetLeavesOneAndEraseNone, ()) {
  const Headers headers = *laws::any_headers();
  HeaderModel model(headers);
  const HeadersPointer list = make_headers(headers);
  laws::change_both(baton::kafka::HeadersCarrier(*list), model);
  RC_ASSERT(to_headers(list.get()) == model.headers());
}

RC_GTEST_PROP(KafkaHeadersLaws, SetLeavesOneAndEraseNoneOfTheCppInterface, ()) {
  const Headers headers = *laws::any_headers();
  HeaderModel model(headers);
  const std::unique_ptr<RdKafka::Headers> list(RdKafka::Headers::create());
  for (const auto& [name, value] : headers) {
    list->add(name, value ? value->data() : nullptr, value ? value->size() : 0);
  }
  laws::change_both(baton::kafka::CppHeadersCarrier(*list), model);
  Headers left;
  for (const RdKafka::Headers::Header& header : list->get_all()) {
    left.emplace_back(header.key(), std::nullopt);
    if (header.value() == nullptr) continue;
    left.back().second.emplace(static_cast<const char*>(header.value()), header.value_size());
  }
  RC_ASSERT(left == model.headers());
}

RC_GTEST_PROP(KafkaHeadersLaws, AppendingIsNoOtherChange, ()) {
  const Headers headers = *laws::any_headers();
  HeaderModel model(headers);
  const HeadersPointer list = make_headers(headers);
  const auto is_absent = [&](std::string_view name) {
    return std::none_of(headers.begin(), headers.end(), [&](const kafka_test::Header& header) {
      return oracle::ascii_lower(header.first) == oracle::ascii_lower(std::string(name));
    });
  };
  laws::change_both(baton::kafka::internal::AppendingCarrier(*list, is_absent), model);
  RC_ASSERT(to_headers(list.get()) == model.headers());
}

}  // namespace
