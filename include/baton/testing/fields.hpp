// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace baton::testing {

/// Names and values of the fields of a request, in order. Any bytes may be in both.
using FieldList = std::vector<std::pair<std::string, std::string>>;

/// The fields for a person, a line each: `name: value`, escaped as `escaped` of `shown.hpp` does,
/// with the size of a value in place of what is behind its first 400 bytes.
[[nodiscard]] std::string shown(const FieldList& fields);

}  // namespace baton::testing
