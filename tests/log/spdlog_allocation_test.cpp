// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "baton/log/spdlog.hpp"
#include "support/context_of.hpp"
#include "support/count_allocations.hpp"

namespace baton {
namespace {

/// Keeps the size of the last line, and the allocations of its thread at each line.
class CountingSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::size_t size = 0;
  std::vector<std::size_t> allocations;

  CountingSink() {
    allocations.reserve(16);
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<SpdlogFlag>('Q', SpdlogFlag::text)
        .add_flag<SpdlogFlag>('J', SpdlogFlag::json)
        .add_flag<SpdlogFlag>('q', SpdlogFlag::trace_id)
        .set_pattern("%v%Q%J%q");
    set_formatter(std::move(formatter));
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    size = line.size();
    allocations.push_back(test::allocations);
  }
  void flush_() override {}
};

class SpdlogAllocationTest : public testing::Test {
 protected:
  static constexpr std::string_view text = "paid";
  static constexpr std::size_t line_size =
      text.size() + LogFields::max_text_size + LogFields::max_json_size + TraceId::hex_size + 1;

  const Context context_ =
      test::context_of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "k=v");
  const Scope scope_{context_};
  std::shared_ptr<CountingSink> sink_ = std::make_shared<CountingSink>();

  /// The allocations of this thread for one line.
  static std::size_t log(spdlog::logger& logger) {
    logger.info(text);
    const std::size_t before = test::allocations;
    logger.info(text);
    return test::allocations - before;
  }
};

TEST_F(SpdlogAllocationTest, OfAFlag) {
  spdlog::logger logger("app", sink_);
  EXPECT_EQ(log(logger), 0U);
  EXPECT_EQ(sink_->size, line_size);
}

TEST_F(SpdlogAllocationTest, OfTheAsynchronousSink) {
  auto pool = std::make_shared<spdlog::details::thread_pool>(16, 1);
  spdlog::logger logger(std::string(200, 'n'), std::make_shared<SpdlogAsyncSink>(
                                                   std::vector<spdlog::sink_ptr>{sink_}, pool));
  EXPECT_EQ(log(logger), 0U);
  pool.reset();
  EXPECT_EQ(sink_->size, line_size);
  ASSERT_EQ(sink_->allocations.size(), 2U);
  EXPECT_EQ(sink_->allocations[0], sink_->allocations[1]);
}

}  // namespace
}  // namespace baton
