// SPDX-License-Identifier: Apache-2.0
#include "laws/sqs_laws.hpp"

#include "fuzz/input.hpp"

/// A request of SQS, or a response.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string& text = input.text();
  laws::check_sqs(text);
  return 0;
}
