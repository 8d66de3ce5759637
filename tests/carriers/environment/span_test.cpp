// SPDX-License-Identifier: Apache-2.0
// Both ends of a process, forwarding and with a tracer, for all that may be known of a caller.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "baton/carriers/environment.hpp"
#include "baton/configuration.hpp"
#include "baton/extraction_counts.hpp"
#include "baton/recording_tracer.hpp"
#include "support/span_cases.hpp"

namespace {

using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::SpanKind;
using baton::test::caller_cases;
using baton::test::is_restart_of;
using baton::test::is_span_of;

// Only B3 carries a decision alone, and only X-Ray a trace id alone.
const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3,xray-lambda").chain;

using baton::environment::Environment;

/// Puts a context into the environment of this process, in place of the one that is there.
class OwnContext {
 public:
  explicit OwnContext(const Context& context) {
    clear();
    baton::environment::inject(ours_, context, {.chain = chain});
    for (const char* const entry : ours_.list()) ::putenv(const_cast<char*>(entry));
  }
  OwnContext(const OwnContext&) = delete;
  OwnContext& operator=(const OwnContext&) = delete;
  ~OwnContext() { clear(); }

 private:
  static void clear() {
    for (const std::string_view field : chain.fields()) {
      ::unsetenv(baton::environment::variable_name(field).c_str());
    }
    ::unsetenv("_X_AMZN_TRACE_ID");
  }

  Environment ours_;
};

TEST(EnvironmentSpan, AStartedProcessGetsTheCurrentContextOrASpan) {
  RecordingTracer tracer;
  for (const auto& [name, context] : caller_cases()) {
    const baton::Scope scope(context);
    Environment expected;
    baton::environment::inject(expected, context, {.chain = chain});
    const auto read = [](const Environment& environment) { return chain.extract(environment); };
    EXPECT_EQ(baton::environment::call(read, {.chain = chain}), chain.extract(expected)) << name;

    const Context sent =
        baton::environment::call(read, {.chain = chain, .tracer = &tracer, .span_name = "make"});
    const RecordedSpan span = tracer.ended().back();
    EXPECT_TRUE(is_span_of(span.context, context)) << name;
    EXPECT_EQ(sent.span_context().span_id, span.context.span_context().span_id) << name;
    EXPECT_EQ(span.kind, SpanKind::client);
    EXPECT_EQ(span.name, "make");
  }
  EXPECT_THROW(baton::environment::call([](const Environment&) { throw std::runtime_error("no"); },
                                        {.chain = chain, .tracer = &tracer}),
               std::runtime_error);
  EXPECT_TRUE(tracer.ended().back().is_error);
  EXPECT_EQ(tracer.ended().back().name, "exec");
  EXPECT_TRUE(tracer.ended().back().attributes.empty());
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(EnvironmentSpan, AProcessForwardsOrHasASpan) {
  RecordingTracer tracer;
  for (const auto& [name, context] : caller_cases()) {
    const OwnContext ours(context);
    const Context caller = baton::environment::extract({.chain = chain});
    const auto see = [] { return baton::current(); };
    EXPECT_EQ(baton::environment::run(see, {.chain = chain}), caller) << name;
    const Context seen = baton::environment::run(see, {.chain = chain, .tracer = &tracer});
    EXPECT_TRUE(is_span_of(seen, caller)) << name;
    EXPECT_EQ(tracer.ended().back().context, seen) << name;
  }
  EXPECT_EQ(tracer.ended().size(), 4U);
  EXPECT_EQ(tracer.ended()[0].kind, SpanKind::internal);
  const std::string program = ::program_invocation_short_name;
  EXPECT_EQ(tracer.ended()[0].name, program);
  const std::map<std::string, RecordedSpan::Value, std::less<>> attributes = {
      {"process.executable.name", program}, {"process.pid", std::int64_t{::getpid()}}};
  EXPECT_EQ(tracer.ended()[0].attributes, attributes);
}

TEST(EnvironmentSpan, LinksToACallerThatIsNotTrusted) {
  RecordingTracer tracer;
  const baton::PropagatorChain edge = chain.with_trust({.callers = baton::CallerTrust::restart});
  const Context caller = caller_cases()[0].context;
  const OwnContext ours(caller);
  const auto see = [] { return baton::current(); };
  const Context seen = baton::environment::run(see, {.chain = edge, .tracer = &tracer});
  const Context forwarded = baton::environment::run(see, {.chain = edge});
  EXPECT_TRUE(is_restart_of(tracer.ended().at(0), seen, caller));
  EXPECT_EQ(forwarded, Context());
}

TEST(EnvironmentSpan, AStartedProcessGetsNothingInAScopeOfNothing) {
  const OwnContext ours(caller_cases()[0].context);
  const Context nothing;
  const baton::Scope scope(nothing);
  const auto has_any = [](const Environment& environment) {
    return std::ranges::any_of(chain.fields(),
                               [&](auto name) { return environment.get(name).has_value(); });
  };
  EXPECT_FALSE(baton::environment::call(has_any, {.chain = chain}));
}

TEST(EnvironmentSpan, AStartedProcessGetsOursOutsideOfAnyScope) {
  RecordingTracer tracer;
  const baton::PropagatorChain edge = chain.with_trust({.callers = baton::CallerTrust::restart});
  const auto fields = [](const Environment& environment) {
    std::map<std::string_view, std::string> values;
    for (const std::string_view field : chain.fields()) {
      if (const auto value = environment.get(field)) values[field] = *value;
    }
    return values;
  };
  const auto fields_for = [&](const Context& context) {
    Environment environment;
    baton::environment::inject(environment, context, {.chain = chain});
    return fields(environment);
  };
  for (const auto& [name, context] : caller_cases()) {
    const OwnContext ours(context);
    const Context caller = baton::environment::extract({.chain = chain});
    Context seen;
    const auto start = [&](const Environment& environment) {
      seen = baton::current();
      return fields(environment);
    };
    const std::uint64_t extractions = baton::extraction_counts().extractions;
    EXPECT_EQ(baton::environment::call(start, {.chain = chain}), fields_for(context)) << name;
    EXPECT_EQ(seen, caller) << name;
    EXPECT_EQ(baton::extraction_counts().extractions, extractions) << "nobody has called us";
    auto sent = baton::environment::call(start, {.chain = chain, .tracer = &tracer});
    EXPECT_EQ(sent, fields_for(seen)) << name;
    EXPECT_EQ(tracer.ended().back().context, seen) << name;
    EXPECT_TRUE(is_span_of(seen, caller)) << name;
    EXPECT_TRUE(tracer.ended().back().links.empty()) << name;

    sent = baton::environment::call(start, {.chain = edge});
    EXPECT_EQ(sent, fields_for(Context())) << name;
    if (!caller.span_context().is_valid()) continue;
    baton::environment::call(start, {.chain = edge, .tracer = &tracer});
    EXPECT_TRUE(is_restart_of(tracer.ended().back(), seen, caller)) << name;
  }
}

}  // namespace
