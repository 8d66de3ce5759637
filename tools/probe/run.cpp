// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/run.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <csignal>
#include <exception>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "baton/ids.hpp"
#include "text/hex.hpp"
#include "tools/probe/client.hpp"
#include "tools/probe/listener.hpp"
#include "tools/probe/request.hpp"

namespace baton::tool::probe {
namespace {

namespace net = boost::asio;
using net::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t max_kept_calls = 8;                       // of one request
constexpr std::size_t max_kept_bytes = std::size_t{256} << 20;  // of fields, of all requests
// For calls that come after the last answer, or a second time.
constexpr std::chrono::milliseconds last_wait{50};

std::size_t size_of(const std::vector<Header>& fields) noexcept {
  std::size_t bytes = 0;
  for (const auto& [name, value] : fields) bytes += sizeof(Header) + name.size() + value.size();
  return bytes;
}

class Runner {
 public:
  Runner(net::io_context& io, const RunOptions& options)
      : io_(io), options_(options), token_(SpanId::random().to_string()), wakeup_(io) {}

  net::awaitable<void> run(const std::vector<Case>& cases, Run& result, std::string& error);

  [[nodiscard]] std::size_t unknown_calls() const noexcept { return unknown_calls_; }

 private:
  /// A request, and where its calls belong.
  struct Slot {
    const Case* row;
    Observation* seen;
    bool is_open = true;
    bool has_guess = false;  // its call names no trace that was sent
  };

  net::awaitable<bool> listen(std::string& error);
  net::awaitable<bool> prepare(std::string& error);
  net::awaitable<void> probe(const Case& row, Observation& seen);
  net::awaitable<void> wait_for_calls(const Case& row, const Observation& seen,
                                      Clock::time_point end);
  net::awaitable<void> sleep_until(Clock::time_point end);
  void on_arrival(Arrival arrival);
  void add_call(Slot& slot, unsigned number, Arrival arrival);
  [[nodiscard]] std::optional<std::size_t> find_token(std::string_view target, unsigned& number);
  [[nodiscard]] std::optional<std::size_t> find_trace(const Arrival& arrival) const;
  void add_routed_call(Arrival arrival);
  [[nodiscard]] bool is_served(const Case& row, const Observation& seen) const noexcept;
  [[nodiscard]] bool is_plain_served(const Observation& seen) const noexcept;

