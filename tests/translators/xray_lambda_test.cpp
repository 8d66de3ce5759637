// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/http.hpp"
#include "baton/translators/xray.hpp"

namespace baton {
namespace {

/// A chain passes once over all fields of this carrier, and none is of the format.
TEST(XRayLambdaTest, ReadsTheVariableBesideAnyFields) {
  ::setenv("_X_AMZN_TRACE_ID",
           "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", 1);
  const std::vector<std::pair<std::string, std::string>> fields{{"accept", "*/*"}};
  for (const char* names : {"xray-lambda", "tracecontext,baggage,xray-lambda"}) {
    const Context context = make_chain(names).chain.extract(http::HeaderCarrier(fields));
    EXPECT_EQ(context.trace_id().to_string(), "5759e988bd862e3fe1be46a994272793") << names;
  }
  ::unsetenv("_X_AMZN_TRACE_ID");
}

TEST(XRayLambdaTest, AnEmptyVariableIsNone) {
  ::setenv("_X_AMZN_TRACE_ID", "", 1);
  Context context;
  ExtractReport report;
  const std::vector<std::pair<std::string, std::string>> fields;
  EXPECT_EQ(AwsXRayLambdaPropagator().extract(http::HeaderCarrier(fields), context, &report),
            Extracted::nothing);
  EXPECT_EQ(report.issue_count(), 0U);
  ::unsetenv("_X_AMZN_TRACE_ID");
}

}  // namespace
}  // namespace baton
