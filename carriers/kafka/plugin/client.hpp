// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton::kafka::plugin {

/// Binds the plugin to the librdkafka that holds this address, which is the one that has loaded it.
/// There may be several in a process, and none need be visible to the plugin by name: Python's
/// wheels bring a copy of their own. So the plugin is linked with none, and looks its functions up.
///
/// Gives what is wrong, or nothing. May be called again, by any thread; another librdkafka of the
/// same process is an error then.
[[nodiscard]] std::string bind_client(const void* address);

}  // namespace baton::kafka::plugin
