// SPDX-License-Identifier: Apache-2.0
/// cpp-httplib, both ends: its `Headers` are a multimap, which Baton takes as it is.

#include <httplib.h>
#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <cstdlib>
#include <iostream>

namespace {

/// Calls the next service within the trace of the request.
int relay(const httplib::Request& request, int next_port) {
  return baton::http::serve(request.headers, [&] {
    httplib::Client client("127.0.0.1", next_port);
    httplib::Headers headers{{"Accept", "text/plain"}};
    const httplib::Result result =
        baton::http::call(headers, [&] { return client.Get("/next", headers); });
    return result ? result->status : 502;
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  const auto next_port = static_cast<int>(std::strtol(argv[1], nullptr, 10));
  httplib::Server server;
  server.Get("/", [next_port](const httplib::Request& request, httplib::Response& response) {
    response.status = relay(request, next_port);
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::cout << "listening on http://127.0.0.1:" << port << '\n' << std::flush;
  return server.listen_after_bind() ? EXIT_SUCCESS : EXIT_FAILURE;
}
