// SPDX-License-Identifier: Apache-2.0
/// Publishes, consumes and forwards messages of RabbitMQ.

#include <baton/baton.hpp>
#include <baton/carriers/amqp.hpp>
#include <baton/carriers/environment.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "support/options.hpp"

namespace {

using Connection = example::RabbitMqConnection;
using example::check;
constexpr amqp_channel_t channel = Connection::channel;

struct Options {
  std::string url;
  std::string queue;
  std::string to;
  std::size_t count = 1;
};

void send(amqp_connection_state_t connection, const std::string& queue, amqp_bytes_t body) {
  amqp_basic_properties_t properties{};
  check(baton::amqp::publish(connection, channel, amqp_empty_bytes,
                             amqp_cstring_bytes(queue.c_str()), properties, body));
}

void send_on(amqp_connection_state_t connection, const std::string& queue,
             const amqp_message_t& message) {
  baton::amqp::Pool pool;
  amqp_basic_properties_t properties = message.properties;
  baton::amqp::inject(properties, pool);
  check(amqp_basic_publish(connection, channel, amqp_empty_bytes, amqp_cstring_bytes(queue.c_str()),
                           0, 0, &properties, message.body));
}

void show(const amqp_message_t& message) {
  baton::ExtractReport report;
  const baton::Context context = baton::amqp::extract(message, {.report = &report});
  std::cout << std::string_view(static_cast<const char*>(message.body.bytes), message.body.len)
            << "  trace " << context.span_context().trace_id << "  span "
            << context.span_context().span_id << "  issues " << report.issue_count() << "  baggage "
            << context.baggage().header() << std::endl;
}

template <class Handler>
void take(const Connection& connection, const Options& options, Handler handler) {
  connection.declare(options.queue);
  connection.consume(options.queue, 100);
  for (std::size_t i = 0; i < options.count; ++i) {
    amqp_envelope_t envelope{};
    amqp_maybe_release_buffers(connection.get());
    const timeval patience{30, 0};
    check(amqp_consume_message(connection.get(), &envelope, &patience, 0));
    const std::unique_ptr<amqp_envelope_t, decltype(&amqp_destroy_envelope)> owned(
        &envelope, amqp_destroy_envelope);
    baton::amqp::process(envelope, [&](const amqp_envelope_t& order) { handler(order.message); });
    check(amqp_basic_ack(connection.get(), channel, envelope.delivery_tag, 0));
  }
}

void publish(const Options& options) {
  const Connection connection(options.url);
  connection.declare(options.queue);
  // With a context, all messages carry it; without, each has a trace of its own.
  const baton::Context ours = baton::environment::extract();
  if (ours == baton::Context()) baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  const baton::Scope scope(ours);
  for (std::size_t i = 0; i < options.count; ++i) {
    std::string body = "message-" + std::to_string(i);
    send(connection.get(), options.queue, {body.size(), body.data()});
  }
  connection.close();
}

void consume(const Options& options) {
  const Connection connection(options.url);
  take(connection, options, show);
  connection.close();
}

void forward(const Options& options) {
  const Connection connection(options.url);
  connection.declare(options.to);
  take(connection, options,
       [&](const amqp_message_t& message) { send_on(connection.get(), options.to, message); });
  connection.close();
}

CLI::App* add_command(CLI::App& app, Options& options, const char* name, const char* description) {
  CLI::App* const command = app.add_subcommand(name, description);
  command->add_option("url", options.url, "amqp://USER:PASSWORD@HOST:PORT/VIRTUAL_HOST")
      ->required()
      ->type_name("URL");
  command->add_option("queue", options.queue, "The queue, which is made if there is none")
      ->required()
      ->type_name("QUEUE");
  return command;
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  CLI::App app("Publishes, consumes and forwards messages of RabbitMQ, with their contexts.",
               "amqp_messages");
  app.require_subcommand(1);
  CLI::App* const publishes =
      add_command(app, options, "publish", "Publish in the environment's context, or new traces");
  CLI::App* const consumes =
      add_command(app, options, "consume", "Take messages, and print their contexts");
  CLI::App* const forwards =
      add_command(app, options, "forward", "Take messages, and publish them to another queue");
  forwards->add_option("to", options.to, "The other queue")->required()->type_name("QUEUE");
  for (CLI::App* const command : {publishes, consumes, forwards}) {
    command->add_option("count", options.count, "How many messages")
        ->type_name("N")
        ->capture_default_str();
  }
  if (const std::optional<int> status = example::parse_options(app, count, arguments)) {
    return *status;
  }
  try {
    if (publishes->parsed()) publish(options);
    if (consumes->parsed()) consume(options);
    if (forwards->parsed()) forward(options);
  } catch (const std::exception& failure) {
    std::cerr << "amqp_messages: " << failure.what() << '\n';
    return 1;
  }
}
