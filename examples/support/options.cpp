// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <iostream>
#include <string>

namespace example {

std::optional<int> parse_options(CLI::App& app, int count, char** arguments) {
  try {
    app.parse(count, arguments);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return 0;
  } catch (const CLI::ParseError& error) {
    std::string line = error.what();
    std::replace(line.begin(), line.end(), '\n', ' ');
    const std::string& name = app.get_name();
    std::cerr << name << ": " << line << "; see " << name << " --help\n";
    return 2;
  }
}

}  // namespace example
