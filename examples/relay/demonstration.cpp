// SPDX-License-Identifier: Apache-2.0
#include "demonstration.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <exception>
#include <utility>
#include <vector>

#include "callers.hpp"
#include "tree.hpp"

namespace relay {
namespace {

namespace net = boost::asio;

struct Shown {
  const Caller* caller;
  Outcome outcome;
};

net::awaitable<void> ask(net::io_context& io, Client& client, unsigned short port,
                         std::vector<Shown>& all) {
  Connection connection(io);
  co_await client.connect(connection, port);
  for (const Caller& caller : callers()) {
    Outcome outcome =
        co_await client.order(connection, caller, "order-" + std::to_string(all.size() + 1));
    all.push_back({&caller, std::move(outcome)});
  }
}

std::string to_text(const std::vector<Shown>& all, std::size_t broken, Style style) {
  std::string text;
  for (const auto& [caller, outcome] : all) {
    text += draw(caller->title, outcome.journey, outcome.complaints, style) + '\n';
  }
  text += std::to_string(all.size() - broken) + " of " + std::to_string(all.size());
  return text + " traces are whole\n";
}

std::string to_json(const std::vector<Shown>& all, std::size_t broken) {
  boost::json::array traces;
  for (const auto& [caller, outcome] : all) {
    boost::json::object trace = relay::to_json(outcome.journey);
    trace["caller"] = caller->title;
    trace["complaints"] = boost::json::value_from(outcome.complaints);
    traces.push_back(std::move(trace));
  }
  const boost::json::object report{{"traces", std::move(traces)}, {"broken", broken}};
  return boost::json::serialize(report) + '\n';
}

}  // namespace

Demonstration demonstrate(net::io_context& io, Client& client, unsigned short port, Format format,
                          Style style) {
  std::vector<Shown> all;
  std::exception_ptr failure;
  net::co_spawn(io, ask(io, client, port, all),
                [&](const std::exception_ptr& thrown) { failure = thrown; });
  io.run();
  if (failure) std::rethrow_exception(failure);
  std::size_t broken = 0;
  for (const Shown& shown : all) broken += shown.outcome.complaints.empty() ? 0 : 1;
  return {format == Format::json ? to_json(all, broken) : to_text(all, broken, style), broken};
}

}  // namespace relay
