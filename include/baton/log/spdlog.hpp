// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/sink.h>

#include <array>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "baton/context.hpp"
#include "baton/detail/printed.hpp"
#include "baton/log.hpp"
#include "baton/scope.hpp"

namespace baton {

/// A flag for the patterns of spdlog that prints the ids of the current context.
///
///     auto formatter = std::make_unique<spdlog::pattern_formatter>();
///     formatter->add_flag<baton::SpdlogFlag>('Q', baton::SpdlogFlag::text);
///     formatter->set_pattern("%L %v%Q");
///     logger->set_formatter(std::move(formatter));
///
/// The line of an `async_logger` is formatted by a thread of its pool, which has another context:
/// use SpdlogAsyncSink instead. A line of a backtrace has the context of `dump_backtrace`.
class SpdlogFlag final : public ::spdlog::custom_flag_formatter {
 public:
  enum Part {
    trace_id,     ///< `-` if there is none
    span_id,      ///< `-` if there is none
    trace_flags,  ///< `-` without a trace
    text,         ///< as `LogFields::write_text`
    json,         ///< as `LogFields::write_json`
  };

  explicit SpdlogFlag(Part part) noexcept : part_(part) {}

  void format(const ::spdlog::details::log_msg& /*message*/, const std::tm& /*time*/,
              ::spdlog::memory_buf_t& out) override {
    const LogFields fields = log_fields();
    const bool has_trace = fields.trace_id.is_valid();
    switch (part_) {
      case trace_id: return append_id(has_trace, fields.trace_id, out);
      case span_id: return append_id(has_trace && fields.span_id.is_valid(), fields.span_id, out);
      case trace_flags: return append_id(has_trace, fields.trace_flags, out);
      case text: return append(detail::Printed(fields).view(), out);
      case json: break;
    }
    std::array<char, LogFields::max_json_size> buffer;
    append(fields.write_json(buffer), out);
  }

  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<SpdlogFlag>(part_);
  }

 private:
  static void append(std::string_view text, ::spdlog::memory_buf_t& out) {
    out.append(text.data(), text.data() + text.size());
  }
  static void append_id(bool exists, const auto& id, ::spdlog::memory_buf_t& out) {
    append(exists ? detail::Printed(id).view() : "-", out);
  }

  Part part_;
};

namespace detail {

// Of a message for another thread, spdlog copies the logger's name and the text. So the ids travel
// in front of the name.
static_assert(std::is_trivially_copyable_v<LogFields>);

/// Runs a sink with the context that a message was logged in.
class SpdlogRestoringSink final : public ::spdlog::sinks::sink {
 public:
  explicit SpdlogRestoringSink(::spdlog::sink_ptr inner) noexcept : inner_(std::move(inner)) {}

  void log(const ::spdlog::details::log_msg& message) override {
    if (!inner_->should_log(message.level)) return;
    LogFields fields;
    std::memcpy(&fields, message.logger_name.data(), sizeof(fields));
    ::spdlog::details::log_msg original = message;
    original.logger_name = {message.logger_name.data() + sizeof(fields),
                            message.logger_name.size() - sizeof(fields)};
    Context context;
    context.set_span_context({fields.trace_id, fields.span_id, fields.trace_flags, false, {}},
                             fields.trace_flags.sampled() ? Sampling::sample : Sampling::drop);
    const Scope scope(context);
    inner_->log(original);
  }
  void flush() override { inner_->flush(); }
  void set_pattern(const std::string& pattern) override { inner_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<::spdlog::formatter> formatter) override {
    inner_->set_formatter(std::move(formatter));
  }

 private:
  ::spdlog::sink_ptr inner_;
};

}  // namespace detail

/// A sink that passes messages to other sinks on the threads of a pool, as spdlog's `async_logger`
/// does. While these write a message, the ids of the context in which it was logged are current.
/// Its logger must not be asynchronous:
///
///     spdlog::init_thread_pool(8192, 1);
///     auto sink = std::make_shared<baton::SpdlogAsyncSink>(std::vector<spdlog::sink_ptr>{file});
///     auto logger = std::make_shared<spdlog::logger>("orders", sink);
///
/// That context has no tracestate and no baggage. Any thread may log. Beside what spdlog allocates
/// for a message, nothing is allocated unless the name of the logger exceeds 200 bytes. If the pool
/// no longer exists, it throws `spdlog_ex`, as an `async_logger` does, and the logger reports that.
class SpdlogAsyncSink final : public ::spdlog::sinks::sink {
 public:
  explicit SpdlogAsyncSink(
      std::vector<::spdlog::sink_ptr> sinks,
      std::weak_ptr<::spdlog::details::thread_pool> pool = ::spdlog::thread_pool(),
      ::spdlog::async_overflow_policy policy = ::spdlog::async_overflow_policy::block)
      : pool_(std::move(pool)), policy_(policy) {
    for (::spdlog::sink_ptr& each : sinks) {
      each = std::make_shared<detail::SpdlogRestoringSink>(std::move(each));
    }
    worker_ =
        std::make_shared<::spdlog::async_logger>("", sinks.begin(), sinks.end(), pool_, policy);
  }

  void log(const ::spdlog::details::log_msg& message) override {
    const LogFields fields = log_fields();
    const auto* const bytes = reinterpret_cast<const char*>(&fields);
    ::spdlog::memory_buf_t name;
    name.append(bytes, bytes + sizeof(fields));
    name.append(message.logger_name.data(),
                message.logger_name.data() + message.logger_name.size());
    ::spdlog::details::log_msg with_fields = message;
    with_fields.logger_name = {name.data(), name.size()};
    const auto pool = pool_.lock();
    if (pool == nullptr) ::spdlog::throw_spdlog_ex("baton: there is no thread pool");
    pool->post_log(std::shared_ptr(worker_), with_fields, policy_);
  }
  void flush() override { worker_->flush(); }
  void set_pattern(const std::string& pattern) override {
    for (const ::spdlog::sink_ptr& each : worker_->sinks()) each->set_pattern(pattern);
  }
  void set_formatter(std::unique_ptr<::spdlog::formatter> formatter) override {
    worker_->set_formatter(std::move(formatter));
  }

 private:
  std::shared_ptr<::spdlog::async_logger> worker_;
  std::weak_ptr<::spdlog::details::thread_pool> pool_;
  ::spdlog::async_overflow_policy policy_;
};

}  // namespace baton
