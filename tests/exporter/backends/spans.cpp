// SPDX-License-Identifier: Apache-2.0
// Requests through several services in one process, each with a tracer that exports its spans:
//
//     spans CASE <CALLERS
//
// A caller is its fields, as lines `name: value`; an empty line separates two callers. Each call
// that leaves the last service is printed in the same way.

#include <boost/beast/http/empty_body.hpp>
#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/beast.hpp"
#include "baton/carriers/celery.hpp"
#include "baton/exporter/exporting_tracer.hpp"
#include "carriers/kafka/support.hpp"

namespace {

namespace http = boost::beast::http;
using Request = http::request<http::empty_body>;
using Response = http::response<http::empty_body>;

/// A service is its tracer.
class Service {
 public:
  explicit Service(std::string name) : tracer_(options(std::move(name))) {}

  operator baton::Tracer*() { return &tracer_; }

  /// Throws if the backend did not get all spans.
  void stop() {
    if (tracer_.shutdown(std::chrono::minutes(2)) && tracer_.counts().dropped.total() == 0) return;
    throw std::runtime_error(baton::to_prometheus(tracer_.counts()));
  }

 private:
  static baton::ExportOptions options(std::string name) {
    auto [options, is_enabled, error] = baton::export_options_from_environment();
    if (!is_enabled || !error.empty()) throw std::runtime_error("not configured: " + error);
    options.service_name = std::move(name);
    return options;
  }

  baton::ExportingTracer tracer_;
};

Service edge("edge");
Service orders("orders");
Service shipping("shipping");
Service mailer("mailer");
baton::Tracer* const gateway = nullptr;  // a service that forwards

Response answer(http::status status) { return {status, 11}; }

void print(const Request& request) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  for (const auto& field : request) {
    std::cout << field.name_string() << ": " << field.value() << '\n';
  }
  std::cout << '\n';
}

Response serve(baton::Tracer* service, const Request& request,
               const std::function<Response()>& handler) {
  return baton::http::serve(request, handler, {.tracer = service});
}

/// A call from service to service.
Response call(baton::Tracer* from, baton::Tracer* to, const std::function<Response()>& handler) {
  Request request(http::verb::put, "/orders/7", 11);
  return baton::http::call(request, [&] { return serve(to, request, handler); }, {.tracer = from});
}

/// A call to a service that others wrote.
Response call_out(baton::Tracer* from) {
  Request request(http::verb::get, "/audit", 11);
  return baton::http::call(request,
                           [&] {
                             print(request);
                             return answer(http::status::ok);
                           },
                           {.tracer = from});
}

/// Topics `orders` and `checked`.
class Kafka {
 public:
  Kafka() : producer_(producer(orders)), forwarder_(producer(gateway)) {}

  void produce() {
    kafka_test::produce(*producer_, "order 7");
    kafka_test::flush(*producer_);
  }
  void forward(const rd_kafka_message_t& message) {
    baton::kafka::forward(*forwarder_, "checked", message, {.tracer = gateway});
    kafka_test::flush(*forwarder_);
  }
  kafka_test::Reader& ordered() { return ordered_; }
  kafka_test::Reader& checked() { return checked_; }

 private:
  kafka_test::Client producer(baton::Tracer* tracer) {
    rd_kafka_conf_t* const conf = cluster_.producer_conf();
    baton::kafka::instrument(*conf, {.tracer = tracer});
    return kafka_test::make_client(RD_KAFKA_PRODUCER, conf);
  }

  kafka_test::MockCluster cluster_{"orders", "checked"};
  kafka_test::Client producer_;
  kafka_test::Client forwarder_;
  kafka_test::Reader ordered_{cluster_};
  kafka_test::Reader checked_{cluster_, "checked"};
};

using Callers = std::vector<Request>;

