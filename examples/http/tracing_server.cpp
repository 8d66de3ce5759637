// SPDX-License-Identifier: Apache-2.0
/// A server with a tracer of its own: it starts and samples traces, prints its spans, and tells the
/// caller which span answered. OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG choose the sampler.

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "support/listener.hpp"

namespace net = boost::asio;
namespace http = boost::beast::http;

namespace {

/// Prints each sampled span when it ends, as a line.
class PrintingTracer final : public baton::Tracer {
 public:
  explicit PrintingTracer(std::shared_ptr<const baton::Sampler> sampler)
      : sampler_(std::move(sampler)) {}

  Started start(const baton::SpanStart& start) noexcept override {
    Started started{baton::IdTracer::context_of(start, *sampler_)};
    if (baton::is_sampled(started.context.sampling())) {
      started.span = new Open{std::string(start.name), start.kind,
                              start.parent.span_context().span_id, Clock::now()};
    }
    return started;
  }

  void end(const Started& started, const baton::SpanEnd& end) noexcept override {
    const std::unique_ptr<Open> span(static_cast<Open*>(started.span));
    if (span == nullptr) return;  // not sampled
    const std::chrono::duration<double, std::milli> took = Clock::now() - span->begin;
    const baton::SpanContext& ids = started.context.span_context();
    std::cout << ids.trace_id << ' ' << ids.span_id << " parent " << span->parent << ' '
              << to_string(span->kind) << ' ' << span->name << ' ' << took.count() << " ms"
              << (end.is_error ? " failed\n" : "\n") << std::flush;
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Open {
    std::string name;
    baton::SpanKind kind;
    baton::SpanId parent;
    Clock::time_point begin;
  };

  std::shared_ptr<const baton::Sampler> sampler_;
};

net::awaitable<example::Response> answer(const example::Request& request) {
  const std::string text =
      baton::in_span("greet", [&] { return "hello, " + std::string(request.target()) + '\n'; });
  const bool is_known = request.target() != "/error";
  co_return example::make_response(
      is_known ? http::status::ok : http::status::internal_server_error, text);
}

net::awaitable<example::Response> handle(const example::Request& request) {
  co_return co_await baton::http::co_serve(request, answer, {.answer = baton::http::Answer::both});
}

}  // namespace

int main(int argc, char** argv) {
  baton::ConfiguredSampler configured = baton::make_sampler_from_environment();
  if (!configured.error.empty()) std::cerr << "tracing_server: " << configured.error << '\n';
  baton::set_global_tracer(std::make_shared<PrintingTracer>(std::move(configured.sampler)));
  return example::run_server(argc, argv, "Answers, and prints the spans of its requests.", handle);
}
