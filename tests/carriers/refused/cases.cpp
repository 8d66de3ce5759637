// SPDX-License-Identifier: Apache-2.0
// Each of these calls is compiled with a plain handler, which it accepts, and alone as REFUSED,
// which must not compile (see test_refused.py).

#include <coroutine>

#include "baton/baton.hpp"

struct Task {
  struct promise_type {
    Task get_return_object() noexcept { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};

#ifdef REFUSED
constexpr auto handler = []() -> Task { co_return; };
#else
constexpr auto handler = [] {};
#endif

#ifdef BIND
void bind() { baton::bind(baton::Context(), handler)(); }
#endif

#ifdef BIND_CONST
void bind_const(const baton::BoundFunction<decltype(handler)>& bound) { bound(); }
#endif

#ifdef BIND_HANDLER
struct Handler {
#ifdef REFUSED
  using executor_type = int;
#endif
  void operator()() const {}
};
void bind_handler() { baton::bind(baton::Context(), Handler())(); }
#endif

#ifdef HTTP_SERVE
#include <map>
#include <string>

#include "baton/carriers/http.hpp"
void http_serve(const std::map<std::string, std::string>& fields) {
  baton::http::serve(fields, handler);
}
#endif

#ifdef KAFKA_PROCESS
#include "baton/carriers/kafka.hpp"
void kafka_process(const rd_kafka_message_t& message) { baton::kafka::process(message, handler); }
#endif

#ifdef KAFKA_PROCESS_CPP
#include "baton/carriers/kafka.hpp"
void kafka_process(RdKafka::Message& message) { baton::kafka::process(message, handler); }
#endif

#ifdef AMQP_PROCESS
#include "baton/carriers/amqp.hpp"
void amqp_process(const amqp_envelope_t& message) { baton::amqp::process(message, handler); }
#endif

#ifdef CELERY_PROCESS
#include "baton/carriers/celery.hpp"
void celery_process(const baton::celery::ReceivedTask& task) {
  baton::celery::process(task, handler);
}
#endif
