// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/carrier_conformance.hpp"
#include "support.hpp"

namespace {

using namespace baton::testing;
using namespace kafka_test;
using namespace std::string_view_literals;
using baton::kafka::ConstCppHeadersCarrier;
using baton::kafka::ConstHeadersCarrier;
using baton::kafka::CppHeadersCarrier;
using baton::kafka::HeadersCarrier;
using baton::testing::detail::chain_of;
using baton::testing::detail::Values;

FieldList without_nulls(const Headers& headers) {
  FieldList fields;
  for (const auto& [name, value] : headers) {
    if (value) fields.emplace_back(name, *value);
  }
  return fields;
}

/// Values are bytes, and no byte breaks a header.
struct HeaderList {
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  static constexpr bool holds_mixed_case = true;
  static constexpr bool writes_lines = false;
};

struct CBinding : HeaderList {
  struct Storage {
    HeadersPointer list{rd_kafka_headers_new(0)};
  };
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    kafka_test::add(*storage.list, std::string(name), std::string(value));
  }
  static void add_null(Storage& storage, std::string_view name) {
    kafka_test::add(*storage.list, std::string(name), std::nullopt);
  }
  static FieldList raw(const Storage& storage) {
    return without_nulls(to_headers(storage.list.get()));
  }
  static std::size_t size(const Storage& storage) {
    return rd_kafka_header_cnt(storage.list.get());
  }
  static auto carrier(Storage& storage) { return HeadersCarrier(*storage.list); }
  static auto carrier(const Storage& storage) { return ConstHeadersCarrier(storage.list.get()); }
};

struct CppBinding : HeaderList {
  struct Storage {
    std::unique_ptr<RdKafka::Headers> list{RdKafka::Headers::create()};
  };
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    storage.list->add(std::string(name), std::string(value));
  }
  static void add_null(Storage& storage, std::string_view name) {
    storage.list->add(std::string(name), nullptr, 0);
  }
  static FieldList raw(const Storage& storage) {
    FieldList fields;
    for (const RdKafka::Headers::Header& header : storage.list->get_all()) {
      if (header.value() == nullptr) continue;
      fields.emplace_back(
          header.key(), std::string(static_cast<const char*>(header.value()), header.value_size()));
    }
    return fields;
  }
  static std::size_t size(const Storage& storage) { return storage.list->size(); }
  static auto carrier(Storage& storage) { return CppHeadersCarrier(*storage.list); }
  static auto carrier(const Storage& storage) {
    return ConstCppHeadersCarrier(std::as_const(*storage.list));
  }
};

using Bindings = testing::Types<CBinding, CppBinding>;

BATON_TEST_CARRIER(Kafka, Bindings);

template <class Binding>
class KafkaHeadersTest : public CarrierFixture<Binding> {};
TYPED_TEST_SUITE(KafkaHeadersTest, Bindings);

TYPED_TEST(KafkaHeadersTest, TheExactNameStandsOverOtherCases) {
  this->arrive("baggage", "exact=1");
  this->arrive("Baggage", "other=2");
  EXPECT_EQ(this->reader().get("baggage"), "exact=1");
  EXPECT_EQ(this->all("baggage"), Values{"exact=1"});
  EXPECT_EQ(this->reader().get("BAGGAGE"), "other=2");
  EXPECT_EQ(this->all("BAGGAGE"), (Values{"exact=1", "other=2"}));
}

TYPED_TEST(KafkaHeadersTest, ANullValueIsAbsent) {
  TypeParam::add_null(this->storage_, "a");
  EXPECT_EQ(this->reader().get("a"), std::nullopt);
  EXPECT_EQ(this->all("a"), Values{});
  EXPECT_EQ(this->names(), Values{});
  this->arrive("A", "other case");
  EXPECT_EQ(this->reader().get("a"), "other case");
  EXPECT_EQ(this->all("a"), Values{"other case"});
  this->arrive("a", "1");
  TypeParam::add_null(this->storage_, "a");
  EXPECT_EQ(this->reader().get("a"), "1");
  EXPECT_EQ(this->all("a"), Values{"1"});
}

TYPED_TEST(KafkaHeadersTest, SetAndEraseTakeNullsToo) {
  TypeParam::add_null(this->storage_, "a");
  TypeParam::add_null(this->storage_, "A");
  this->writer().set("a", "1");
  EXPECT_EQ(TypeParam::size(this->storage_), 1U);
  TypeParam::add_null(this->storage_, "a");
  this->writer().erase("a");
  EXPECT_EQ(TypeParam::size(this->storage_), 0U);
}

TYPED_TEST(KafkaHeadersTest, AnEmptyValueIsNotNull) {
  this->writer().set("a", std::string_view());
  EXPECT_EQ(this->raw(), (FieldList{{"a", ""}}));
  EXPECT_EQ(this->reader().get("a"), "");
}

TYPED_TEST(KafkaHeadersTest, ValuesAreBytes) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  this->writer().set("a", bytes);
  this->arrive("b", bytes);
  EXPECT_EQ(this->reader().get("a"), bytes);
  EXPECT_EQ(this->all("b"), Values{bytes});
}

