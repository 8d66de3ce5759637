// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "baton/registry.hpp"

namespace oracle {

/// What the library claims of a format. The laws compare the format to it.
inline const baton::FormatTraits& traits_of(const std::string& format) {
  for (const auto& known : baton::registered_propagators()) {
    if (known.traits.name == format) return known.traits;
  }
  throw std::out_of_range("no format of the name " + format);
}

inline const baton::Vocabulary& vocabulary_of(const std::string& format) {
  return traits_of(format).says;
}

}  // namespace oracle
