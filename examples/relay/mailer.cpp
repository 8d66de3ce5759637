// SPDX-License-Identifier: Apache-2.0
#include "mailer.hpp"

#include <iostream>

namespace relay {

namespace celery = baton::celery;

Mailer::Mailer(Service& service, TaskQueue& queue) : service_(service), queue_(queue) {
  thread_ = std::thread([this] {
    while (const std::optional<std::string> envelope = queue_.pop()) run(*envelope);
  });
}

void Mailer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Mailer::run(const std::string& envelope) {
  const auto mail = celery::from_redis(envelope).and_then(
      [](celery::Message message) { return celery::read_task(std::move(message)); });
  if (!mail) {
    std::cerr << "mailer: " << mail.error().message() << '\n';
    return;
  }
  baton::ExtractReport report;
  const auto work = [&] {
    const bool has_order = !mail->args.empty() && mail->args.front().is_string();
    service_.received("Celery", has_order ? mail->args.front().as_string() : "",
                      celery::ConstHeadersCarrier(mail->headers), report);
  };
  celery::process(*mail, work, {.report = &report, .tracer = service_.tracer()});
}

}  // namespace relay
