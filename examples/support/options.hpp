// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

namespace example {

/// Reads the command line. If the program must not run, prints why and returns its exit status: 0
/// after `--help`, 2 after an error.
[[nodiscard]] std::optional<int> parse_options(CLI::App& app, int count, char** arguments);

}  // namespace example
