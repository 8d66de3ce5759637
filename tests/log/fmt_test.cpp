// SPDX-License-Identifier: Apache-2.0
#include "baton/fmt.hpp"

#include "log/formats.hpp"

int main() {
  return baton::test::check_formats([](std::string_view format, const auto& value) {
    return fmt::format(fmt::runtime(format), value);
  });
}
