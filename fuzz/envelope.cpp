// SPDX-License-Identifier: Apache-2.0
#include "laws/envelope_laws.hpp"

#include "fuzz/input.hpp"

/// An envelope of Celery.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string& text = input.text();
  laws::check_envelope(text);
  laws::check_body(text);
  return 0;
}
