// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// Counts the work that librdkafka does for a carrier: a program with counting.cpp calls its
/// functions instead of librdkafka's, and they forward the calls.
namespace kafka_test {

struct Work {
  std::size_t calls = 0;
  std::size_t seen = 0;   ///< headers that were looked at, one call after the other
  std::size_t moved = 0;  ///< headers that changed their place
  std::size_t removals = 0;
  std::size_t asked = 0;  ///< how often a message was asked for its headers; none of the calls

  [[nodiscard]] std::size_t all() const noexcept { return seen + moved; }
};

inline Work work;

/// A librdkafka that does not remove headers with an empty name.
inline bool keeps_empty_names = false;

}  // namespace kafka_test
