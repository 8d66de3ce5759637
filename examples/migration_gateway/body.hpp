// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "fields.hpp"
#include "peer.hpp"

namespace gateway {

/// How the receiver of a message knows where its body ends.
enum class Framing : std::uint8_t { none, length, chunked, until_close };

/// What became of a body on its way.
enum class Passage : std::uint8_t {
  complete,
  source_failed,  ///< could not be read to its end
  sink_failed,    ///< could not be written
};

/// Sends `head`, then passes the body on part by part: no more is read than could be sent. Trailers
/// of a chunked body go through `filter` like other fields.
template <class Parser>
net::awaitable<Passage> relay_body(Peer& source, Parser& parser, Peer& sink, Framing framing,
                                   std::string head, const FieldFilter& filter, error_code& error);

}  // namespace gateway
