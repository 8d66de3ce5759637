// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tools/probe/case.hpp"
#include "tools/probe/judge.hpp"
#include "tools/probe/observation.hpp"
#include "tools/probe/url.hpp"

namespace baton::tool::probe {

/// After so many requests in a row without an answer or a call, the service is given up.
inline constexpr std::size_t max_failures_in_a_row = 10;

/// How a service is probed.
struct RunOptions {
  Url url;
  CallMode call = CallMode::body;
  std::string method;
  std::vector<std::string> headers;  ///< more field lines of each request
  HostAndPort listen{"127.0.0.1", 0};
  std::string callback;  ///< the listener's address as the service knows it; empty: as it is
  unsigned rate = 100;   ///< requests a second, at most
  std::chrono::milliseconds timeout{5000};  ///< for one request, and the calls that it causes
  std::chrono::seconds max_time{300};       ///< for the whole run
  /// Called before each case, with the number of those that are done.
  std::function<void(std::size_t)> on_progress;
};

/// What was seen, one observation for each case.
struct Run {
  std::vector<Observation> seen;
  std::string stopped;            ///< why the run ended early; empty: it did not
  std::size_t unknown_calls = 0;  ///< requests to the listener that belong to no case
};

/// Sends the cases, one after the other. The first one is a plain one: if it is not served, the
/// others are not sent. It is sent again after each hostile one. The error is a sentence: no
/// service, or no listener.
[[nodiscard]] tl::expected<Run, std::string> run_cases(const RunOptions& options,
                                                       const std::vector<Case>& cases);

}  // namespace baton::tool::probe
