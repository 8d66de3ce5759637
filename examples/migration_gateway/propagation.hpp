// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http.hpp"

namespace gateway {

/// The purpose of the gateway: a request arrives with the trace context in an old format, and is
/// forwarded with it in a new one, or in both. `baton::global_chain()` has the formats. All threads
/// share one object; its only state is the switch.
class Propagation {
 public:
  explicit Propagation(bool is_on) : is_on_(is_on) {}

  /// Writes the context of a request in the formats that are sent.
  void translate(RequestHeader& request) const;

  /// Removes all fields of the chain's formats, those with a prefix (`uberctx-…`) included, which
  /// `inject` does not know.
  void remove_own(http::fields& fields) const;

 private:
  bool is_on_;
};

}  // namespace gateway
