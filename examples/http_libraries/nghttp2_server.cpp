// SPDX-License-Identifier: Apache-2.0
/// A server by nghttp2's sessions: HTTP/2 without TLS, one connection after the other. Answers with
/// the context of the request.

#include <arpa/inet.h>
#include <unistd.h>
#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <cstdlib>
#include <iostream>
#include <map>

#include "http_libraries/nghttp2_fields.hpp"

namespace {

using example::Fields;

struct Connection {
  int socket;
  std::map<std::int32_t, Fields> requests;  ///< by their stream
};

int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void* connection) {
  Fields& request = static_cast<Connection*>(connection)->requests[frame->hd.stream_id];
  example::add(request, name, name_size, value, value_size);
  return 0;
}

int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* connection) {
  if (frame->hd.type != NGHTTP2_HEADERS || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) {
    return 0;
  }
  const std::int32_t stream = frame->hd.stream_id;
  const auto request = static_cast<Connection*>(connection)->requests.extract(stream);
  if (request.empty()) return 0;
  return baton::http::serve(request.mapped(), [&] {
    Fields response{{":status", "200"}};
    baton::http::inject(response);
    const auto fields = example::to_nghttp2(response);
    return nghttp2_submit_response(session, stream, fields.data(), fields.size(), nullptr);
  });
}

/// A stream may be reset before its request is complete.
int on_close(nghttp2_session*, std::int32_t stream, std::uint32_t, void* connection) {
  static_cast<Connection*>(connection)->requests.erase(stream);
  return 0;
}

void serve(int socket, const nghttp2_session_callbacks* callbacks) {
  Connection connection{socket, {}};
  nghttp2_session* session = nullptr;
  nghttp2_session_server_new(&session, callbacks, &connection);
  const nghttp2_settings_entry limit{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 100};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, &limit, 1);
  while (example::exchange(session, socket)) continue;
  nghttp2_session_del(session);
}

}  // namespace

int main() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_send_callback(callbacks, &example::send_bytes);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &on_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &on_close);

  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, any, size) != 0 || ::listen(listener, 8) != 0) return EXIT_FAILURE;
  ::getsockname(listener, any, &size);
  std::cout << "listening on http://127.0.0.1:" << ntohs(address.sin_port) << '\n' << std::flush;
  for (;;) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket < 0) return EXIT_FAILURE;
    serve(socket, callbacks);
    ::close(socket);
  }
}
