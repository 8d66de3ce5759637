// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/probe/case.hpp"

namespace baton::tool::probe {

/// How a request to the service ended.
enum class Answer : std::uint8_t {
  answered,  ///< with a status of 200 or more
  not_connected,
  timed_out,
  closed,         ///< before the first byte of an answer
  closed_midway,  ///< within an answer
  not_http,
  too_large,
};

/// What the service answered.
struct Reply {
  Answer answer = Answer::not_connected;
  std::string problem;  ///< what went wrong, in words
  unsigned status = 0;
  std::vector<Header> fields;
  bool dropped_connection = false;  ///< a connection that the service had promised to keep
};

/// A request of the service to the listener.
struct Call {
  unsigned number = 0;  ///< which of the calls that the service was told to make
  std::string problem;  ///< why it could not be read; empty: it was read
  std::vector<Header> fields;
  bool is_late = false;       ///< after the probe had stopped waiting for it
  bool is_too_large = false;  ///< the reason of `problem`
};

/// All that was seen of one case.
struct Observation {
  bool was_run = false;
  Reply reply;
  std::vector<Call> calls;
  double seconds = 0;
  /// After a hostile request: what was seen of a plain one.
  std::unique_ptr<Observation> afterwards;
};

}  // namespace baton::tool::probe
