#include "error_name.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <string>

namespace baton::tool {
namespace {

constexpr std::uint32_t most_codes = 1000;

/// The enumerators as the header declares them.
std::map<std::uint32_t, std::string> declared_codes() {
  std::ifstream header(BATON_ERROR_HEADER);
  const std::regex enumerator(R"(^  (\w+) = (\d+),.*)");
  std::map<std::uint32_t, std::string> codes;
  std::smatch match;
  for (std::string line; std::getline(header, line);) {
    if (std::regex_match(line, match, enumerator)) {
      codes[static_cast<std::uint32_t>(std::stoul(match[2]))] = match[1];
    }
  }
  return codes;
}

TEST(ErrorName, IsTheEnumeratorsOwn) {
  const auto codes = declared_codes();
  ASSERT_GE(codes.size(), 23U);
  for (std::uint32_t number = 0; number < most_codes; ++number) {
    const auto found = codes.find(number);
    EXPECT_EQ(error_name(ErrorCode{number}), found == codes.end() ? "" : found->second) << number;
  }
}

TEST(ErrorName, IsThereWhereverTheLibraryHasWords) {
  for (std::uint32_t number = 0; number < most_codes; ++number) {
    const bool is_known = to_string(ErrorCode{number}) != to_string(ErrorCode{});
    EXPECT_EQ(!error_name(ErrorCode{number}).empty(), is_known) << number;
  }
}

}  // namespace
}  // namespace baton::tool
