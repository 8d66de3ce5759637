// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "baton/carriers/grpc.hpp"
#include "baton/testing/carrier_conformance.hpp"
#include "oracle/text.hpp"

namespace {

using namespace baton::testing;
using baton::grpc::MetadataCarrier;
using baton::grpc::ReceivedMetadata;
using baton::grpc::SentMetadata;
using baton::testing::detail::Values;

/// HTTP/2 has only lowercase names, so names arrive in lowercase.
std::string as_key(std::string_view name) { return oracle::ascii_lower(std::string(name)); }

struct SentBinding {
  using Storage = SentMetadata;
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  // It refuses more than other headers do: see the tests below.
  static constexpr bool writes_lines = false;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    storage.emplace(as_key(name), value);
  }
  static FieldList raw(const Storage& storage) { return {storage.begin(), storage.end()}; }
  static auto carrier(Storage& storage) { return MetadataCarrier(storage); }
  static auto carrier(const Storage& storage) { return MetadataCarrier(storage); }
};

BATON_TEST_CARRIER(GrpcMetadata, SentBinding);

ReceivedMetadata received(const SentMetadata& sent) {
  ReceivedMetadata received;
  for (const auto& [key, value] : sent) {
    received.emplace(::grpc::string_ref(key.data(), key.size()),
                     ::grpc::string_ref(value.data(), value.size()));
  }
  return received;
}

struct ReceivedBinding {
  struct Storage {
    SentMetadata bytes;  // what the received ones are views of
    ReceivedMetadata metadata;
  };
  static constexpr bool is_read_only = true;
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    storage.bytes.emplace(as_key(name), value);
    storage.metadata = received(storage.bytes);
  }
  static FieldList raw(const Storage& storage) {
    return {storage.bytes.begin(), storage.bytes.end()};
  }
  static auto carrier(const Storage& storage) { return MetadataCarrier(storage.metadata); }
};

BATON_TEST_CARRIER(GrpcReceivedMetadata, ReceivedBinding);

TEST(GrpcReceivedMetadata, IsReadInPlace) {
  const SentMetadata sent{{"a", "1"}, {"b", "2"}, {"b", ""}, {"b", "3"}, {"c", "4"}};
  const ReceivedMetadata metadata = received(sent);
  const MetadataCarrier carrier(metadata);
  static_assert(baton::ReadableCarrier<decltype(carrier)>);
  static_assert(!baton::WritableCarrier<decltype(carrier)>);
  static_assert(baton::has_binary_fields<decltype(carrier)>);

  EXPECT_EQ(carrier.get("a")->data(), sent.find("a")->second.data());
  EXPECT_EQ(carrier.get("B"), "2");
  EXPECT_EQ(carrier.get("ab"), std::nullopt);
  EXPECT_EQ(carrier.get(""), std::nullopt);
  Values values;
  carrier.get_all("b", [&](std::string_view value) {
    values.emplace_back(value);
    return values.size() < 2;
  });
  EXPECT_EQ(values, (Values{"2", ""}));
  Values keys;
  carrier.keys([&](std::string_view key) {
    keys.emplace_back(key);
    return true;
  });
  EXPECT_EQ(keys, (Values{"a", "b", "b", "b", "c"}));
}

TEST(GrpcReceivedMetadata, BringsBytesOfOpenCensus) {
  const baton::PropagatorChain chain = baton::make_chain("opencensus").chain;
  const baton::Context context = baton::Context().child();
  SentMetadata sent;
  chain.inject(context, MetadataCarrier(sent));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent.begin()->first, "grpc-trace-bin");
  EXPECT_EQ(sent.begin()->second.size(), 29U);
  EXPECT_EQ(sent.begin()->second.substr(0, 2), std::string(2, '\0'));
  const ReceivedMetadata metadata = received(sent);
  const baton::Context back = chain.extract(MetadataCarrier(metadata));
  EXPECT_EQ(back.span_context().trace_id, context.span_context().trace_id);
  EXPECT_EQ(back.span_context().span_id, context.span_context().span_id);
}

TEST(GrpcSentMetadata, TakesNoTextThatGrpcRefuses) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    SentMetadata metadata{{"a", "old"}};
    MetadataCarrier(metadata).set("a", std::string("x") + c + "y");
    const bool is_printable = byte >= 0x20 && byte <= 0x7e;
    EXPECT_EQ(metadata, is_printable || c == '\t'
                            ? (SentMetadata{{"a", std::string("x") + (c == '\t' ? ' ' : c) + "y"}})
                            : SentMetadata{})
        << byte;

    MetadataCarrier(metadata).set("b-bin", std::string("x") + c + "y");
    EXPECT_EQ(metadata.find("b-bin")->second, std::string("x") + c + "y") << byte;
  }
}

TEST(GrpcSentMetadata, TakesNoKeyThatGrpcRefuses) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_legal = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    SentMetadata metadata;
    MetadataCarrier(metadata).set(std::string("x") + c, "1");
    EXPECT_EQ(metadata,
              is_legal ? (SentMetadata{{as_key(std::string("x") + c), "1"}}) : SentMetadata{})
        << byte;
  }
  SentMetadata metadata;
  MetadataCarrier(metadata).set("", "1");
  EXPECT_EQ(metadata, SentMetadata{});
}

TEST(GrpcSentMetadata, StaysWithinItsLimit) {
  SentMetadata metadata{{"k", "12"}, {"user", "0123456789"}};  // 35 and 46 bytes
  MetadataCarrier carrier(metadata, 46 + 40);
  carrier.set("k", "1234567");
  EXPECT_EQ(carrier.get("k"), "1234567");
  carrier.set("k", "12345678");
  EXPECT_EQ(carrier.get("k"), std::nullopt);
  carrier.set("k-bin", "12345");  // 8 digits of base64
  EXPECT_EQ(carrier.get("k-bin"), std::nullopt);
  carrier.set("b-in", "1");
  EXPECT_EQ(carrier.get("b-in"), "1");
  EXPECT_EQ(carrier.get("user"), "0123456789");
}

TEST(GrpcSentMetadata, ObeysTheRuleForTheDestination) {
  const baton::PropagatorChain chain =
      baton::make_chain("tracecontext,opencensus,baggage,datadog")
          .chain.with_trust(
              {.destinations = {{"*.partner", false, false, {"b"}}, {"half", true, false, {}}}});
  baton::Context context = baton::Context().child();
  context.set_trace_state(baton::TraceState::parse("a=1,dd=o:x").value());
  context.set_baggage(baton::Baggage::parse("a=1,b=2"));
  SentMetadata sent;
  chain.inject(context, MetadataCarrier(sent), "ours");
  EXPECT_EQ(sent.count("tracestate"), 1U);
  chain.inject(context, MetadataCarrier(sent), "half");
  EXPECT_EQ(sent.find("grpc-trace-bin")->second.size(), 29U);  // still bytes
  EXPECT_EQ(sent.count("traceparent"), 1U);
  EXPECT_EQ(sent.count("tracestate"), 0U);
  EXPECT_EQ(sent.count("x-datadog-origin"), 0U);
  EXPECT_EQ(sent.count("baggage"), 0U);
  chain.inject(context, MetadataCarrier(sent), "api.partner");
  EXPECT_EQ(sent, (SentMetadata{{"baggage", "b=2"}}));
}

}  // namespace
