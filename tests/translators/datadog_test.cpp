// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/datadog.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "baton/baton.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

/// The member `dd` after its reconciliation with that of another format, or "unchanged".
std::string reconciled(std::string_view ours, Sampling sampling, std::string_view theirs = "") {
  const auto state_of = [](std::string_view value) {
    return value.empty() ? TraceState() : TraceState().set("dd", value).value();
  };
  const auto state = DatadogPropagator().reconcile(state_of(ours), sampling, state_of(theirs));
  return state ? std::string(state->get("dd").value_or("")) : "unchanged";
}

TEST(DatadogTest, ATraceWithoutADecisionHasNoPriority) {
  EXPECT_EQ(reconciled("s:2", Sampling::defer), "");
  EXPECT_EQ(reconciled("s:-1", Sampling::defer), "");
  EXPECT_EQ(reconciled("s:0;o:web", Sampling::defer), "o:web");
  EXPECT_EQ(reconciled("o:web", Sampling::defer), "unchanged");
}

TEST(DatadogTest, APriorityThatContradictsIsReplaced) {
  EXPECT_EQ(reconciled("s:0", Sampling::sample), "s:1");
  EXPECT_EQ(reconciled("s:1", Sampling::drop), "s:0");
  EXPECT_EQ(reconciled("s:2", Sampling::sample), "unchanged");
  EXPECT_EQ(reconciled("s:1", Sampling::sample), "unchanged");
  EXPECT_EQ(reconciled("s:0", Sampling::drop), "unchanged");
}

TEST(DatadogTest, WhatIsNoPairRemains) {
  EXPECT_EQ(reconciled("odd;s:1;o:web", Sampling::drop), "s:0;odd;o:web");
  EXPECT_EQ(reconciled("o:web", Sampling::defer, ";"), "unchanged") << "nothing is nothing to add";
}

TEST(DatadogTest, TagsAreTakenAsLongAsTheyFit) {
  const std::string high_bits = "_dd.p.tid=640cfd8d00000000";
  std::string tags;
  for (std::size_t i = 0; i < 100; ++i) tags += test::numbered(",_dd.p.k", i) + "=v";
  for (const std::string& sent :
       {high_bits + tags, high_bits + tags + "," + high_bits, tags.substr(1) + "," + high_bits}) {
    const test::Fields fields = {
        {"x-datadog-trace-id", "1"}, {"x-datadog-parent-id", "2"}, {"x-datadog-tags", sent}};
    Context context;
    ExtractReport report;
    DatadogPropagator().extract(fields, context, &report);
    EXPECT_EQ(context.trace_id(), TraceId(0x640cfd8d00000000, 1)) << sent;
    const std::string_view taken = context.span_context().trace_state.get("dd").value_or("");
    EXPECT_TRUE(taken.ends_with("t.k31:v;t.k32:v")) << taken;
    EXPECT_LE(taken.size(), TraceState::max_value_size) << sent;
    EXPECT_EQ(report.issue_count(), 1U) << sent;
  }
}

TEST(DatadogTest, APairIsAddedIfItsKeyIsAtNoPlace) {
  EXPECT_EQ(reconciled("t.a:1", Sampling::defer, "t.a:2"), "unchanged");
  EXPECT_EQ(reconciled("o:t.a;t.a:1", Sampling::defer, "t.a:2"), "unchanged");
  EXPECT_EQ(reconciled("t.ab:1", Sampling::defer, "t.a:2"), "t.ab:1;t.a:2");
  EXPECT_EQ(reconciled("o:t.a", Sampling::defer, "t.a:2"), "o:t.a;t.a:2");
  EXPECT_EQ(reconciled("ab;:x", Sampling::defer, ":y"), "unchanged") << "an empty key";
}

}  // namespace
}  // namespace baton
