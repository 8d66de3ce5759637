// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/testing/rapidcheck.hpp"
#include "oracle/fields.hpp"

/// The generators of the kit, for the laws.
namespace generators {

using namespace baton::testing;

inline oracle::Fields carrier_of(const FieldList& list) {
  oracle::Fields fields;
  for (const auto& [name, value] : list) fields.add(name, value);
  return fields;
}

}  // namespace generators