  net::io_context& io_;
  const RunOptions& options_;
  std::string token_;  // tells this run's calls from others
  net::steady_timer wakeup_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Client> client_;
  std::string callback_;
  std::vector<Slot> slots_;
  std::unordered_map<std::uint64_t, std::size_t> slots_by_trace_;  // by the last 64 bits
  std::optional<std::string> route_;  // the path that the service calls, if it is always the same
  bool is_route_known_ = false;
  Clock::time_point next_start_ = Clock::now();
  std::size_t unknown_calls_ = 0;
  std::size_t kept_bytes_ = 0;
};

net::awaitable<bool> Runner::listen(std::string& error) {
  tcp::resolver resolver(io_);
  boost::system::error_code code;
  const auto listening =
      co_await resolver.async_resolve(options_.listen.host, std::to_string(options_.listen.port),
                                      net::redirect_error(net::use_awaitable, code));
  if (!code) {
    try {
      listener_ =
          std::make_unique<Listener>(io_, listening.begin()->endpoint(), options_.timeout,
                                     [this](Arrival arrival) { on_arrival(std::move(arrival)); });
    } catch (const boost::system::system_error& failure) {
      code = failure.code();
    }
  }
  if (code) {
    error = "cannot listen on " + options_.listen.host + ":" +
            std::to_string(options_.listen.port) + ": " + code.message();
    co_return false;
  }
  callback_ = options_.callback;
  if (callback_.empty() && options_.call == CallMode::body) {
    const tcp::endpoint own = listener_->endpoint();
    if (own.address().is_unspecified()) {
      error = "--listen: " + options_.listen.host + " is no address to call; see --callback";
      co_return false;
    }
    callback_ = "http://" + Url{own.address().to_string(), own.port(), "/"}.authority();
  }
  co_return true;
}

net::awaitable<bool> Runner::prepare(std::string& error) {
  if (options_.call != CallMode::response) {
    const bool is_listening = co_await listen(error);
    if (!is_listening) co_return false;
  }
  tcp::resolver resolver(io_);
  boost::system::error_code code;
  const auto found =
      co_await resolver.async_resolve(options_.url.host, std::to_string(options_.url.port),
                                      net::redirect_error(net::use_awaitable, code));
  if (!code) {
    Client::Endpoints endpoints;
    for (const auto& entry : found) endpoints.push_back(entry.endpoint());
    client_ = std::make_unique<Client>(io_, std::move(endpoints), options_.timeout);
    code = co_await client_->connect();
  }
  if (code) {
    error = "no service at " + options_.url.authority() + ": " + code.message();
    co_return false;
  }
  co_return true;
}

net::awaitable<void> Runner::run(const std::vector<Case>& cases, Run& result, std::string& error) {
  const bool is_ready = co_await prepare(error);
  if (!is_ready) co_return;
  const Clock::time_point end = Clock::now() + options_.max_time;
  std::size_t failures = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (options_.on_progress) options_.on_progress(i);
    if (Clock::now() >= end) {
      result.stopped = "the time for the whole run is over (--max-time)";
      break;
    }
    const Case& row = cases[i];
    Observation& seen = result.seen[i];
    co_await probe(row, seen);
    if (row.is_hostile) {
      seen.afterwards = std::make_unique<Observation>();
      co_await probe(cases.front(), *seen.afterwards);
    }
    if (i == 0 && !is_plain_served(seen)) {
      result.stopped = "the first request, a plain one, was not served";
      break;
    }
    if (kept_bytes_ > max_kept_bytes) {
      result.stopped = "the service has sent more than 256 MiB of fields";
      break;
    }
    failures = is_served(row, seen) ? 0 : failures + 1;
    if (failures == max_failures_in_a_row) {
      result.stopped = std::to_string(failures) + " requests in a row got no answer or no call";
      break;
    }
  }
  if (options_.call != CallMode::response) {
    const auto last = Clock::now() + last_wait;
    while (Clock::now() < last) co_await sleep_until(last);
  }
}

bool Runner::is_served(const Case& row, const Observation& seen) const noexcept {
  const Answer answer = seen.reply.answer;
  if (answer == Answer::timed_out || answer == Answer::not_connected) return false;
  const bool must_call = options_.call != CallMode::response && answer == Answer::answered &&
                         seen.reply.status < 300 && row.calls != 0;
  return !must_call || !seen.calls.empty();
}

/// If not even that is served, all else would be about the URL, and not about the service.
bool Runner::is_plain_served(const Observation& seen) const noexcept {
  const bool is_fine = seen.reply.answer == Answer::answered && seen.reply.status < 300;
  return is_fine && (options_.call == CallMode::response || !seen.calls.empty());
}

net::awaitable<void> Runner::probe(const Case& row, Observation& seen) {
  while (Clock::now() < next_start_) co_await sleep_until(next_start_);
  next_start_ = Clock::now() + std::chrono::nanoseconds(std::chrono::seconds(1)) / options_.rate;
  const std::size_t slot = slots_.size();
  slots_.push_back({&row, &seen});
  if (const auto trace = TraceId::from_hex(row.trace_id); trace && trace->low() != 0) {
    slots_by_trace_[trace->low()] = slot;
  }
  const std::string token = token_ + "." + std::to_string(slot);
  const std::string request = make_request(options_, row, callback_, token);

  const Clock::time_point begin = Clock::now();
  seen.reply = co_await client_->send(request, options_.method == "HEAD",
                                      [&seen] { return !seen.calls.empty(); });
  kept_bytes_ += size_of(seen.reply.fields);
  // A connection may be in any state after a request that cannot be read.
  if (row.is_hostile) client_->close();
  if (options_.call != CallMode::response) {
    const bool is_fine = seen.reply.answer == Answer::answered && seen.reply.status < 300;
    const auto end = is_fine ? begin + options_.timeout : Clock::now();
    co_await wait_for_calls(row, seen, end);
  }
  seen.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  slots_[slot].is_open = false;
  seen.was_run = true;
}

net::awaitable<void> Runner::wait_for_calls(const Case& row, const Observation& seen,
                                            Clock::time_point end) {
  while (seen.calls.size() < row.calls && Clock::now() < end) co_await sleep_until(end);
}

/// Ends earlier if a call arrives.
net::awaitable<void> Runner::sleep_until(Clock::time_point end) {
  wakeup_.expires_at(end);
  boost::system::error_code ignored;
  co_await wakeup_.async_wait(net::redirect_error(net::use_awaitable, ignored));
}

void Runner::on_arrival(Arrival arrival) {
  unsigned number = 0;
  if (arrival.target.find(token_) != std::string::npos) {
    if (const auto found = find_token(arrival.target, number)) {
      add_call(slots_[*found], number, std::move(arrival));
    } else {
      ++unknown_calls_;
    }
  } else if (options_.call == CallMode::route) {
    add_routed_call(std::move(arrival));
  } else if (!arrival.problem.empty() && !slots_.empty() && slots_.back().is_open) {
    add_call(slots_.back(), number, std::move(arrival));
  } else {
    ++unknown_calls_;
  }
}

void Runner::add_call(Slot& slot, unsigned number, Arrival arrival) {
  if (slot.seen->calls.size() < max_kept_calls) {
    kept_bytes_ += size_of(arrival.fields);
    slot.seen->calls.push_back({number, std::move(arrival.problem), std::move(arrival.fields),
                                !slot.is_open, arrival.is_too_large});
  }
  wakeup_.cancel();
}

std::optional<std::size_t> Runner::find_token(std::string_view target, unsigned& number) {
  const char* const end = target.data() + target.size();
  const char* const next = target.data() + target.find(token_) + token_.size();
  std::size_t slot = 0;
  if (next == end) return std::nullopt;
  const auto read = std::from_chars(next + 1, end, slot);
  if (read.ec != std::errc() || slot >= slots_.size()) return std::nullopt;
  if (read.ptr != end && *read.ptr == '.') std::from_chars(read.ptr + 1, end, number);
  return slot;
}

/// A call whose target says nothing belongs to the request whose trace it names, however late it
/// is. One that names none may be the call of the request that is waiting, be it for a trace that
/// started anew; or of an earlier request, or a check of the upstream's health.
void Runner::add_routed_call(Arrival arrival) {
  const std::string path = arrival.target.substr(0, arrival.target.find('?'));
  if (const auto found = find_trace(arrival)) {
    Slot& slot = slots_[*found];
    if (!is_route_known_) {
      route_ = path;
    } else if (route_ != path) {
      route_.reset();
    }
    is_route_known_ = true;
    if (slot.has_guess) {
      unknown_calls_ += slot.seen->calls.size();
      slot.seen->calls.clear();
      slot.has_guess = false;
    }
    add_call(slot, 0, std::move(arrival));
    return;
  }
  const bool is_elsewhere = route_ && *route_ != path && arrival.problem.empty();
  if (slots_.empty() || !slots_.back().is_open || !slots_.back().seen->calls.empty() ||
      is_elsewhere) {
    ++unknown_calls_;
    return;
  }
  slots_.back().has_guess = true;
  add_call(slots_.back(), 0, std::move(arrival));
}

/// Formats say the last 64 bits of a trace id in 16 hexadecimal digits, or as a decimal number.
std::optional<std::size_t> Runner::find_trace(const Arrival& arrival) const {
  constexpr std::size_t hex_digits = 16;
  const auto end = slots_by_trace_.end();
  for (const auto& [name, value] : arrival.fields) {
    std::uint64_t bits = 0;
    std::size_t run = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const int digit = detail::hex::digit_of_any_case(value[i]);
      run = digit == detail::hex::bad ? 0 : run + 1;
      bits = bits << 4 | static_cast<std::uint64_t>(digit & 0xf);
      if (run < hex_digits) continue;
      if (const auto found = slots_by_trace_.find(bits); found != end) return found->second;
    }
    const char* const last = value.data() + value.size();
    for (const char* next = value.data(); next != last;) {
      std::uint64_t number = 0;
      const auto read = std::from_chars(next, last, number);
      const auto found = read.ec == std::errc() ? slots_by_trace_.find(number) : end;
      if (found != end) return found->second;
      next = read.ptr == next ? next + 1 : read.ptr;
    }
  }
  return std::nullopt;
}

}  // namespace

tl::expected<Run, std::string> run_cases(const RunOptions& options,
                                         const std::vector<Case>& cases) {
  net::io_context io(1);
  Run result;
  result.seen.resize(cases.size());
  std::string error;
  Runner runner(io, options);
  std::exception_ptr failure;
  // What was seen so far is judged; the request that is under way is not.
  net::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& code, int) {
    if (code) return;
    result.stopped = "interrupted";
    io.stop();
  });
  net::co_spawn(io, runner.run(cases, result, error), [&](std::exception_ptr thrown) {
    failure = std::move(thrown);
    io.stop();
  });
  io.run();
  result.unknown_calls = runner.unknown_calls();
  if (failure) std::rethrow_exception(failure);
  if (!error.empty()) return tl::unexpected(std::move(error));
  return result;
}

}  // namespace baton::tool::probe