TYPED_TEST(KafkaHeadersTest, OfTraceparentTheLastCountsInAnyCase) {
  const auto chain = chain_of("tracecontext");
  const auto read = [&] {
    return chain.extract(this->reader()).span_context().span_id.to_string();
  };
  this->arrive("Traceparent", parent);
  this->arrive("TRACEPARENT", other_parent);
  EXPECT_EQ(read(), other_parent.substr(36, 16));
  this->arrive("traceparent", parent);
  EXPECT_EQ(read(), parent.substr(36, 16));
}

TYPED_TEST(KafkaHeadersTest, OfB3TheLastCounts) {
  this->arrive("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0");
  this->arrive("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d");
  EXPECT_EQ(chain_of("b3").extract(this->reader()).sampling(), baton::Sampling::debug);
}

TYPED_TEST(KafkaHeadersTest, ANameWithANulIsNotWritten) {
  this->writer().set("a\0b"sv, "1");
  EXPECT_EQ(this->raw(), FieldList{});
  this->arrive("a", "1");
  EXPECT_EQ(this->reader().get("a\0b"sv), std::nullopt);
  this->writer().erase("a\0b"sv);
  EXPECT_EQ(this->raw(), (FieldList{{"a", "1"}}));
}

TYPED_TEST(KafkaHeadersTest, AnEmptyNameIsNoOtherName) {
  this->arrive("", "1");
  EXPECT_EQ(this->reader().get(""), "1");
  for (const std::string& name : {std::string("a\0b", 3), std::string(100, 'n')}) {
    EXPECT_EQ(this->reader().get(name), std::nullopt);
    EXPECT_EQ(this->all(name), Values{});
  }
  this->arrive(std::string(100, 'n'), "2");
  EXPECT_EQ(this->reader().get(std::string(100, 'n')), "2");
  EXPECT_EQ(this->all(std::string(100, 'N')), Values{"2"});
}

template <class Carrier>
std::string_view first_name(const Carrier& carrier) {
  std::string_view name;
  carrier.keys([&](std::string_view first) {
    name = first;
    return false;
  });
  return name;
}

TYPED_TEST(KafkaHeadersTest, EraseTakesAViewOfAName) {
  this->arrive("A", "1");
  this->arrive("a", "2");
  auto carrier = this->writer();
  carrier.erase(first_name(carrier));
  EXPECT_EQ(this->raw(), FieldList{});
}

TYPED_TEST(KafkaHeadersTest, SetTakesAViewOfAName) {
  this->arrive("a", "1");
  auto carrier = this->writer();
  carrier.set(first_name(carrier), "2");
  EXPECT_EQ(this->raw(), (FieldList{{"a", "2"}}));
}

TYPED_TEST(KafkaHeadersTest, TenThousandHeadersAndAMegabyteValue) {
  this->arrive("traceparent", parent);
  for (int i = 0; i < 10000; ++i) {
    this->arrive("baggage", "k" + std::to_string(i) + "=v");
    this->arrive("h" + std::to_string(i), "v");
  }
  this->arrive("tracestate", "a=" + std::string(1 << 20, 'x'));
  baton::ExtractReport report;
  const auto chain = chain_of("tracecontext,baggage");
  const baton::Context context = chain.extract(this->reader(), &report);
  EXPECT_EQ(context.span_context().span_id, baton::SpanId(0xb7ad6b7169203331));
  EXPECT_TRUE(context.span_context().trace_state.empty());
  EXPECT_EQ(context.baggage().size(), 180U);
  EXPECT_EQ(report.issue_count(), 2U);
  chain.inject(context_of(other_parent), this->writer());
  EXPECT_EQ(this->raw().size(), 10001U);
}

TEST(KafkaHeadersCarrierTest, ReadsWithoutCopying) {
  const HeadersPointer list = make_headers({{"a", "1"}});
  const void* value = nullptr;
  std::size_t size = 0;
  rd_kafka_header_get_last(list.get(), "a", &value, &size);
  EXPECT_EQ(ConstHeadersCarrier(list.get()).get("a")->data(), value);
}

TEST(KafkaHeadersCarrierTest, ErasesAnyNumberOfHeadersBetweenOthers) {
  for (std::size_t count = 1; count <= 64; ++count) {
    Headers headers(count, {"b3", "d"});
    headers.emplace(headers.begin(), "first", "1");
    headers.emplace_back("last", "2");
    const HeadersPointer list = make_headers(headers);
    HeadersCarrier(*list).erase("b3");
    EXPECT_EQ(to_headers(list.get()), (Headers{{"first", "1"}, {"last", "2"}})) << count;
  }
}

TEST(KafkaHeadersCarrierTest, NoListIsAnEmptyOne) {
  const ConstHeadersCarrier carrier(nullptr);
  EXPECT_EQ(carrier.get("a"), std::nullopt);
  carrier.get_all("a", [](std::string_view) { return ADD_FAILURE(), true; });
  EXPECT_EQ(chain_of("tracecontext,baggage,b3").extract(carrier), baton::Context());
}

}  // namespace
