#include "baton/propagator.hpp"

#include <algorithm>

#include "chars.hpp"

namespace baton {

bool Propagator::owns(std::string_view field) const noexcept {
  const auto names = read_fields();
  return std::any_of(names.begin(), names.end(), [field](std::string_view name) {
    return detail::equals_ignoring_case(field, name);
  });
}

}  // namespace baton
