// SPDX-License-Identifier: Apache-2.0
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <array>
#include <boost/log/core.hpp>
#include <boost/log/expressions.hpp>
#include <boost/log/sinks/sync_frontend.hpp>
#include <boost/log/sinks/text_ostream_backend.hpp>
#include <boost/log/sources/logger.hpp>
#include <boost/log/sources/record_ostream.hpp>
#include <boost/make_shared.hpp>
#include <memory>
#include <ostream>
#include <sstream>
#include <string_view>
#include <vector>

#include "logs.hpp"

#include <gtest/gtest.h>

#include "support/context_of.hpp"

namespace {

constexpr std::string_view fields =
    " trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01\n";

class Logs : public testing::Test {
 protected:
  const baton::Context context_ =
      baton::test::context_of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const baton::Scope scope_{context_};
  std::ostringstream lines_;

  void expect(std::string_view message) {
    EXPECT_EQ(lines_.str(), std::string(message) + std::string(fields));
  }
};

TEST_F(Logs, OfAnyLogger) {
  log(lines_, "paid");
  expect("paid");
  lines_.str("");
  log_json(lines_, "paid");
  EXPECT_EQ(lines_.str(), R"({"message":"paid","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
                          R"("span_id":"00f067aa0ba902b7","trace_flags":"01"})"
                          "\n");
}

TEST_F(Logs, OfSpdlog) {
  auto pool = std::make_shared<spdlog::details::thread_pool>(8, 1);
  auto logger = make_async_logger(std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_), pool);
  logger->info("paid");
  pool.reset();
  expect("info paid");
}

TEST_F(Logs, OfSpdlogsArguments) {
  spdlog::logger logger("orders", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_));
  logger.set_pattern("%v");
  log_payment(logger, 7);
  expect("order 7 paid");
}

TEST_F(Logs, OfBoostLog) {
  using Backend = boost::log::sinks::text_ostream_backend;
  const auto backend = boost::make_shared<Backend>();
  backend->add_stream(boost::shared_ptr<std::ostream>(&lines_, [](std::ostream*) {}));
  const auto sink = boost::make_shared<boost::log::sinks::synchronous_sink<Backend>>(backend);
  format_trace(*sink);
  boost::log::core::get()->add_sink(sink);
  add_trace();
  boost::log::sources::logger logger;
  BOOST_LOG(logger) << "paid";
  boost::log::core::get()->remove_all_sinks();
  expect("paid");
}

}  // namespace
