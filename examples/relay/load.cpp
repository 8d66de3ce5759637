// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/value_from.hpp>
#include <chrono>
#include <exception>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace relay {
namespace {

namespace net = boost::asio;

constexpr std::size_t max_complaints = 10;

std::size_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Percentiles percentiles(std::vector<float>& times) {
  if (times.empty()) return {};
  std::ranges::sort(times);
  const auto at = [&](std::size_t percent) {
    return static_cast<double>(times[(times.size() - 1) * percent / 100]);
  };
  return {at(50), at(90), at(99), at(100)};
}

class Load {
 public:
  Load(net::io_context& io, Client& client, unsigned short port, const LoadOptions& options)
      : io_(io), client_(client), port_(port), options_(options) {
    answered_.reserve(options.requests);
    completed_.reserve(options.requests);
  }

  Summary run() {
    summary_.requests = options_.requests;
    summary_.concurrency = std::min(options_.concurrency, options_.requests);
    summary_.memory_at_start = resident_memory();
    running_ = summary_.concurrency;
    for (std::size_t i = 0; i < summary_.concurrency; ++i) {
      net::co_spawn(io_, work(), [this](const std::exception_ptr& failure) { finish(failure); });
    }
    if (options_.shows_progress) show_progress();
    io_.restart();
    io_.run();
    summary_.seconds = std::chrono::duration<double>(end_ - start_).count();
    summary_.memory_at_end = resident_memory();
    if (summary_.memory_after_tenth == 0) summary_.memory_after_tenth = summary_.memory_at_end;
    summary_.answered = percentiles(answered_);
    summary_.completed = percentiles(completed_);
    return std::move(summary_);
  }

 private:
  net::awaitable<void> work() {
    Connection connection(io_);
    co_await client_.connect(connection, port_);
    while (next_ < options_.requests) {
      const std::size_t number = next_++;
      const Caller& caller = callers()[number % callers().size()];
      note(caller, co_await client_.order(connection, caller, "order-" + std::to_string(number)));
    }
  }

  void note(const Caller& caller, const Outcome& outcome) {
    ++done_;
    summary_.hops += outcome.journey.hops.size();
    summary_.spans += outcome.journey.spans.size();
    answered_.push_back(static_cast<float>(milliseconds(outcome.answered)));
    completed_.push_back(static_cast<float>(milliseconds(outcome.completed)));
    if (!outcome.complaints.empty()) ++summary_.broken;
    for (const std::string& complaint : outcome.complaints) {
      complain(std::string(caller.title).append(": ").append(complaint));
    }
    if (done_ == options_.requests / 10) summary_.memory_after_tenth = resident_memory();
  }

  void complain(std::string complaint) {
    if (summary_.complaints.size() < max_complaints) {
      summary_.complaints.push_back(std::move(complaint));
    }
  }

  void finish(const std::exception_ptr& failure) {
    if (failure) {
      ++summary_.broken;
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& exception) {
        complain(std::string("a connection failed: ").append(exception.what()));
      }
    }
    if (--running_ > 0) return;
    end_ = Clock::now();
    progress_.cancel();
  }

  void show_progress(std::chrono::milliseconds wait = {}) {
    progress_.expires_after(wait);
    progress_.async_wait([this](const boost::system::error_code& error) {
      const bool goes_on = !error && running_ > 0;
      std::ostringstream line;
      if (goes_on) {
        line << done_ << " of " << options_.requests << ", "
             << static_cast<std::size_t>(static_cast<double>(done_) /
                                         std::max(seconds_since(start_), 1e-3))
             << "/s, " << summary_.broken << " broken";
      }
      std::cerr << "\r\033[K" << line.str() << std::flush;
      if (goes_on) show_progress(std::chrono::milliseconds(200));
    });
  }

  net::io_context& io_;
  Client& client_;
  unsigned short port_;
  LoadOptions options_;
  Summary summary_;
  std::vector<float> answered_;
  std::vector<float> completed_;
  std::size_t next_ = 0;
  std::size_t done_ = 0;
  std::size_t running_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point end_ = start_;
  net::steady_timer progress_{io_};
};

boost::json::object to_json(const Percentiles& times) {
  return {{"p50", times.median}, {"p90", times.p90}, {"p99", times.p99}, {"max", times.most}};
}

void write(std::ostream& out, std::string_view label, const Percentiles& times) {
  out << std::left << std::setw(16) << label << std::right << "p50 " << times.median << "  p90 "
      << times.p90 << "  p99 " << times.p99 << "  max " << times.most << " ms\n";
}

double in_mebibytes(std::size_t bytes) { return static_cast<double>(bytes) / (1024 * 1024); }

}  // namespace

Summary run_load(net::io_context& io, Client& client, unsigned short port,
                 const LoadOptions& options) {
  return Load(io, client, port, options).run();
}

std::string to_text(const Summary& summary, Style style) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1);
  const auto row = [&](std::string_view label) -> std::ostream& {
    return out << std::left << std::setw(16) << label;
  };
  row("requests") << summary.requests << ", " << summary.concurrency << " at a time\n";
  row("hops") << summary.hops << ", in " << summary.spans << " spans\n";
  if (summary.faults > 0) row("broker failed") << summary.faults << " times\n";
  row("broken traces") << paint(std::to_string(summary.broken), summary.broken == 0 ? "32" : "31",
                                style)
                       << '\n';
  for (const std::string& complaint : summary.complaints) row("") << complaint << '\n';
  row("rate") << static_cast<double>(summary.requests) / summary.seconds << "/s, "
              << summary.seconds << " s\n";
  write(out, "answered", summary.answered);
  write(out, "last hop done", summary.completed);
  row("memory") << in_mebibytes(summary.memory_at_start) << " MiB at start, "
                << in_mebibytes(summary.memory_after_tenth) << " after a tenth, "
                << in_mebibytes(summary.memory_at_end) << " at end\n";
  return out.str();
}

boost::json::object to_json(const Summary& summary) {
  return {{"requests", summary.requests},
          {"concurrency", summary.concurrency},
          {"hops", summary.hops},
          {"spans", summary.spans},
          {"broken", summary.broken},
          {"faults", summary.faults},
          {"complaints", boost::json::value_from(summary.complaints)},
          {"seconds", summary.seconds},
          {"rate", static_cast<double>(summary.requests) / summary.seconds},
          {"answered_ms", to_json(summary.answered)},
          {"completed_ms", to_json(summary.completed)},
          {"memory_bytes",
           {{"start", summary.memory_at_start},
            {"tenth", summary.memory_after_tenth},
            {"end", summary.memory_at_end}}}};
}

}  // namespace relay
