// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace baton::celery::internal {

/// Values as Python shows them, for people who read logs: `(1, 'a', None)` and `{'k': True}`. Ends
/// in "..." where it would be longer than 1024 bytes; what is nested deeply is "..." too.
[[nodiscard]] std::string repr_of_args(const boost::json::array& args);
[[nodiscard]] std::string repr_of_kwargs(const boost::json::object& kwargs);

}  // namespace baton::celery::internal
