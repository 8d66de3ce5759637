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

  /// Nothing if it is no URL of `http:`; then `error` is a sentence about the reason, but for its
  /// first word: whose value it is.
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view url, std::string& error);
};

/// Reports a URL that `Endpoint::parse` does not take, as the value of `name`, and clears it.
void check_endpoint(std::string_view name, std::string& url, Errors& errors);

}  // namespace baton::detail
