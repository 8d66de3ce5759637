#include "input.hpp"
#include "laws/format_laws.hpp"

/// Built once for each format that is translated.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  laws::check_format(BATON_FORMAT, fuzz::Input(data, size).named_fields());
  return 0;
}
