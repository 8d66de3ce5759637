// SPDX-License-Identifier: Apache-2.0
/// Publishes tasks for Celery's workers, each in a trace of its own.

#include <algorithm>
#include <baton/baton.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "celery/broker.hpp"
#include "support/options.hpp"

namespace {

namespace celery = baton::celery;

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

/// An option whose value is JSON of that type.
template <class Json>
void add_json(CLI::App& app, const std::string& name, Json& target,
              const std::string& description) {
  const auto read = [name, &target](const std::string& text) {
    boost::json::error_code error;
    const boost::json::value value = boost::json::parse(text, error);
    const auto result = boost::json::try_value_to<Json>(value);
    if (error || !result) throw CLI::ValidationError(name, "must be JSON of the right type");
    target = *result;
  };
  app.add_option_function<std::string>(name, read, description)
      ->type_name("JSON")
      ->default_str(boost::json::serialize(target));
}

/// The time in `seconds` from now.
std::optional<celery::Task::Time> in(const std::optional<std::size_t>& seconds) {
  if (!seconds) return std::nullopt;
  constexpr std::size_t century = 100UL * 366 * 24 * 60 * 60;  // the limit of the clock
  return std::chrono::system_clock::now() + std::chrono::seconds(std::min(*seconds, century));
}

/// A signature for the same workers.
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
  baton::Context root;
  root.set_baggage(order.baggage);
  const baton::Span span(baton::global_tracer(), {.parent = root, .name = "order"});
  const baton::Scope scope(span.context());

  celery::Task task = make_task(order);
  task.queue = order.queue;
  task.eta = in(order.countdown);
  task.expires = in(order.expires);
  if (order.canvas) celery::inject_signatures(task);
  const celery::Message message = celery::make_message(task);  // carries the current context
  broker.publish(message);

  const baton::SpanContext& sent = span.context().span_context();
  std::cout << "published " << task.name << ' ' << message.correlation_id << "  trace "
            << sent.trace_id << "  span " << sent.span_id << '\n';
}

void add_options(CLI::App& app, Order& order) {
  app.add_option("--url", order.url, "The broker; or amqp://guest:guest@127.0.0.1:5672/%2f")
      ->type_name("URL")
      ->capture_default_str();
  app.add_option("--queue", order.queue, "The queue of the workers")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--task", order.task, "The name of the task")
      ->type_name("NAME")
      ->capture_default_str();
  add_json(app, "--args", order.args, "The arguments, an array");
  add_json(app, "--kwargs", order.kwargs, "The keyword arguments, an object");
  app.add_option("--then", order.then, "A task that gets the result, as a chain; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("--chord", order.chord, "A task that gets the results of all N, as a chord")
      ->type_name("NAME");
  app.add_option("--count", order.count, "How many times")->type_name("N")->capture_default_str();
  app.add_option("--countdown", order.countdown, "The seconds until it may run")
      ->type_name("SECONDS");
  app.add_option("--expires", order.expires, "The seconds until it expires")->type_name("SECONDS");
  app.add_option_function<std::string>(
         "--baggage",
         [&order](const std::string& list) { order.baggage = baton::Baggage::parse(list); },
         "The baggage to send, such as user=1,order=2")
      ->type_name("LIST");
  app.add_option("--canvas", order.canvas,
                 "Whether follow-up tasks carry the trace too; instrumented workers do not need it")
      ->type_name("yes|no")
      ->default_str("yes");
}

}  // namespace

int main(int count, char** arguments) {
  baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  Order order;
  CLI::App app("Publishes a task for Celery's workers, and shows its id and its trace.",
               "celery_publisher");
  add_options(app, order);
  if (const std::optional<int> status = example::parse_options(app, count, arguments)) {
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
