// SPDX-License-Identifier: Apache-2.0
/// Log lines of two threads and of a coroutine, each with the ids of its context, which an
/// asynchronous logger writes on a thread of its own.

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <baton/log/spdlog.hpp>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "order.hpp"
#include "pool.hpp"
#include "task.hpp"

namespace {

void install_logger() {
  spdlog::init_thread_pool(8192, 1);
  const std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stdout_sink_mt>()};
  const auto logger =
      std::make_shared<spdlog::logger>("orders", std::make_shared<baton::SpdlogAsyncSink>(sinks));
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<baton::SpdlogFlag>('Q', baton::SpdlogFlag::text).set_pattern("%l %v%Q");
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(logger);
}

void handle(int order) {
  spdlog::info("order {} received", order);
  spdlog::warn("order {} paid late", order);
}

example::Detached handle_as_coroutine(int order, example::Pool& pool, std::latch& done) {
  spdlog::info("order {} received", order);
  co_await pool.schedule();
  spdlog::warn("order {} paid late", order);
  done.count_down();
}

}  // namespace

int main() {
  install_logger();
  spdlog::info("order 0 is none");
  {
    std::latch done(1);
    example::Pool pool(2);
    baton::bind(example::new_trace(), handle_as_coroutine)(1, pool, done);
    std::thread second(baton::bind(example::new_trace(), handle), 2);
    std::thread third(baton::bind(example::new_trace(), handle), 3);
    second.join();
    third.join();
    done.wait();
  }
  spdlog::shutdown();  // writes what is left
}
