// SPDX-License-Identifier: Apache-2.0
#include "baton/log/spdlog.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "baton/fmt.hpp"
#include "support/context_of.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

const Context context =
    test::context_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "k=v");
const std::string context_text =
    " trace_id=0af7651916cd43dd8448eb211c80319c span_id=b7ad6b7169203331 trace_flags=01";

Context numbered_context(std::uint64_t number) {
  Context numbered;
  numbered.set_span_context({TraceId(1, number), SpanId(number), TraceFlags(1), false, {}});
  return numbered;
}

std::string text_of(const Context& of) {
  std::ostringstream out;
  out << log_fields(of);
  return out.str();
}

std::unique_ptr<spdlog::formatter> formatter(const std::string& pattern) {
  auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::local, "\n");
  made->add_flag<SpdlogFlag>('Q', SpdlogFlag::trace_id)
      .add_flag<SpdlogFlag>('q', SpdlogFlag::span_id)
      .add_flag<SpdlogFlag>('w', SpdlogFlag::trace_flags)
      .add_flag<SpdlogFlag>('K', SpdlogFlag::text)
      .add_flag<SpdlogFlag>('J', SpdlogFlag::json)
      .set_pattern(pattern);
  return made;
}

std::string printed(const std::string& pattern, const Context& current_context) {
  std::ostringstream lines;
  spdlog::logger logger("app", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines));
  logger.set_formatter(formatter(pattern));
  const Scope scope(current_context);
  logger.info("paid");
  return lines.str();
}

TEST(SpdlogFlagTest, PrintsThePartsOfTheCurrentContext) {
  EXPECT_EQ(printed("%Q %q %w %v", context),
            "0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 01 paid\n");
  EXPECT_EQ(printed("%v%K", context), "paid" + context_text + "\n");
  EXPECT_EQ(printed(R"({"message":"%v"%J})", context),
            R"({"message":"paid","trace_id":"0af7651916cd43dd8448eb211c80319c",)"
            R"("span_id":"b7ad6b7169203331","trace_flags":"01"})"
            "\n");
}

TEST(SpdlogFlagTest, PrintsMinusOrNothingWithoutATrace) {
  EXPECT_EQ(printed("%Q %q %w %v", Context()), "- - - paid\n");
  EXPECT_EQ(printed("%v%K", Context()), "paid\n");
  EXPECT_EQ(printed(R"({"message":"%v"%J})", Context()), "{\"message\":\"paid\"}\n");
}

TEST(SpdlogFlagTest, PrintsATraceIdAlone) {
  Context alone;
  alone.set_trace_id(TraceId(0, 0xAB), Sampling::sample);
  EXPECT_EQ(printed("%Q %q %w", alone), "000000000000000000000000000000ab - 01\n");
}

class SpdlogAsyncTest : public testing::Test {
 protected:
  std::ostringstream lines_;
  std::shared_ptr<spdlog::sinks::ostream_sink_mt> sink_ =
      std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_);
  std::shared_ptr<spdlog::details::thread_pool> pool_ =
      std::make_shared<spdlog::details::thread_pool>(128, 2);
  spdlog::logger logger_{
      "app", std::make_shared<SpdlogAsyncSink>(std::vector<spdlog::sink_ptr>{sink_}, pool_)};

  /// What has been logged. The threads of the pool end.
  std::string wait() {
    pool_.reset();
    return lines_.str();
  }
};

TEST_F(SpdlogAsyncTest, TheContextIsThatOfTheThreadThatLogged) {
  logger_.set_formatter(formatter("%n %t %v%K"));
  std::map<std::string, int> expected;
  std::vector<std::thread> threads;
  for (std::uint64_t number = 1; number <= 4; ++number) {
    const std::string fields = text_of(numbered_context(number));
    expected["app" + fields] = 500;
    threads.emplace_back(bind(numbered_context(number), [this, number] {
      for (int i = 0; i < 500; ++i) logger_.info("{}", number);
    }));
  }
  for (int i = 0; i < 500; ++i) logger_.info("0");
  for (std::thread& thread : threads) thread.join();

  std::istringstream lines(wait());
  std::map<std::string, std::string> thread_of;
  std::map<std::uint64_t, int> count;
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string name;
    std::string thread;
    std::uint64_t number = 0;
    std::string fields;
    words >> name >> thread >> number;
    std::getline(words, fields);
    ++count[number];
    EXPECT_EQ(name, "app");
    EXPECT_EQ(fields, number == 0 ? "" : text_of(numbered_context(number)));
    EXPECT_EQ(thread_of.try_emplace(fields, thread).first->second, thread);
  }
  EXPECT_EQ(count,
            (std::map<std::uint64_t, int>{{0, 500}, {1, 500}, {2, 500}, {3, 500}, {4, 500}}));
}

