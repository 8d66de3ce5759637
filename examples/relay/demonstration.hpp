// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "client.hpp"
#include "paint.hpp"

namespace relay {

enum class Format : std::uint8_t { text, json };

struct Demonstration {
  std::string output;
  std::size_t broken = 0;  ///< traces
};

/// Sends one request of each kind of caller, and shows their journeys.
[[nodiscard]] Demonstration demonstrate(boost::asio::io_context& io, Client& client,
                                        unsigned short port, Format format, Style style);

}  // namespace relay
