// SPDX-License-Identifier: Apache-2.0
/// A client by nghttp2's sessions: makes one GET by HTTP/2 without TLS, in a trace of its own, and
/// prints the fields of the response.

#include <arpa/inet.h>
#include <unistd.h>
#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "http_libraries/nghttp2_fields.hpp"

namespace {

using example::Fields;

struct Connection {
  int socket;
  Fields response;
  bool is_closed = false;  ///< the stream
};

int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void* connection) {
  Fields& response = static_cast<Connection*>(connection)->response;
  example::add(response, name, name_size, value, value_size);
  return 0;
}

int on_close(nghttp2_session*, std::int32_t, std::uint32_t, void* connection) {
  static_cast<Connection*>(connection)->is_closed = true;
  return 0;
}

Fields get(Connection& connection, nghttp2_session* session) {
  Fields request{{":method", "GET"}, {":scheme", "http"}, {":authority", "a"}, {":path", "/"}};
  return baton::http::call(request, [&] {
    const auto fields = example::to_nghttp2(request);
    nghttp2_submit_request(session, nullptr, fields.data(), fields.size(), nullptr, nullptr);
    while (!connection.is_closed && example::exchange(session, connection.socket)) continue;
    return connection.response;
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  Connection connection{::socket(AF_INET, SOCK_STREAM, 0), {}};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::strtol(argv[1], nullptr, 10)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* const server = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(connection.socket, server, sizeof(address)) != 0) return EXIT_FAILURE;

  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_send_callback(callbacks, &example::send_bytes);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &on_header);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &on_close);
  nghttp2_session* session = nullptr;
  nghttp2_session_client_new(&session, callbacks, &connection);
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
  const Fields response = baton::in_span("client", [&] {
    std::cout << "trace " << baton::current().trace_id() << '\n';
    return get(connection, session);
  });
  for (const auto& [name, value] : response) std::cout << name << ": " << value << '\n';
  nghttp2_session_del(session);
  nghttp2_session_callbacks_del(callbacks);
  ::close(connection.socket);
  return connection.is_closed ? EXIT_SUCCESS : EXIT_FAILURE;
}
