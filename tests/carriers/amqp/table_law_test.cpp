// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "laws/any_headers.hpp"
#include "support.hpp"

namespace {

using namespace amqp_test;
using laws::HeaderModel;

RC_GTEST_PROP(AmqpTableLaws, TheRuleOfNamesAndRepeatedFields, ()) {
  const Fields fields = *laws::any_headers();
  OwnTable own(fields);
  baton::amqp::Pool pool;
  const std::string wire = encode(own.get());
  const amqp_table_t table = decode(wire, pool);
  laws::check_reading(baton::amqp::ConstTableCarrier(table), HeaderModel(fields));
}

RC_GTEST_PROP(AmqpTableLaws, WhatIsOursAndNoTextIsReported, ()) {
  const Fields fields = *laws::any_headers();
  OwnTable own(fields);
  const baton::PropagatorChain& chain = laws::header_chain();
  baton::ExtractReport of_model;
  const baton::Context context = chain.extract(HeaderModel(fields), &of_model);
  baton::ExtractReport report;
  RC_ASSERT(baton::amqp::extract(own.get(), {.chain = chain, .report = &report}) == context);
  const auto wrong = std::count_if(fields.begin(), fields.end(), [&](const Field& field) {
    return !field.second && chain.owns(field.first);
  });
  RC_ASSERT(report.issue_count() == of_model.issue_count() + static_cast<std::size_t>(wrong));
}

RC_GTEST_PROP(AmqpTableLaws, SetLeavesOneAndEraseNone, ()) {
  const Fields fields = *laws::any_headers();
  OwnTable own(fields);
  baton::amqp::Pool pool;
  amqp_table_t table = own.get();
  HeaderModel model(fields);
  laws::change_both(baton::amqp::TableCarrier(table, pool), model);
  const std::string wire = encode(table);
  RC_ASSERT(to_fields(decode(wire, pool)) == model.headers());
  RC_ASSERT(to_fields(own.get()) == fields);
}

}  // namespace
