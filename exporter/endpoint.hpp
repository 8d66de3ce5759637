// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/errors.hpp"

namespace baton::detail {

/// The parts of a URL that a client needs.
struct Endpoint {
  std::string host;  ///< a name, or an address without brackets
  std::string port;
  std::string authority;  ///< the field `Host`
  std::string target;     ///< path and query
  std::string shown;      ///< the URL as it may be logged: without a query, which may be secret

  /// Nothing, with a sentence about the reason in `error`, if it is no URL of `http:`.
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view url, std::string& error);
};

/// Reports a URL that `Endpoint::parse` does not take, and clears it.
void check_endpoint(std::string& url, Errors& errors);

}  // namespace baton::detail
