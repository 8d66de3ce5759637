// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton::kafka::plugin {

/// Binds the plugin to the librdkafka that holds this address, which is the one that has loaded it.
/// A process may have several, and the plugin may see none of them by name: Python's wheels have a
/// copy of their own. So the plugin is linked with none, and looks up its functions.
///
/// Returns what is wrong, or nothing. May be called again, by any thread; another librdkafka of the
/// same process is an error then.
[[nodiscard]] std::string bind_client(const void* address);

}  // namespace baton::kafka::plugin
