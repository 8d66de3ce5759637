// SPDX-License-Identifier: Apache-2.0
/// A server that forks its workers: their ids never repeat, and the current context remains.

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <system_error>
#include <unordered_set>

#include "order.hpp"

namespace {

constexpr int workers = 8;
constexpr int ids_of_each = 100'000;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void report(std::string_view what) {
  std::cout << what << baton::log_fields() << '\n' << std::flush;
}

/// Makes ids, and tells them to the parent.
[[noreturn]] void work(std::FILE* output) {
  report("worker started");
  bool told = true;
  for (int i = 0; i < ids_of_each && told; ++i) {
    const std::uint64_t id = baton::SpanId::random().value();
    told = std::fwrite(&id, sizeof(id), 1, output) == 1;
  }
  ::_exit(std::fclose(output) == 0 && told ? EXIT_SUCCESS : EXIT_FAILURE);
}

/// Forks a worker. Returns what it tells.
std::FILE* start_worker() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) fail("pipe");
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) work(::fdopen(ends[1], "wb"));
  ::close(ends[1]);
  return ::fdopen(ends[0], "rb");
}

}  // namespace

int main() {
  const baton::Context startup = example::new_trace();
  const baton::Scope scope(startup);
  report("server started");

  std::array<std::FILE*, workers> outputs{};
  for (std::FILE*& output : outputs) output = start_worker();
  std::unordered_set<std::uint64_t> ids;
  std::size_t count = 0;
  for (std::FILE* output : outputs) {
    std::uint64_t id = 0;
    for (; std::fread(&id, sizeof(id), 1, output) == 1; ++count) ids.insert(id);
    if (std::fclose(output) != 0) fail("fclose");
  }
  while (::wait(nullptr) > 0) {
  }
  std::cout << workers << " workers made " << count << " ids, " << count - ids.size()
            << " of them repeated\n";
}