/// HTTP, Kafka, Celery, HTTP.
void order(const Callers& callers) {
  Kafka kafka;
  for (const Request& caller : callers) {
    serve(edge, caller, [&] {
      return call(edge, orders, [&] {
        kafka.produce();
        return answer(http::status::accepted);
      });
    });
    std::optional<baton::celery::Message> mail;
    baton::kafka::process(*kafka.ordered().next(),
                          [&] {
                            baton::celery::publish({.name = "mails.send"},
                                                   [&](const auto& task) { mail = task; },
                                                   {.tracer = shipping});
                          },
                          {.tracer = shipping});
    const auto task = baton::celery::read_task(mail.value()).value();
    baton::celery::process(task, [] { call_out(mailer); }, {.tracer = mailer});
  }
}

/// Two services that forward, one at HTTP and one at Kafka.
void forward(const Callers& callers) {
  Kafka kafka;
  serve(edge, callers.at(0), [&] {
    return call(edge, gateway, [&] {
      return call(gateway, orders, [&] {
        kafka.produce();
        return answer(http::status::accepted);
      });
    });
  });
  const kafka_test::Message message = kafka.ordered().next();
  baton::kafka::process(*message, [&] { kafka.forward(*message); }, {.tracer = gateway});
  baton::kafka::process(*kafka.checked().next(), [] { call_out(shipping); }, {.tracer = shipping});
}

/// The first attempt is answered with an error, the second one never arrives.
void retry(const Callers& callers) {
  serve(edge, callers.at(0), [] {
    call(edge, orders, [] { return answer(http::status::service_unavailable); });
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    Request lost(http::verb::put, "/orders/7", 11);
    try {
      baton::http::call(lost, [] { throw std::runtime_error("connection reset"); },
                        {.tracer = edge});
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return call(edge, orders, [] { return answer(http::status::created); });
  });
}

/// One message of each caller, processed together.
void batch(const Callers& callers) {
  Kafka kafka;
  for (const Request& caller : callers) {
    serve(orders, caller, [&] {
      kafka.produce();
      return answer(http::status::accepted);
    });
  }
  baton::kafka::process_batch(kafka.ordered().next(callers.size()), [] { call_out(shipping); },
                              {.tracer = shipping});
}

/// What the last service throws fails each call before it; the message fails by itself.
void fail(const Callers& callers) {
  Kafka kafka;
  serve(edge, callers.at(0), [&] {
    try {
      return call(edge, orders, [&]() -> Response {
        kafka.produce();
        throw std::out_of_range("no such order");
      });
    } catch (const std::out_of_range&) {
      return answer(http::status::bad_gateway);
    }
  });
  try {
    baton::kafka::process(
        *kafka.ordered().next(),
        [] { baton::in_span("pack", [] { throw std::invalid_argument("no address"); }, shipping); },
        {.tracer = shipping});
  } catch (const std::invalid_argument& failure) {
    std::cerr << "as expected: " << failure.what() << '\n';
  }
}

/// Each caller's request a hundred times, from many threads at once.
void many(const Callers& callers) {
  std::vector<std::jthread> threads;
  for (const Request& caller : callers) {
    threads.emplace_back([&caller] {
      for (int i = 0; i < 100; ++i) {
        serve(edge, caller, [] { return call(edge, orders, [] { return call_out(orders); }); });
      }
    });
  }
}

Callers read_callers() {
  Callers callers(1, Request(http::verb::post, "/orders", 11));
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) {
      callers.emplace_back(http::verb::post, "/orders", 11);
    } else {
      callers.back().insert(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  return callers;
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string_view, void (*)(const Callers&)> cases = {
      {"order", order}, {"forward", forward}, {"retry", retry},
      {"batch", batch}, {"fail", fail},       {"many", many}};
  if (argc != 2 || !cases.contains(argv[1])) return 2;
  try {
    cases.at(argv[1])(read_callers());
    for (Service* const service : {&edge, &orders, &shipping, &mailer}) service->stop();
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
  }
  return 0;
}
