// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <stdexcept>

#include "baton/carriers/http_fields.hpp"
#include "baton/testing/carrier_conformance.hpp"
#include "containers.hpp"

/// As in C libraries for HTTP/2: bytes that another object owns.
struct ForeignField {
  const std::uint8_t* name;
  const std::uint8_t* value;
  std::size_t name_size;
  std::size_t value_size;
};

template <>
struct baton::http::FieldTraits<ForeignField> {
  static std::string_view name(const ForeignField& field) {
    return {reinterpret_cast<const char*>(field.name), field.name_size};
  }
  static std::string_view value(const ForeignField& field) {
    return {reinterpret_cast<const char*>(field.value), field.value_size};
  }
};

namespace {

using namespace baton::testing;
using namespace http_test;
using baton::testing::detail::chain_of;
using baton::testing::detail::full_context;

template <class Container>
struct MapBinding : HeaderBinding<Container> {
  static constexpr bool writes_lines = false;  // it holds any text
  static auto carrier(Container& storage) { return baton::MapCarrier(storage); }
  static auto carrier(const Container& storage) { return baton::MapCarrier(storage); }
};

using CoreMaps = testing::Types<MapBinding<std::map<std::string, std::string>>,
                                MapBinding<std::map<std::string, std::string, std::less<>>>,
                                MapBinding<std::unordered_map<std::string, std::string>>>;

/// A carrier that shows its fields one by one, and gets the rest.
template <class Headers>
class OneByOne : public baton::http::FieldsReader<OneByOne<Headers>> {
 public:
  explicit OneByOne(Headers& headers) : headers_(&headers) {}

  template <class Visitor>
  void fields(Visitor&& visit) const {
    HeaderCarrier(*headers_).fields(visit);
  }
  void set(std::string_view name, std::string_view value) {
    HeaderCarrier(*headers_).set(name, value);
  }
  void erase(std::string_view name) { HeaderCarrier(*headers_).erase(name); }

