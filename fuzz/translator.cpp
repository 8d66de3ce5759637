// SPDX-License-Identifier: Apache-2.0
#include "fuzz/input.hpp"
#include "laws/format_laws.hpp"

/// Built once for each translated format.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const oracle::Fields fields = fuzz::Input(data, size).named_fields();
  laws::check_format(BATON_FORMAT, fields);
  laws::check_binary_format(BATON_FORMAT, fields);
  return 0;
}
