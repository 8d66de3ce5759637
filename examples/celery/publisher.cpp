// SPDX-License-Identifier: Apache-2.0
/// Publishes tasks for Celery's workers, each in a trace of its own.

#include <algorithm>
#include <baton/baton.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <vector>

#include "celery/broker.hpp"
#include "celery/options.hpp"

namespace {

namespace celery = baton::celery;

constexpr std::string_view usage =
    "usage: celery_publisher [--url URL] [--queue NAME] [--task NAME] [--args JSON]\n"
    "                        [--kwargs JSON] [--then NAME]... [--chord NAME] [--count N]\n"
    "                        [--countdown SECONDS] [--expires SECONDS] [--baggage LIST]\n"
    "                        [--canvas yes|no]\n"
    "\n"
    "Publishes a task for Celery's workers, and shows its id and its trace.\n"
    "\n"
    "  --url        redis://127.0.0.1:6379/0, or amqp://guest:guest@127.0.0.1:5672/%2f\n"
    "  --queue      which workers are to run it (celery)\n"
    "  --task       its name (shop.add)\n"
    "  --args       its arguments, a JSON array ([1, 2])\n"
    "  --kwargs     its keyword arguments, a JSON object ({})\n"
    "  --then       a task that gets its result, as a chain; may come several times\n"
    "  --chord      a task that gets the results of all N, as a chord\n"
    "  --count      how often (1)\n"
    "  --countdown  not before so many seconds have passed\n"
    "  --expires    not after so many seconds\n"
    "  --baggage    what goes with it, such as user=1,order=2\n"
    "  --canvas     whether what follows carries the trace too (yes): instrumented workers do not\n"
    "               need it\n";

struct Order {
  std::string url = "redis://127.0.0.1:6379/0";
  std::string queue = "celery";
  std::string task = "shop.add";
  boost::json::array args = {1, 2};
  boost::json::object kwargs;
  std::vector<std::string> then;
  std::string chord;
  std::size_t count = 1;
  std::optional<std::size_t> countdown;
  std::optional<std::size_t> expires;
  baton::Baggage baggage;
  bool canvas = true;
};

/// Reads a JSON value of a type.
template <class Json>
example::Option json(Json& target) {
  return [&target](std::string_view text) {
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse(text, error);
    const auto result = boost::json::try_value_to<Json>(value);
    if (error || !result) return false;
    target = *result;
    return true;
  };
}

/// Reads a number of seconds.
example::Option seconds(std::optional<std::size_t>& target) {
  return [&target](std::string_view text) { return example::number(target.emplace())(text); };
}

/// So many seconds from now.
std::optional<celery::Task::Time> in(const std::optional<std::size_t>& seconds) {
  if (!seconds) return std::nullopt;
  constexpr std::size_t century = 100UL * 366 * 24 * 60 * 60;  // the clock has its limits
  return std::chrono::system_clock::now() + std::chrono::seconds(std::min(*seconds, century));
}

/// A signature that goes to the same workers.
boost::json::object signature_for(const std::string& queue, std::string_view task,
                                  boost::json::array args = {}, boost::json::object kwargs = {}) {
  boost::json::object signature = celery::signature(task, std::move(args), std::move(kwargs));
  signature["options"].as_object()["queue"] = queue;
  return signature;
}

celery::Task make_task(const Order& order) {
  if (!order.chord.empty()) {
    boost::json::array header;
    for (std::size_t i = 0; i < order.count; ++i) {
      header.push_back(signature_for(order.queue, order.task, order.args, order.kwargs));
    }
    return celery::chord(std::move(header), signature_for(order.queue, order.chord));
  }
  celery::Task task{.name = order.task, .args = order.args, .kwargs = order.kwargs};
  for (const std::string& next : order.then) {
    celery::then(task, signature_for(order.queue, next));
  }
  return task;
}

void publish(example::Broker& broker, const Order& order) {
  baton::Context context = baton::Context().child();
  context.set_sampling(baton::Sampling::sample);  // so that the workers record it
  context.set_baggage(order.baggage);
  const baton::Scope scope(context);

  celery::Task task = make_task(order);
  task.queue = order.queue;
  task.eta = in(order.countdown);
  task.expires = in(order.expires);
  if (order.canvas) celery::inject_signatures(task);
  const celery::Message message = celery::make_message(task);  // carries the current context
  broker.publish(message);

  const baton::SpanContext& span = context.span_context();
  std::cout << "published " << task.name << ' ' << message.correlation_id << "  trace "
            << span.trace_id << "  span " << span.span_id << '\n';
}

}  // namespace

int main(int count, char** arguments) {
  Order order;
  const example::Options options = {
      {"--url", example::text(order.url)},
      {"--queue", example::text(order.queue)},
      {"--task", example::text(order.task)},
      {"--args", json(order.args)},
      {"--kwargs", json(order.kwargs)},
      {"--chord", example::text(order.chord)},
      {"--count", example::number(order.count)},
      {"--countdown", seconds(order.countdown)},
      {"--expires", seconds(order.expires)},
      {"--then",
       [&](std::string_view name) {
         order.then.emplace_back(name);
         return true;
       }},
      {"--baggage",
       [&](std::string_view list) {
         order.baggage = baton::Baggage::parse(list);
         return true;
       }},
      {"--canvas",
       [&](std::string_view word) {
         order.canvas = word == "yes";
         return word == "yes" || word == "no";
       }},
  };
  if (const std::optional<int> status = example::parse(count, arguments, options)) {
    (*status == 0 ? std::cout : std::cerr) << usage;
    return *status;
  }
  try {
    const std::unique_ptr<example::Broker> broker = example::connect(order.url);
    const std::size_t times = order.chord.empty() ? order.count : 1;
    for (std::size_t i = 0; i < times; ++i) publish(*broker, order);
    broker->close();
  } catch (const std::exception& error) {
    std::cerr << "celery_publisher: " << error.what() << '\n';
    return 1;
  }
}
