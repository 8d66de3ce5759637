// SPDX-License-Identifier: Apache-2.0
#include "fuzz/input.hpp"
#include "laws/celery_laws.hpp"

/// The text is an envelope, and then a body.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  laws::check_envelope(fuzz::Input(data, size).text());
  return 0;
}
