// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;

/// The header that a line includes, or nothing.
std::string_view included_by(std::string_view line) {
  constexpr std::string_view directive = "#include";
  if (!line.starts_with(directive)) return {};
  line.remove_prefix(directive.size());
  const std::size_t begin = line.find_first_of("<\"");
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin + 1);
  return line.substr(0, line.find_first_of(">\""));
}

// Users compile these headers with any version of those libraries, or without them.
TEST(PublicHeadersTest, NeedOnlyTheStandardLibraryAndExpected) {
  const char* const folder = std::getenv("BATON_PUBLIC_HEADERS");
  ASSERT_NE(folder, nullptr);
  std::size_t headers = 0;
  std::size_t includes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".hpp") continue;
    const std::string name = fs::relative(entry.path(), folder).string();
    ++headers;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const std::string_view header = included_by(line);
      if (header.empty()) continue;
      ++includes;
      EXPECT_FALSE(header.starts_with("absl/")) << name << ": " << header;
      if (header.starts_with("boost/")) {
        EXPECT_TRUE(name == "carriers/beast.hpp" || name == "asio.hpp" || name == "log/boost.hpp" ||
                    name.starts_with("carriers/celery/"))
            << name << ": " << header;
      }
      if (header.starts_with("opentelemetry/")) {
        EXPECT_TRUE(name.starts_with("bindings/opentelemetry/")) << name << ": " << header;
      }
      if (name.starts_with("carriers/") || name.starts_with("log/")) continue;
      if (name.starts_with("bindings/") || name.starts_with("testing/")) continue;
      if (name == "asio.hpp" || name == "fmt.hpp") continue;
      const bool is_standard = header.find_first_of("./") == std::string_view::npos;
      EXPECT_TRUE(is_standard || header.starts_with("baton/") || header == "tl/expected.hpp")
          << name << ": " << header;
    }
  }
  EXPECT_GE(headers, 18U);
  EXPECT_GE(includes, 50U);
}

}  // namespace
