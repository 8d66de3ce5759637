// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace baton::tool::probe {

/// What the command line of `baton probe` asks for. Texts are not parsed yet.
struct ProbeArguments {
  std::string url;
  std::string call = "body";
  std::string propagators = "tracecontext,baggage";
  std::string written;  ///< empty: as `propagators`
  std::string listen = "127.0.0.1:0";
  bool names_listen = false;  ///< whether `--listen` is given
  std::string callback;
  std::vector<std::string> headers;
  std::string method;
  std::string spans = "any";
  std::vector<std::string> only;
  std::vector<std::string> skip;
  bool list = false;
  bool lists_all = false;  ///< `--list` without `--propagators`
  unsigned random = 100;
  std::uint64_t seed = 1;
  unsigned rate = 100;
  double timeout = 5;
  unsigned max_time = 300;
  bool strict = false;
  bool json = false;
  std::string junit;
  bool verbose = false;
  std::string color = "auto";
};

/// Adds the command's options, which write to `arguments`.
void add_options(CLI::App& command, ProbeArguments& arguments);

}  // namespace baton::tool::probe
