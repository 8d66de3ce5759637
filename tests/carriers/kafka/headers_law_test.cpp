#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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

}  // namespace
