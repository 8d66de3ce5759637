// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "carriers/kafka/appending_carrier.hpp"
#include "carriers/kafka/c_name.hpp"
#include "support.hpp"
#include "support/everything.hpp"

namespace {

using namespace kafka_test;
using baton::kafka::internal::AppendingCarrier;
using baton::kafka::internal::CName;
using baton::kafka::internal::is_plain;
using baton::test::everything;

// The compiler checks this: a constant cannot result from a write beyond an array's end. No
// sanitizer detects that within an object.

template <std::size_t size>
constexpr bool is_kept() {
  std::array<char, size + 1> text{};
  std::fill_n(text.begin(), size, 'n');
  const CName name(std::string_view(text.data(), size));
  return name.get() != nullptr && std::string_view(name.get()) == text.data();
}

static_assert(is_kept<0>());
static_assert(is_kept<1>());
static_assert(is_kept<CName::max_size - 1>());
static_assert(is_kept<CName::max_size>());
static_assert(!is_kept<CName::max_size + 1>());
static_assert(!is_kept<CName::max_size + 2>());
static_assert(CName(std::string_view("a\0b", 3)).get() == nullptr);
static_assert(CName(std::string_view("\0", 1)).get() == nullptr);

// What the compiler computes shows no mutant.
TEST(KafkaNames, HaveNoMoreThanTheirLimit) {
  EXPECT_TRUE(is_kept<CName::max_size>());
  EXPECT_FALSE(is_kept<CName::max_size + 1>());
}

TEST(KafkaNames, OfAllFormatsAreShortEnoughAndPlain) {
  for (const std::string_view field : everything().fields()) {
    EXPECT_NE(CName(field).get(), nullptr) << field;
    EXPECT_TRUE(is_plain(field)) << field;
  }
}

TEST(KafkaNames, WithACapitalOrANulAreNotPlain) {
  for (std::size_t size = 1; size <= 40; ++size) {
    EXPECT_TRUE(is_plain(std::string(size, 'a')));
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string name(size, '-');
        name[at] = static_cast<char>(byte);
        const bool is_bad = byte == 0 || (byte >= 'A' && byte <= 'Z');
        EXPECT_EQ(is_plain(name), !is_bad) << size << ' ' << at << ' ' << byte;
      }
    }
  }
}

TEST(KafkaNames, OfAnyLengthAreAppendedOnce) {
  for (std::size_t size = 1; size <= 200; ++size) {
    const HeadersPointer list(rd_kafka_headers_new(0));
    AppendingCarrier carrier(*list, [](std::string_view) { return true; });
    const std::string name(size, 'a');
    carrier.set(name, "1");
    carrier.set(name, "2");
    EXPECT_EQ(to_headers(list.get()), (Headers{{name, "2"}})) << size;
  }
}

}  // namespace
