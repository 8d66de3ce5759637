// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/signal_set.hpp>
#include <charconv>
#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>

#include "listener.hpp"

namespace example {
namespace {

std::optional<unsigned short> parse_port(std::string_view text) {
  unsigned short port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

int run_server(int argc, char** argv, std::string_view purpose, Handler handler) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (argc == 2 && (option == "--help" || option == "-h")) {
    std::cout << purpose << "\n\nusage: " << argv[0]
              << " [--port N]\n\nListens on 127.0.0.1, port N; without one, or with 0, on any.\n";
    return 0;
  }
  std::optional<unsigned short> port = 0;
  if (argc > 1) port = argc == 3 && option == "--port" ? parse_port(argv[2]) : std::nullopt;
  if (!port) {
    std::cerr << "usage: " << argv[0] << " [--port N], where N is 0 to 65535\n";
    return 2;
  }

  try {
    boost::asio::io_context io(1);
    Listener listener(io, *port, std::move(handler));
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& error, int) {
      if (!error) listener.stop();
    });
    std::cout << "listening on http://127.0.0.1:" << listener.port() << std::endl;
    io.run();
    return 0;
  } catch (const std::exception& exception) {
    std::cerr << "error: " << exception.what() << '\n';
    return 1;
  }
}

}  // namespace example
