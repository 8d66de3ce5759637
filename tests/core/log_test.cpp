// SPDX-License-Identifier: Apache-2.0
#include "baton/log.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/context_of.hpp"

namespace baton {
namespace {

const Context context =
    test::context_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03", "k=v");

std::string text(const LogFields& fields) {
  std::array<char, LogFields::max_text_size> buffer;
  return std::string(fields.write_text(buffer));
}

std::string json(const LogFields& fields) {
  std::array<char, LogFields::max_json_size> buffer;
  return std::string(fields.write_json(buffer));
}

Context trace_id_alone(Sampling sampling) {
  Context alone;
  alone.set_trace_id(TraceId(0, 0xAB), sampling);
  return alone;
}

TEST(LogTest, FieldsOfAContext) {
  const LogFields fields = log_fields(context);
  EXPECT_EQ(text(fields),
            " trace_id=0af7651916cd43dd8448eb211c80319c span_id=b7ad6b7169203331 trace_flags=03");
  EXPECT_EQ(json(fields),
            R"(,"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331",)"
            R"("trace_flags":"03")");
  EXPECT_EQ(text(fields).size(), LogFields::max_text_size);
  EXPECT_EQ(json(fields).size(), LogFields::max_json_size);
}

TEST(LogTest, NoFieldsWithoutATrace) {
  EXPECT_EQ(text(log_fields(Context())), "");
  EXPECT_EQ(json(log_fields(Context())), "");
  Context decision;
  decision.set_sampling(Sampling::sample);
  decision.set_baggage(Baggage::parse("k=v"));
  EXPECT_EQ(text(log_fields(decision)), "");
  EXPECT_EQ(json(log_fields(decision)), "");
}

TEST(LogTest, ATraceIdAloneHasNoSpanId) {
  EXPECT_EQ(text(log_fields(trace_id_alone(Sampling::sample))),
            " trace_id=000000000000000000000000000000ab trace_flags=01");
  EXPECT_EQ(json(log_fields(trace_id_alone(Sampling::defer))),
            R"(,"trace_id":"000000000000000000000000000000ab","trace_flags":"00")");
}

TEST(LogTest, FieldsOfTheCurrentContext) {
  EXPECT_EQ(log_fields(), LogFields());
  const Scope scope(context);
  EXPECT_EQ(log_fields(), log_fields(context));
  EXPECT_NE(log_fields(), LogFields());
}

TEST(LogTest, AStreamPrintsTheText) {
  std::ostringstream out;
  out << "paid" << log_fields(context) << '.' << LogFields() << '.';
  EXPECT_EQ(out.str(), "paid" + text(log_fields(context)) + "..");
}

static_assert(std::is_trivially_copyable_v<LogFields>);

}  // namespace
}  // namespace baton
