// SPDX-License-Identifier: Apache-2.0
#include "text/bounded_writer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace baton::detail {
namespace {

constexpr char decode(char c) { return c == '~' ? '=' : c; }

constexpr bool writes_at_compile_time() {
  BoundedWriter<6> out;
  return out.append("ab").append('-').append("").append_encoded("~c~", decode).view() == "ab-=c=";
}
static_assert(writes_at_compile_time());

TEST(BoundedWriterTest, WritesAtRunTimeAsAtCompileTime) { EXPECT_TRUE(writes_at_compile_time()); }

TEST(BoundedWriterTest, WritesNothingAtFirst) {
  EXPECT_EQ(BoundedWriter<0>().view(), "");
  EXPECT_EQ(BoundedWriter<4>().view(), "");
}

TEST(BoundedWriterTest, WritesHexToTheLastPlace) {
  BoundedWriter<33> out;
  out.append_hex(0x0123456789abcdef).append('/').append_hex(0xf);
  EXPECT_EQ(out.view(), "0123456789abcdef/000000000000000f");
}

TEST(BoundedWriterTest, WritesDecimalsToTheLastPlace) {
  BoundedWriter<34> out;
  out.append_decimal(0).append(',').append_decimal(std::numeric_limits<std::uint64_t>::max());
  out.append(',').append_decimal(std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(out.view(), "0,18446744073709551615,-2147483648");
}

}  // namespace
}  // namespace baton::detail
