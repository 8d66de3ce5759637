// SPDX-License-Identifier: Apache-2.0
#include "baton/carrier.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "support/fields.hpp"

namespace baton {
namespace {

using test::Fields;

static_assert(ReadableCarrier<Fields> && WritableCarrier<Fields>);
static_assert(!ReadableCarrier<std::map<std::string, std::string>>);
static_assert(ReadableCarrier<MapCarrier<const std::map<std::string, std::string>>>);
static_assert(!WritableCarrier<MapCarrier<const std::map<std::string, std::string>>>);
static_assert(std::is_trivially_copyable_v<CarrierReader> &&
              sizeof(CarrierReader) == 2 * sizeof(void*));
static_assert(std::is_trivially_copyable_v<CarrierWriter> &&
              sizeof(CarrierWriter) == 2 * sizeof(void*));

std::vector<std::string> all_of(CarrierReader reader, std::string_view name,
                                std::size_t most = 99) {
  std::vector<std::string> values;
  reader.get_all(name, [&](std::string_view value) {
    values.emplace_back(value);
    return values.size() < most;
  });
  return values;
}

TEST(CarrierReaderTest, SeesTheCarrier) {
  const Fields fields = {{"a", "1"}, {"b", "2"}, {"A", "3"}};
  const CarrierReader reader(fields);
  EXPECT_EQ(reader.get("a"), "1");
  EXPECT_FALSE(reader.get("c"));
  EXPECT_EQ(all_of(reader, "a"), std::vector<std::string>({"1", "3"}));
  EXPECT_EQ(all_of(reader, "a", 1), std::vector<std::string>({"1"}));
  EXPECT_TRUE(all_of(reader, "c").empty());
  std::vector<std::string> names;
  reader.keys([&](std::string_view name) {
    names.emplace_back(name);
    return names.size() < 2;
  });
  EXPECT_EQ(names, std::vector<std::string>({"a", "b"}));
}

TEST(CarrierReaderTest, ACopySeesTheSame) {
  const Fields fields = {{"a", "1"}};
  const CarrierReader reader(fields);
  const CarrierReader copy = reader;
  EXPECT_EQ(copy.get("a"), "1");
}

TEST(CarrierReaderTest, AnEmptyValueIsAValue) {
  const Fields fields = {{"a", ""}};
  EXPECT_EQ(CarrierReader(fields).get("a"), "");
}

TEST(CarrierWriterTest, ChangesTheCarrier) {
  Fields fields = {{"a", "1"}, {"A", "2"}, {"b", "3"}};
  const CarrierWriter writer(fields);
  writer.set("a", "9");
  writer.erase("b");
  const CarrierWriter copy = writer;
  copy.set("c", "4");
  EXPECT_EQ(fields.sorted(), std::vector<Fields::Pair>({{"a", "9"}, {"c", "4"}}));
}

TEST(CarrierWriterTest, TakesATemporaryThatViewsSomethingElse) {
  std::map<std::string, std::string> map;
  CarrierWriter(MapCarrier(map)).set("a", "1");
  EXPECT_EQ(map.at("a"), "1");
}

template <class Map>
class MapCarrierTest : public testing::Test {};

using Maps = testing::Types<std::map<std::string, std::string>,
                            std::map<std::string, std::string, std::less<>>,
                            std::unordered_map<std::string, std::string>>;
TYPED_TEST_SUITE(MapCarrierTest, Maps);

TYPED_TEST(MapCarrierTest, ReadsAndWrites) {
  TypeParam map = {{"a", "1"}, {"b", "2"}};
  const MapCarrier carrier(map);
  carrier.set("a", "9");
  carrier.set("c", "3");
  carrier.erase("b");
  carrier.erase("absent");
  EXPECT_EQ(map, (TypeParam{{"a", "9"}, {"c", "3"}}));

  const TypeParam& constant = map;
  const MapCarrier reading(constant);
  const CarrierReader reader(reading);
  EXPECT_EQ(reader.get("a"), "9");
  EXPECT_FALSE(reader.get("A")) << "names compare as in the map";
  EXPECT_FALSE(reader.get("b"));
  EXPECT_EQ(all_of(reader, "c"), std::vector<std::string>({"3"}));
  EXPECT_TRUE(all_of(reader, "b").empty());
  std::size_t names = 0;
  reader.keys([&](std::string_view) { return ++names < 99; });
  EXPECT_EQ(names, 2U);
  names = 0;
  reader.keys([&](std::string_view) { return ++names < 1; });
  EXPECT_EQ(names, 1U);
}

TEST(FunctionRefTest, CallsWhatItViews) {
  int calls = 0;
  const auto count = [&](int by) { return calls += by; };
  const FunctionRef<int(int)> view(count);
  EXPECT_TRUE(view);
  EXPECT_EQ(view(2), 2);
  const FunctionRef<int(int)> copy = view;
  EXPECT_EQ(copy(3), 5);
  EXPECT_EQ(calls, 5);
}

TEST(FunctionRefTest, DefaultViewsNothing) { EXPECT_FALSE(FunctionRef<void()>()); }

TEST(FunctionRefTest, KeepsReferences) {
  int value = 0;
  const auto set = [](int& out) { out = 7; };
  const FunctionRef<void(int&)> view(set);
  view(value);
  EXPECT_EQ(value, 7);
}

int visited = 0;
bool visit_plainly(std::string_view) { return ++visited < 2; }

TEST(FunctionRefTest, ViewsAPlainFunction) {
  visited = 0;
  const TextVisitor visitor = visit_plainly;
  EXPECT_TRUE(visitor("a"));
  EXPECT_FALSE(visitor("b"));
}

struct ConstWriter {
  int* calls;
  void set(std::string_view, std::string_view) const { ++*calls; }
  void erase(std::string_view) const { ++*calls; }
};

TEST(CarrierWriterTest, ViewsACarrierThatIsConst) {
  int calls = 0;
  const ConstWriter carrier{&calls};
  const CarrierWriter writer(carrier);
  writer.set("a", "1");
  writer.erase("a");
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace baton
