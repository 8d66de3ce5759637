// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "listener.hpp"
#include "options.hpp"

namespace example {

int run_server(int argc, char** argv, std::string_view purpose, Handler handler) {
  unsigned short port = 0;
  CLI::App app{std::string(purpose)};
  app.add_option("--port", port, "The port to listen on, on 127.0.0.1; 0: any")
      ->type_name("N")
      ->capture_default_str();
  if (const std::optional<int> status = parse_options(app, argc, argv)) return *status;

  try {
    boost::asio::io_context io(1);
    Listener listener(io, port, std::move(handler));
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& error, int) {
      if (!error) listener.stop();
    });
    std::cout << "listening on http://127.0.0.1:" << listener.port() << '\n' << std::flush;
    io.run();
    return 0;
  } catch (const std::exception& exception) {
    std::cerr << "error: " << exception.what() << '\n';
    return 1;
  }
}

}  // namespace example
