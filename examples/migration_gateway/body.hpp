// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "fields.hpp"
#include "peer.hpp"

namespace gateway {

/// How the receiver of a message finds the end of its body.
enum class Framing : std::uint8_t { none, length, chunked, until_close };

/// The result of relaying a body.
enum class Passage : std::uint8_t {
  complete,
  source_failed,  ///< could not be read to its end
  sink_failed,    ///< could not be written
};

/// Sends `head`, then relays the body part by part. Reads a part only after the last one was sent.
/// `filter` is applied to the trailers of a chunked body.
template <class Parser>
net::awaitable<Passage> relay_body(Peer& source, Parser& parser, Peer& sink, Framing framing,
                                   std::string head, const FieldFilter& filter, error_code& error);

}  // namespace gateway
