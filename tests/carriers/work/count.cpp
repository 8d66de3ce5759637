// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

namespace {

std::size_t counted = 0;

}  // namespace

extern "C" void __sanitizer_cov_trace_pc() { ++counted; }

namespace work_test {

std::size_t blocks() noexcept { return counted; }

}  // namespace work_test
