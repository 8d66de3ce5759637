// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <variant>

#include "support/url.hpp"

namespace gateway {

/// The options of the command line.
struct Options {
  example::Url upstream;
  std::string address = "127.0.0.1";
  unsigned short port = 0;
  unsigned short admin_port = 0;
  std::size_t threads = 1;
  std::size_t max_connections = 4096;
  bool propagates = true;
  std::chrono::seconds client_timeout{30};
  std::chrono::seconds upstream_timeout{30};
  std::chrono::seconds grace{10};
};

/// What to print instead of running, and the exit status: 0 for help, 2 for wrong usage.
struct EarlyExit {
  int status;
  std::string text;
};

[[nodiscard]] std::variant<Options, EarlyExit> parse_options(int count, const char* const* words);

}  // namespace gateway