// Why the sink exists.
TEST_F(SpdlogAsyncTest, AnAsyncLoggerOfSpdlogLosesTheContext) {
  const auto logger = std::make_shared<spdlog::async_logger>("app", sink_, pool_);
  logger->set_formatter(formatter("%v%K"));
  const Scope scope(context);
  logger->info("paid");
  EXPECT_EQ(wait(), "paid\n");
}

TEST_F(SpdlogAsyncTest, AFormattedArgumentKeepsTheContextInAnyLogger) {
  const auto logger = std::make_shared<spdlog::async_logger>("app", sink_, pool_);
  logger->set_pattern("%v");
  sink_->set_formatter(formatter("%v"));
  const Scope scope(context);
  logger->info("paid {}{}", 3, log_fields());
  EXPECT_EQ(wait(), "paid 3" + context_text + "\n");
}

TEST_F(SpdlogAsyncTest, ATraceIdAlone) {
  logger_.set_formatter(formatter("%Q %q %w"));
  Context alone;
  alone.set_trace_id(TraceId(0, 0xAB), Sampling::sample);
  const Scope scope(alone);
  logger_.info("");
  EXPECT_EQ(wait(), "000000000000000000000000000000ab - 01\n");
}

TEST_F(SpdlogAsyncTest, ChangesNothingElseOfAMessage) {
  const std::string long_name(300, 'n');
  const std::string long_text(1000, 't');
  const auto clone = logger_.clone(long_name);
  logger_.set_pattern("%n %l %# %v");
  const Scope scope(context);
  logger_.log({"file.cpp", 7, "function"}, spdlog::level::warn, "paid");
  clone->error(long_text);
  EXPECT_EQ(wait(), "app warning 7 paid\n" + long_name + " error  " + long_text + "\n");
}

TEST_F(SpdlogAsyncTest, KeepsTheLevelsOfItsSinks) {
  logger_.set_pattern("%v");
  sink_->set_level(spdlog::level::warn);
  logger_.info("small");
  logger_.warn("great");
  EXPECT_EQ(wait(), "great\n");
}

TEST_F(SpdlogAsyncTest, WritesToEachSink) {
  std::ostringstream others;
  const auto other = std::make_shared<spdlog::sinks::ostream_sink_mt>(others);
  spdlog::logger logger(
      "app", std::make_shared<SpdlogAsyncSink>(std::vector<spdlog::sink_ptr>{sink_, other}, pool_));
  logger.set_formatter(formatter("%v%K"));
  other->set_pattern("%v");
  const Scope scope(context);
  logger.info("paid");
  EXPECT_EQ(wait(), "paid" + context_text + "\n");
  EXPECT_EQ(others.str(), "paid\n");
}

class FlushedSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  int flushed = 0;

 protected:
  void sink_it_(const spdlog::details::log_msg&) override {}
  void flush_() override { ++flushed; }
};

TEST_F(SpdlogAsyncTest, Flushes) {
  const auto flushed = std::make_shared<FlushedSink>();
  spdlog::logger logger(
      "app", std::make_shared<SpdlogAsyncSink>(std::vector<spdlog::sink_ptr>{flushed}, pool_));
  logger.flush_on(spdlog::level::err);
  logger.info("");
  logger.error("");
  logger.flush();
  wait();
  EXPECT_EQ(flushed->flushed, 2);
}

TEST_F(SpdlogAsyncTest, ReportsThatItsPoolHasEnded) {
  std::string error;
  logger_.set_error_handler([&](const std::string& message) { error = message; });
  wait();
  logger_.info("late");
  EXPECT_NE(error.find("thread pool"), std::string::npos) << error;
}

}  // namespace
}  // namespace baton
