// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <threads.h>

#include <cstdint>
#include <memory>

// librdkafka starts its threads by C11's function, which ThreadSanitizer does not know: such a
// thread would crash at once. librdkafka finds this function first, which uses POSIX's.

namespace {

struct Start {
  thrd_start_t function;
  void* argument;
};

void* run(void* memory) {
  const std::unique_ptr<Start> start(static_cast<Start*>(memory));
  return reinterpret_cast<void*>(std::intptr_t{start->function(start->argument)});
}

}  // namespace

extern "C" int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  if (pthread_create(thread, nullptr, run, start.get()) != 0) return thrd_error;
  static_cast<void>(start.release());
  return thrd_success;
}

extern "C" int thrd_join(thrd_t thread, int* result) {
  void* returned = nullptr;
  if (pthread_join(thread, &returned) != 0) return thrd_error;
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(returned));
  return thrd_success;
}
