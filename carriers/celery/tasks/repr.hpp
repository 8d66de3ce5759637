// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace baton::celery::internal {

/// Values as Python shows them, for people who read logs: `(1, 'a', None)` and `{'k': True}`.
/// Beyond 1024 bytes, the text is cut and ends in "..."; deeply nested values are "..." too.
[[nodiscard]] std::string repr_of_args(const boost::json::array& args);
[[nodiscard]] std::string repr_of_kwargs(const boost::json::object& kwargs);

}  // namespace baton::celery::internal
