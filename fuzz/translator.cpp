// SPDX-License-Identifier: Apache-2.0
#include "fuzz/format.hpp"
#include "fuzz/input.hpp"
#include "laws/format_laws.hpp"

/// Linked once for each translated format.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const oracle::Fields fields = fuzz::Input(data, size).named_fields();
  laws::check_format(fuzz::format, fields);
  laws::check_binary_format(fuzz::format, fields);
  return 0;
}
