#include "input.hpp"
#include "laws/b3_laws.hpp"

/// Lines of a letter for the name and the value.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> names = {
      "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"};
  laws::check_b3(fuzz::Input(data, size).fields(names));
  return 0;
}
