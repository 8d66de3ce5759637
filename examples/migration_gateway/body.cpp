// SPDX-License-Identifier: Apache-2.0
#include "body.hpp"

#include <array>
#include <boost/beast/core/buffers_cat.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/error.hpp>
#include <utility>

namespace gateway {
namespace {

/// Reads the available bytes, up to the size of `part`. Returns 0 only at the end of the body.
template <class Parser>
net::awaitable<std::size_t> read_part(Peer& source, Parser& parser, net::mutable_buffer part,
                                      error_code& error) {
  auto& body = parser.get().body();
  body.data = part.data();
  body.size = part.size();
  while (!parser.is_done() && body.size == part.size()) {
    if (source.received().size() > 0) {
      const std::size_t used = parser.put(source.received().data(), error);
      source.received().consume(used);
      if (error == http::error::need_buffer) error.clear();
      if (!error) continue;
      if (error != http::error::need_more) break;
      error.clear();
      if (body.size != part.size()) break;
    }
    source.start_read_clock();
    co_await source.receive(error);
    source.stop_read_clock();
    if (error == net::error::eof) parser.put_eof(error);
    if (error) break;
  }
  co_return part.size() - body.size;
}

/// Sends all in one write: a small message is one packet.
net::awaitable<void> send_part(Peer& sink, Framing framing, const std::string& head,
                               net::const_buffer part, const std::string& tail, error_code& error) {
  if (framing == Framing::chunked && part.size() > 0) {
    return sink.send(
        boost::beast::buffers_cat(net::buffer(head), http::make_chunk(part), net::buffer(tail)),
        error);
  }
  return sink.send(std::array<net::const_buffer, 3>{net::buffer(head), part, net::buffer(tail)},
                   error);
}

std::string last_chunk(const http::fields& trailers) {
  std::string text = "0\r\n";
  append_fields(text, trailers);
  return text += "\r\n";
}

}  // namespace

template <class Parser>
net::awaitable<Passage> relay_body(Peer& source, Parser& parser, Peer& sink, Framing framing,
                                   std::string head, const FieldFilter& filter, error_code& error) {
  std::string tail;
  parser.eager(true);
  if (source.received().size() == 0 && !parser.is_done()) {
    co_await sink.send(net::buffer(head), error);  // the body may be slow
    if (error) co_return Passage::sink_failed;
    head.clear();
  }
  for (bool is_done = false; !is_done;) {
    std::size_t size = 0;
    if (!parser.is_done()) size = co_await read_part(source, parser, source.part(), error);
    if (error) co_return Passage::source_failed;
    is_done = parser.is_done();
    if (is_done && framing == Framing::chunked) {
      filter(parser.get());  // the trailers: the header was moved out
      tail = last_chunk(parser.get());
    }
    co_await send_part(sink, framing, head, net::buffer(source.part(), size), tail, error);
    if (error) co_return Passage::sink_failed;
    head.clear();
  }
  co_return Passage::complete;
}

template net::awaitable<Passage> relay_body(Peer&, RequestParser&, Peer&, Framing, std::string,
                                            const FieldFilter&, error_code&);
template net::awaitable<Passage> relay_body(Peer&, ResponseParser&, Peer&, Framing, std::string,
                                            const FieldFilter&, error_code&);

}  // namespace gateway
