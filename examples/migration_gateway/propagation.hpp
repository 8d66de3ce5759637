// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http.hpp"

namespace gateway {

/// What the gateway is there for: a request comes with the trace context in an old format, and goes
/// on with it in a new one, or in both. Which ones, `baton::global_chain()` says. Stateless but for
/// the switch; all threads share one.
class Propagation {
 public:
  explicit Propagation(bool is_on) : is_on_(is_on) {}

  /// Makes the context that came with a request that of a call of our own.
  void translate(RequestHeader& request) const;

  /// Takes out all fields of the chain's formats, those of families (`uberctx-…`) too, which
  /// injecting could not.
  void remove_own(http::fields& fields) const;

 private:
  bool is_on_;
};

}  // namespace gateway
