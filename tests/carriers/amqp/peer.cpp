// SPDX-License-Identifier: Apache-2.0
/// Publishes, consumes and forwards plain messages through RabbitMQ, for test_rabbitmq.py.

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "baton/baton.hpp"
#include "baton/carriers/amqp.hpp"
#include "baton/carriers/environment.hpp"

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

namespace {

constexpr amqp_channel_t channel = 1;

void check(int status) {
  if (status != AMQP_STATUS_OK) throw std::runtime_error(amqp_error_string2(status));
}

void check(const amqp_rpc_reply_t& reply) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
  throw std::runtime_error(reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
                               ? amqp_error_string2(reply.library_error)
                               : "the server refuses");
}

class Connection {
 public:
  explicit Connection(std::string url) : state_(amqp_new_connection()) {
    amqp_connection_info where{};
    check(amqp_parse_url(url.data(), &where));
    amqp_socket_t* const socket = state_ != nullptr ? amqp_tcp_socket_new(state_) : nullptr;
    if (socket == nullptr) throw std::bad_alloc();
    check(amqp_socket_open(socket, where.host, where.port));
    check(amqp_login(state_, where.vhost, 0, AMQP_DEFAULT_FRAME_SIZE, 0, AMQP_SASL_METHOD_PLAIN,
                     where.user, where.password));
    amqp_channel_open(state_, channel);
    check(amqp_get_rpc_reply(state_));
  }
  ~Connection() {
    amqp_connection_close(state_, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(state_);
  }

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  operator amqp_connection_state_t() const noexcept { return state_; }

  void declare(const char* queue) const {
    amqp_queue_declare(state_, channel, amqp_cstring_bytes(queue), 0, 0, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(state_));
  }

 private:
  amqp_connection_state_t state_;
};

void publish(const Connection& connection, const char* queue, amqp_bytes_t body) {
  amqp_basic_properties_t properties{};
  check(baton::amqp::publish(connection, channel, amqp_empty_bytes, amqp_cstring_bytes(queue),
                             properties, body));
}

void send_on(const Connection& connection, const char* queue, const amqp_message_t& message) {
  baton::amqp::Pool pool;
  amqp_basic_properties_t properties = message.properties;
  baton::amqp::inject(properties, pool);
  check(amqp_basic_publish(connection, channel, amqp_empty_bytes, amqp_cstring_bytes(queue), 0, 0,
                           &properties, message.body));
}

void show(const amqp_message_t& message) {
  baton::ExtractReport report;
  const baton::Context context = baton::amqp::extract(message, {.report = &report});
  std::printf("%.*s  trace %s  span %s  issues %zu  baggage %s\n",
              static_cast<int>(message.body.len), static_cast<const char*>(message.body.bytes),
              context.span_context().trace_id.to_string().c_str(),
              context.span_context().span_id.to_string().c_str(), report.issue_count(),
              std::string(context.baggage().header()).c_str());
}

template <class Handler>
void consume(const Connection& connection, const char* queue, int count, Handler handler) {
  amqp_basic_qos(connection, channel, 0, 100, 0);
  check(amqp_get_rpc_reply(connection));
  amqp_basic_consume(connection, channel, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0,
                     amqp_empty_table);
  check(amqp_get_rpc_reply(connection));
  for (int i = 0; i < count; ++i) {
    amqp_envelope_t envelope{};
    amqp_maybe_release_buffers(connection);
    const timeval patience{30, 0};
    check(amqp_consume_message(connection, &envelope, &patience, 0));
    baton::amqp::process(envelope, [&](const amqp_envelope_t& order) { handler(order.message); });
    check(amqp_basic_ack(connection, channel, envelope.delivery_tag, 0));
    amqp_destroy_envelope(&envelope);
  }
}

int run(int count, char** words) {
  const std::string_view command = count > 1 ? words[1] : "";
  if (count == 5 && command == "publish") {
    const Connection connection(words[2]);
    connection.declare(words[3]);
    const baton::Context ours = baton::environment::extract();
    // With a context, all messages carry it; without, each has a trace of its own.
    if (ours == baton::Context()) baton::set_global_tracer(std::make_shared<baton::IdTracer>());
    for (int i = 0; i < std::stoi(words[4]); ++i) {
      const baton::Scope scope(ours);
      std::string body = "message-" + std::to_string(i);
      publish(connection, words[3], {body.size(), body.data()});
    }
  } else if (count == 5 && command == "consume") {
    const Connection connection(words[2]);
    connection.declare(words[3]);
    consume(connection, words[3], std::stoi(words[4]), show);
  } else if (count == 6 && command == "forward") {
    const Connection connection(words[2]);
    connection.declare(words[3]);
    connection.declare(words[4]);
    consume(connection, words[3], std::stoi(words[5]),
            [&](const amqp_message_t& message) { send_on(connection, words[4], message); });
  } else {
    static_cast<void>(
        std::fputs("usage: amqp-peer publish|consume URL QUEUE COUNT\n"
                   "       amqp-peer forward URL FROM TO COUNT\n",
                   stderr));
    return 2;
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run(count, words);
  } catch (const std::exception& failure) {
    static_cast<void>(std::fprintf(stderr, "amqp-peer: %s\n", failure.what()));
    return 1;
  }
}