 private:
  Headers* headers_;
};

struct OneByOneBinding : Pairs {
  static auto carrier(Storage& storage) { return OneByOne(storage); }
  static auto carrier(const Storage& storage) { return OneByOne(storage); }
};

BATON_TEST_CARRIER(OneByOne, OneByOneBinding);
BATON_TEST_CARRIER(Header, Everything);
BATON_TEST_CARRIER(Core, CoreMaps);

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
using Headers = std::vector<std::pair<std::string, std::string>>;

TEST(HeaderCarrier, IsReadOnlyOverViewsAndConstants) {
  using Views = std::vector<std::pair<std::string_view, std::string_view>>;
  static_assert(baton::ReadableCarrier<HeaderCarrier<Views>>);
  static_assert(!baton::WritableCarrier<HeaderCarrier<Views>>);
  static_assert(baton::ReadableCarrier<HeaderCarrier<const Headers>>);
  static_assert(!baton::WritableCarrier<HeaderCarrier<const Headers>>);
  static_assert(!baton::http::HeaderContainer<std::vector<int>>);
  static_assert(!baton::http::HeaderContainer<std::string>);
  static_assert(!baton::http::HeaderContainer<std::vector<std::pair<const char*, const char*>>>);
  const Views views{{"TraceParent", parent}};
  EXPECT_EQ(baton::http::extract(views).span_context().span_id.value(), 0xb7ad6b7169203331U);
}

TEST(HeaderCarrier, ReadsElementsThatATraitDescribes) {
  const std::string name = "Traceparent";
  const ForeignField field{reinterpret_cast<const std::uint8_t*>(name.data()),
                           reinterpret_cast<const std::uint8_t*>(parent.data()), name.size(),
                           parent.size()};
  const std::vector<ForeignField> fields{field};
  static_assert(!baton::WritableCarrier<HeaderCarrier<std::vector<ForeignField>>>);
  EXPECT_EQ(baton::http::extract(fields).span_context().span_id.value(), 0xb7ad6b7169203331U);
}

TEST(HeaderCarrier, SequencesKeepTheirOrderWhenSet) {
  Headers headers{{"a", "1"}, {"B", "2"}, {"c", "3"}, {"b", "4"}, {"d", "5"}};
  HeaderCarrier(headers).set("b", "new");
  EXPECT_EQ(headers, (Headers{{"a", "1"}, {"b", "new"}, {"c", "3"}, {"d", "5"}}));
}

TEST(HttpExtract, TakesChainAndReport) {
  const Headers headers{{"b3", "0"}, {"traceparent", "00-AB"}};
  baton::ExtractReport report;
  EXPECT_EQ(baton::http::extract(headers, {.chain = chain_of("b3")}).sampling(),
            baton::Sampling::drop);
  EXPECT_EQ(baton::http::extract(headers, {.chain = chain_of("b3,tracecontext"), .report = &report})
                .sampling(),
            baton::Sampling::drop);
  EXPECT_EQ(report.issue_count(), 1U);
  report.clear();
  EXPECT_EQ(baton::http::extract(headers, {.report = &report}), baton::Context());
  EXPECT_EQ(report.issue_count(), 1U);
}

TEST(HttpInject, WritesTheCurrentContextUnlessGivenAnother) {
  const baton::Context context = full_context();
  Headers headers;
  baton::http::inject(headers);
  EXPECT_EQ(headers, Headers{});
  {
    const baton::Scope scope(context);
    baton::http::inject(headers);
  }
  EXPECT_EQ(baton::http::extract(headers), context);
  baton::http::inject(headers, baton::Context());
  EXPECT_EQ(headers, Headers{});
  baton::http::inject(headers, context, {.chain = chain_of("b3")});
  EXPECT_EQ(headers, (Headers{{"b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"}}));
}

TEST(HttpServe, RunsTheHandlerInTheContextOfTheRequest) {
  const Headers headers{{"Traceparent", std::string(parent)}, {"Baggage", "a=1"}};
  const baton::Context seen = baton::http::serve(headers, [&](const Headers& request) {
    EXPECT_EQ(&request, &headers);
    return baton::current();
  });
  EXPECT_EQ(seen, baton::http::extract(headers));
  EXPECT_EQ(seen.baggage().get("a"), "1");
  EXPECT_EQ(baton::current(), baton::Context());
}

TEST(HttpServe, StartsNothingWhereNothingCame) {
  const Headers headers;
  EXPECT_EQ(baton::http::serve(headers, [] { return baton::current(); }), baton::Context());
}

TEST(HttpServe, GivesReferencesBackAndLetsExceptionsPass) {
  Headers headers{{"b3", "d"}};
  std::string answer;
  baton::ExtractReport report;
  std::string& same = baton::http::serve(headers, [&]() -> std::string& { return answer; },
                                         {.chain = chain_of("b3"), .report = &report});
  EXPECT_EQ(&same, &answer);
  EXPECT_EQ(report.format(), "b3");
  EXPECT_THROW(baton::http::serve(headers, [] { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_EQ(baton::current(), baton::Context());
}

TEST(HttpInject, ObeysTheRuleForTheDestination) {
  const baton::PropagatorChain chain =
      chain_of("tracecontext,baggage,jaeger")
          .with_trust(
              {.destinations = {{"*.internal", true, true, {"*"}}, {"*", false, false, {"b"}}}});
  baton::Context context = full_context();
  context.set_baggage(baton::Baggage::parse("a=1,b=2"));
  Headers headers;
  baton::http::inject(headers, context, {.chain = chain, .destination = "db.internal"});
  EXPECT_EQ(baton::http::extract(headers), context);
  baton::http::inject(headers, context, {.chain = chain, .destination = "api.partner.example"});
  EXPECT_EQ(headers, (Headers{{"baggage", "b=2"}, {"uberctx-b", "2"}}));
  baton::http::inject(headers, context, {.chain = chain});
  EXPECT_EQ(headers, (Headers{{"baggage", "b=2"}, {"uberctx-b", "2"}}));
}

TEST(HttpInject, NoFamilyOfAnOlderContextRemains) {
  const Headers older = {{"Uberctx-tenant", "old"}, {"a", "1"},       {"uberctx-b", "old"},
                         {"uberctx-b", "older"},    {"uberctx", "1"}, {"ot-baggage-b", "1"}};
  baton::Context context;
  context.set_baggage(baton::Baggage::parse("b=2"));
  Headers headers = older;
  baton::http::inject(headers, context, {.chain = chain_of("jaeger")});
  EXPECT_EQ(headers,
            (Headers{{"a", "1"}, {"uberctx", "1"}, {"ot-baggage-b", "1"}, {"uberctx-b", "2"}}));
  std::multimap<std::string, std::string> map(older.begin(), older.end());
  baton::http::inject(map, context, {.chain = chain_of("jaeger")});
  EXPECT_EQ(map, (std::multimap<std::string, std::string>{
                     {"a", "1"}, {"ot-baggage-b", "1"}, {"uberctx", "1"}, {"uberctx-b", "2"}}));
}

}  // namespace
