// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "support/count_instructions.hpp"

namespace baton::test {

/// For test_cost.py, which knows the relations that must hold between names and sizes.
template <class Action>
void count(std::string_view name, std::size_t size, const Action& action) {
  count_instructions(action);
  name_count(std::string(name) + '/' + std::to_string(size));
}

}  // namespace baton::test
