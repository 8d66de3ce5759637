// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/opencensus.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/fields.hpp"

namespace baton {
namespace {

/// Fields as in gRPC.
struct BinaryFields : test::Fields {
  using Fields::Fields;
  static constexpr bool has_binary_fields = true;
};

constexpr std::string_view field = "grpc-trace-bin";

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

const TraceId trace_id(0x4bf92f3577b34da6, 0xa3ce929d0e0e4736);
const SpanId span_id(0x00f067aa0ba902b7);
const std::string ids = bytes_of("00004bf92f3577b34da6a3ce929d0e0e47360100f067aa0ba902b7");
const std::string sampled = ids + bytes_of("0201");
const std::string not_sampled = ids + bytes_of("0200");

/// Reads a value from a carrier with binary fields; the error is empty if there was none.
ParseError extract(const std::string& value, Context& context) {
  ExtractReport report;
  const Extracted found =
      OpenCensusPropagator().extract(BinaryFields{{field, value}}, context, &report);
  EXPECT_EQ(found, report.issue_count() == 0 ? Extracted::span_context : Extracted::malformed);
  Context unreported;
  EXPECT_EQ(OpenCensusPropagator().extract(BinaryFields{{field, value}}, unreported), found);
  return report.issue_count() == 0 ? ParseError() : report.issues()[0].error;
}

ParseError extract(const std::string& value) {
  Context context;
  return extract(value, context);
}

std::string inject(const Context& context) {
  BinaryFields fields;
  OpenCensusPropagator().inject(context, fields);
  return std::string(fields.get(field).value_or("nothing"));
}

TEST(OpenCensusPropagatorTest, TheLastByteMayBeAWrongMark) {
  EXPECT_EQ(extract(bytes_of("0001")), ParseError(ErrorCode::missing_field, 1));
  EXPECT_EQ(extract(ids.substr(0, 18) + "x"), ParseError(ErrorCode::missing_field, 18));
}

TEST(OpenCensusPropagatorTest, BytesAsTheyAreWhereFieldsAreBinary) {
  for (const std::string& value : {sampled, not_sampled}) {
    Context context;
    EXPECT_EQ(extract(value, context), ParseError());
    EXPECT_EQ(context.span_context().trace_id, trace_id);
    EXPECT_EQ(context.span_context().span_id, span_id);
    EXPECT_EQ(context.sampling(), value == sampled ? Sampling::sample : Sampling::drop);
    EXPECT_EQ(inject(context), value);
  }
  EXPECT_EQ(inject(Context()), "nothing");
}

TEST(OpenCensusPropagatorTest, BlanksAreBytesLikeOthersWhereFieldsAreBinary) {
  std::string blank_at_the_end = sampled;
  blank_at_the_end[ids.size() - 1] = ' ';
  blank_at_the_end.resize(ids.size());
  Context context;
  EXPECT_EQ(extract(blank_at_the_end, context), ParseError());
  EXPECT_EQ(context.span_context().span_id, SpanId(0x00f067aa0ba90220));
  EXPECT_EQ(extract(" " + sampled), ParseError(ErrorCode::bad_version, 0));
}

TEST(OpenCensusPropagatorTest, Base64IsNotReadWhereFieldsAreBinary) {
  test::Fields text;
  Context context;
  extract(sampled, context);
  OpenCensusPropagator().inject(context, text);
  EXPECT_EQ(text.get(field), "AABL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQK3AgE");
  EXPECT_EQ(extract(std::string(*text.get(field))), ParseError(ErrorCode::bad_version, 0));
}

TEST(OpenCensusPropagatorTest, OffsetsCountBytesWhereFieldsAreBinary) {
  const std::string zero_trace_id = bytes_of("0000") + std::string(16, '\0') + sampled.substr(18);
  EXPECT_EQ(extract(""), ParseError(ErrorCode::empty, 0));
  EXPECT_EQ(extract(zero_trace_id), ParseError(ErrorCode::zero_trace_id, 2));
  EXPECT_EQ(extract(ids.substr(0, 19) + std::string(8, '\0')),
            ParseError(ErrorCode::zero_span_id, 19));
  EXPECT_EQ(extract(bytes_of("00") + ids.substr(18)), ParseError(ErrorCode::missing_field, 1));
  EXPECT_EQ(extract(ids.substr(0, 18) + bytes_of("0201")),
            ParseError(ErrorCode::missing_field, 18));
}

TEST(OpenCensusPropagatorTest, EveryPrefix) {
  for (std::size_t size = 0; size <= sampled.size(); ++size) {
    Context context;
    const ParseError error = extract(sampled.substr(0, size), context);
    if (size >= ids.size()) {
      EXPECT_EQ(error, ParseError()) << size;
      EXPECT_EQ(context.sampling(), size == sampled.size() ? Sampling::sample : Sampling::drop);
    } else {
      EXPECT_EQ(error, ParseError(size == 0 ? ErrorCode::empty : ErrorCode::too_short, size));
    }
  }
}

TEST(OpenCensusPropagatorTest, LengthIsLimitedWhereFieldsAreBinary) {
  std::string longest = sampled + "\3";
  longest.resize(OpenCensusPropagator::max_bytes, '!');
  EXPECT_EQ(extract(longest), ParseError());
  EXPECT_EQ(extract(longest + "!"),
            ParseError(ErrorCode::too_long, OpenCensusPropagator::max_bytes));
}

}  // namespace
}  // namespace baton
