// SPDX-License-Identifier: Apache-2.0
#include "core/reported_name.hpp"

#include <gtest/gtest.h>

#include <string_view>

#include "baton/configuration.hpp"

namespace baton::detail::lookup {
namespace {

TEST(ReportedNameTest, IsTheNameOrThePrefixThatAReaderReads) {
  const PropagatorChain chain = make_chain("tracecontext,baggage,jaeger").chain;
  struct Row {
    std::string_view name;
    std::string_view reported;
  };
  for (const Row& row : {Row{"traceparent", "traceparent"}, Row{"TraceState", "tracestate"},
                         Row{"baggage", "baggage"}, Row{"uber-trace-id", "uber-trace-id"},
                         Row{"Jaeger-Baggage", "jaeger-baggage"}, Row{"UBERCTX-user", "uberctx-"},
                         Row{"uberctx-", "uberctx-"}, Row{"uberctx", ""}, Row{"traceparents", ""},
                         Row{"b3", ""}, Row{"", ""}}) {
    EXPECT_EQ(reported_name(chain, row.name), row.reported) << row.name;
  }
}

TEST(ReportedNameTest, AWrongTypeIsReportedIfTheChainReadsTheField) {
  const PropagatorChain chain = make_chain("b3").chain;
  ExtractReport report;
  report_wrong_type("traceparent", chain, report);
  EXPECT_EQ(report.issue_count(), 0U);
  report_wrong_type("B3", chain, report);
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0], (ExtractReport::Issue{"b3", {ErrorCode::wrong_type, 0}}));
}

}  // namespace
}  // namespace baton::detail::lookup
