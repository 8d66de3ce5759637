// SPDX-License-Identifier: Apache-2.0
#include "baton/format.hpp"

#ifndef __cpp_lib_format
#error "this standard library has no std::format"
#endif

#include "log/formats.hpp"

int main() {
  return baton::test::check_formats([](std::string_view format, const auto& value) {
    return std::vformat(format, std::make_format_args(value));
  });
}
