// SPDX-License-Identifier: Apache-2.0
// Build it with clang++ -fsanitize=fuzzer,address, together with the middleware.
#include <baton/testing/libfuzzer.hpp>

#include "middleware.hpp"

BATON_TESTING_MUTATES_FIELDS

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boost::beast::http::fields request;
  for (const auto& [name, value] : baton::testing::fields_of(data, size)) {
    if (name.size() < 1000 && value.size() < 20'000) request.insert(name, value);
  }
  read_caller(request);
  return 0;
}
