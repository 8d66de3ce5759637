// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "baton/testing/shown.hpp"

namespace laws {

/// A broken law. It is an exception: RapidCheck shrinks the input of one, libFuzzer keeps it, and
/// both show the text.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

using baton::testing::shown;

inline void require(bool holds, std::string_view law) {
  if (!holds) throw Broken(std::string(law));
}

inline void require_same(std::string_view ours, std::string_view expected, std::string_view law) {
  if (ours != expected) {
    throw Broken(std::string(law) + ": " + shown(ours) + " is not " + shown(expected));
  }
}

}  // namespace laws
