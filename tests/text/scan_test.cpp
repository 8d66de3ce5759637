// SPDX-License-Identifier: Apache-2.0
#include "text/scan.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "support/fields.hpp"

#if defined(__SSE2__)

namespace baton::detail {
namespace {

/// The marks that are visited, at their places, with blanks between; and `$` if the text is plain.
template <class List>
std::string marks_of(const std::string& text) {
  const test::ExactText exact(text);
  std::string marks(text.size(), ' ');
  std::size_t next = 0;
  const bool is_plain = visit_plain<List>(exact.view(), [&](const Window& window, std::size_t at) {
    EXPECT_EQ(at, next);
    next += window_size;
    for (std::size_t i = 0; i < window_size; ++i) {
      if ((window.equals >> i & 1U) != 0) marks.at(at + i) = '=';
      if ((window.commas >> i & 1U) != 0) marks.at(at + i) = ',';
    }
    return true;
  });
  return is_plain ? marks + '$' : marks;
}

template <class List>
class ScanTest : public testing::Test {};

using Lists = testing::Types<BaggageList, TraceStateList>;
TYPED_TEST_SUITE(ScanTest, Lists);

TYPED_TEST(ScanTest, VisitsMembersOfEverySizeOneAfterTheOther) {
  for (std::size_t key_size = 1; key_size < 140; ++key_size) {
    for (std::size_t value_size = 0; value_size < 140; ++value_size) {
      const std::string member = std::string(key_size, 'k').append("=").append(value_size, 'v');
      const std::string list = "first=1," + member + "," + member + ",last=2";
      std::string expected = list + '$';
      for (char& c : expected) c = std::string_view("=,$").find(c) == std::string::npos ? ' ' : c;
      ASSERT_EQ(marks_of<TypeParam>(list), expected) << key_size << ", " << value_size;
    }
  }
}

// Nothing beyond the first odd character is visited, wherever the windows begin and end.
TYPED_TEST(ScanTest, StopsAtTheFirstOddCharacter) {
  for (std::size_t size = 0; size < 140; ++size) {
    const std::string good = "k=" + std::string(size, 'v');
    const std::string marks = " =" + std::string(size, ' ');
    // With the number of characters that are visited.
    for (const auto& [rest, visited] : {std::pair<std::string_view, std::size_t>{",", 1},
                                        {",,k=v", 1},
                                        {", k=v", 1},
                                        {",=v", 1},
                                        {",kk", 1},
                                        {",kk,k=v", 1},
                                        {",k =v,k=v", 1},
                                        {",k\xff=v,k=v", 1},
                                        {"\x7f,k=v", 0},
                                        {"\t,k=v", 0}}) {
      const std::string expected =
          marks + std::string(rest.substr(0, visited)) + std::string(rest.size() - visited, ' ');
      ASSERT_EQ(marks_of<TypeParam>(good + std::string(rest)), expected) << rest << ", " << size;
    }
  }
}

TEST(ScanTest, OnlyBaggageHasEqualsSignsInValues) {
  EXPECT_EQ(marks_of<BaggageList>("k=v=w,k==,a=1"), " = = , ==, = $");
  EXPECT_EQ(marks_of<TraceStateList>("k=v=w,k=1"), " =       ");
  EXPECT_EQ(marks_of<TraceStateList>("k=v,k==,k=1"), " = , =     ");
}

TEST(ScanTest, StopsIfTheVisitorSaysSo) {
  const std::string list = "k=" + std::string(1000, 'v');
  std::size_t visits = 0;
  const auto visit = [&](const Window&, std::size_t) { return ++visits < 3; };
  EXPECT_FALSE(visit_plain<BaggageList>(list, visit));
  EXPECT_EQ(visits, 3U);
}

TEST(ScanTest, AnEmptyTextIsNotPlain) { EXPECT_EQ(marks_of<BaggageList>(""), ""); }

}  // namespace
}  // namespace baton::detail

#endif
