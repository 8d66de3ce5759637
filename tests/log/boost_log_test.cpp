// SPDX-License-Identifier: Apache-2.0
#include "baton/log/boost.hpp"

#include <gtest/gtest.h>

#include <boost/log/core.hpp>
#include <boost/log/expressions.hpp>
#include <boost/log/sinks/async_frontend.hpp>
#include <boost/log/sinks/sync_frontend.hpp>
#include <boost/log/sinks/text_ostream_backend.hpp>
#include <boost/log/sources/logger.hpp>
#include <boost/log/sources/record_ostream.hpp>
#include <boost/make_shared.hpp>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/context_of.hpp"

namespace baton {
namespace {

namespace logging = boost::log;
namespace expr = boost::log::expressions;
using Backend = logging::sinks::text_ostream_backend;

Context numbered_context(std::uint64_t number) {
  Context context;
  context.set_span_context({TraceId(1, number), SpanId(number), TraceFlags(1), false, {}});
  return context;
}

std::string text_of(const Context& context) {
  std::ostringstream out;
  out << log_fields(context);
  return out.str();
}

class BoostLogTest : public testing::Test {
 protected:
  BoostLogTest() { attribute_ = core_->add_global_attribute("Trace", boost_log_attribute()).first; }
  ~BoostLogTest() override {
    core_->remove_all_sinks();
    core_->remove_global_attribute(attribute_);
  }

  template <class Frontend>
  boost::shared_ptr<Frontend> add() {
    auto backend = boost::make_shared<Backend>();
    backend->add_stream(lines_);
    auto sink = boost::make_shared<Frontend>(backend);
    sink->set_formatter(expr::stream << expr::smessage << expr::attr<LogFields>("Trace"));
    core_->add_sink(sink);
    return sink;
  }

  boost::shared_ptr<logging::core> core_ = logging::core::get();
  boost::shared_ptr<std::ostringstream> lines_ = boost::make_shared<std::ostringstream>();
  logging::attribute_set::iterator attribute_;
};

TEST_F(BoostLogTest, ALineHasTheCurrentContext) {
  add<logging::sinks::synchronous_sink<Backend>>();
  logging::sources::logger logger;
  BOOST_LOG(logger) << "started";
  const Context context = numbered_context(7);
  const Scope scope(context);
  BOOST_LOG(logger) << "paid";
  EXPECT_EQ(lines_->str(), "started\npaid" + text_of(context) + "\n");
}

TEST_F(BoostLogTest, AnAsynchronousSinkHasTheContextOfTheThreadThatLogged) {
  const auto sink = add<logging::sinks::asynchronous_sink<Backend>>();
  std::vector<std::thread> threads;
  for (std::uint64_t number = 1; number <= 4; ++number) {
    threads.emplace_back(bind(numbered_context(number), [number] {
      logging::sources::logger logger;
      for (int i = 0; i < 500; ++i) BOOST_LOG(logger) << number;
    }));
  }
  for (std::thread& thread : threads) thread.join();
  sink->stop();
  sink->flush();

  std::istringstream lines(lines_->str());
  std::map<std::uint64_t, int> count;
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::uint64_t number = 0;
    std::string fields;
    words >> number;
    std::getline(words, fields);
    ++count[number];
    EXPECT_EQ(fields, text_of(numbered_context(number)));
  }
  EXPECT_EQ(count, (std::map<std::uint64_t, int>{{1, 500}, {2, 500}, {3, 500}, {4, 500}}));
}

}  // namespace
}  // namespace baton
