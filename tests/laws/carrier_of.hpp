// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/testing/fields.hpp"
#include "oracle/fields.hpp"

namespace laws {

/// Fields as the laws and the reference readers take them.
inline oracle::Fields carrier_of(const baton::testing::FieldList& list) {
  oracle::Fields fields;
  for (const auto& [name, value] : list) fields.add(name, value);
  return fields;
}

}  // namespace laws
