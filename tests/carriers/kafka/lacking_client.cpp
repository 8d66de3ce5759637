// SPDX-License-Identifier: Apache-2.0

/// A library that loads the plugin as librdkafka does, and has none of its functions.

#include <cstddef>

using Init = int(void* conf, void** opaque, char* reason, std::size_t reason_size);

extern "C" [[gnu::visibility("default")]] int call_init(Init* init, char* reason,
                                                        std::size_t reason_size) {
  const volatile int error = init(nullptr, nullptr, reason, reason_size);  // no tail call
  return error;
}
