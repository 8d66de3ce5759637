// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/carrier.hpp"

namespace baton::detail {

/// Sends no field without a value, and no stale field.
inline void set_or_erase(CarrierWriter carrier, std::string_view field, std::string_view value) {
  if (value.empty()) {
    carrier.erase(field);
  } else {
    carrier.set(field, value);
  }
}

}  // namespace baton::detail
