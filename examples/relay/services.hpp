// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/listener.hpp"

namespace relay {

/// The service for callers: continues their trace, and calls the backend.
[[nodiscard]] example::Handler make_edge(unsigned short backend_port);

/// The service behind it.
[[nodiscard]] example::Handler make_backend();

}  // namespace relay
