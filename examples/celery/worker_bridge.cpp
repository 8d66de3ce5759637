// SPDX-License-Identifier: Apache-2.0
/// A consumer of tasks that Python has published: continues their traces, and may publish more
/// tasks.

#include <baton/baton.hpp>
#include <boost/json.hpp>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>

#include "celery/broker.hpp"
#include "support/options.hpp"

namespace {

namespace celery = baton::celery;

struct Duty {
  std::string url = "redis://127.0.0.1:6379/0";
  std::string queue = "bridge";
  std::string then;
  std::string to = "celery";
  std::size_t count = 0;
};

volatile std::sig_atomic_t is_asked_to_stop = 0;

void handle(example::Broker& broker, const Duty& duty, const celery::ReceivedTask& task) {
  const baton::Context& context = baton::current();  // of the message, or of a span for it
  const baton::SpanContext& span = context.span_context();
  std::cout << "handled " << task.name << ' ' << task.id << "  trace " << span.trace_id << "  span "
            << span.span_id << "  baggage " << context.baggage().header() << "  args "
            << boost::json::serialize(task.args) << '\n';
  if (duty.then.empty()) return;
  celery::Task next = celery::follow_up(task, duty.then, task.args, task.kwargs);
  next.queue = duty.to;
  broker.publish(celery::make_message(next));
}

/// Without this, an invalid message, or one that cannot be handled, would be delivered forever.
void refuse(example::Broker& broker, const example::Delivery& delivery, std::string_view reason) {
  std::cout << "refused  " << reason << '\n';
  broker.reject(delivery);
}

void run(const Duty& duty) {
  const std::unique_ptr<example::Broker> broker = example::connect(duty.url);
  broker->consume(duty.queue);
  for (std::size_t seen = 0; is_asked_to_stop == 0 && (duty.count == 0 || seen < duty.count);) {
    const std::optional<example::Delivery> delivery = broker->next(std::chrono::seconds(1));
    if (!delivery) continue;
    ++seen;
    const auto task = delivery->message.and_then(
        [](const celery::Message& message) { return celery::read_task(message); });
    if (!task) {
      refuse(*broker, *delivery, task.error().message());
      continue;
    }
    try {
      celery::process(*task, [&] { handle(*broker, duty, *task); });
      broker->acknowledge(*delivery);  // after the work: a failed task is delivered again
    } catch (const example::BadMessage& error) {
      refuse(*broker, *delivery, error.what());
    }
    std::cout.flush();
  }
  broker->close();
}

}  // namespace

int main(int count, char** arguments) {
  baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  Duty duty;
  CLI::App app("Takes Celery's tasks from a queue, shows each with its trace, and acknowledges it.",
               "celery_worker_bridge");
  app.add_option("--url", duty.url, "The broker; or amqp://guest:guest@127.0.0.1:5672/%2f")
      ->type_name("URL")
      ->capture_default_str();
  app.add_option("--queue", duty.queue,
                 "The queue of the tasks; with Redis, of those without a priority")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--then", duty.then, "A task to publish for each one, with the same arguments")
      ->type_name("NAME");
  app.add_option("--to", duty.to, "The queue for these tasks")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--count", duty.count, "How many tasks; 0: until SIGINT or SIGTERM")
      ->type_name("N")
      ->capture_default_str();
  if (const std::optional<int> status = example::parse_options(app, count, arguments)) {
    return *status;
  }
  for (const int sign : {SIGINT, SIGTERM}) {
    static_cast<void>(std::signal(sign, [](int) { is_asked_to_stop = 1; }));
  }
  try {
    run(duty);
  } catch (const std::exception& error) {
    std::cerr << "celery_worker_bridge: " << error.what() << '\n';
    return 1;
  }
}
