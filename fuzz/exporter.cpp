// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "baton/exporter/exporting_tracer.hpp"
#include "exporter/clean_text.hpp"
#include "exporter/endpoint.hpp"
#include "exporter/retry_after.hpp"
#include "fuzz/input.hpp"
#include "laws/require.hpp"
#include "oracle/baggage.hpp"
#include "oracle/percent.hpp"

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): in no header of POSIX

namespace {

using laws::require;
using laws::require_same;
using Texts = baton::ExportOptions::Texts;

/// The variables of this process; `setenv` would keep all that it ever got.
class Variables {
 public:
  explicit Variables(std::vector<std::string> entries) : entries_(std::move(entries)) {
    for (std::string& entry : entries_) list_.push_back(entry.data());
    list_.push_back(nullptr);
    environ = list_.data();
  }
  ~Variables() { environ = before_; }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

  [[nodiscard]] std::string get(const std::string& name) const {
    for (const std::string& entry : entries_) {
      const std::string text = entry.c_str();
      if (text.starts_with(name + "=")) return oracle::trim(text.substr(name.size() + 1));
    }
    return "";
  }

 private:
  std::vector<std::string> entries_;
  std::vector<char*> list_;
  char** before_ = environ;
};

std::optional<Texts> read_list(const std::string& text) {
  Texts list;
  for (const std::string& part : oracle::split(text, ',')) {
    const std::string member = oracle::trim(part);
    if (member.empty()) continue;
    std::string key;
    std::string value;
    if (!oracle::cut(member, '=', key, value)) return std::nullopt;
    key = oracle::trim(key);
    value = oracle::trim(value);
    if (key.empty() || oracle::has_bad_escape(key) || oracle::has_bad_escape(value)) {
      return std::nullopt;
    }
    list.emplace_back(oracle::unescape(key), oracle::unescape(value));
  }
  return list;
}

bool is_header(const Texts::value_type& header) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  };
  return oracle::is_token(header.first) && std::ranges::none_of(header.second, is_control);
}

constexpr std::chrono::milliseconds longest{2'147'483'647};

/// The first of these variables that is a time, of which zero may stand for another.
std::chrono::milliseconds read_time(const Variables& variables,
                                    const std::vector<std::string>& names,
                                    std::chrono::milliseconds zero,
                                    std::chrono::milliseconds otherwise) {
  for (const std::string& name : names) {
    const std::string text = variables.get(name);
    if (text.empty() || !oracle::all_of(text, oracle::digits)) continue;
    const std::string digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
    if (digits.empty()) return zero;
    if (digits.size() > 10 || std::stoll(digits) > longest.count()) continue;
    return std::chrono::milliseconds(std::stoll(digits));
  }
  return otherwise;
}

void check_times(const Variables& variables, const baton::ExportOptions& options) {
  const baton::ExportOptions defaults;
  require(
      options.schedule_delay == read_time(variables, {"OTEL_BSP_SCHEDULE_DELAY"},
                                          std::chrono::milliseconds(1), defaults.schedule_delay),
      "the reference's delay");
  require(options.export_timeout ==
              read_time(variables, {"OTEL_BSP_EXPORT_TIMEOUT"}, longest, defaults.export_timeout),
          "the reference's timeout of a batch");
  const bool is_zipkin = oracle::ascii_lower(variables.get("OTEL_TRACES_EXPORTER")) == "zipkin";
  const std::vector<std::string> names =
      is_zipkin ? std::vector<std::string>{"OTEL_EXPORTER_ZIPKIN_TIMEOUT"}
                : std::vector<std::string>{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
                                           "OTEL_EXPORTER_OTLP_TIMEOUT"};
  require(options.timeout == read_time(variables, names, longest, defaults.timeout),
          "the reference's timeout of a request");
}

void check_endpoint(const std::string& url);

void check_variables(std::vector<std::string> lines) {
  const Variables variables(std::move(lines));
  const baton::ConfiguredExport configured = baton::export_options_from_environment();
  const baton::ExportOptions& options = configured.options;
  const auto is_reported = [&](const char* name) {
    return configured.error.find(name) != std::string::npos;
  };
  const auto attributes = read_list(variables.get("OTEL_RESOURCE_ATTRIBUTES"));
  require(options.resource_attributes == attributes.value_or(Texts()),
          "the reference's attributes");
  require(attributes || is_reported("OTEL_RESOURCE_ATTRIBUTES"), "a malformed list is reported");
  if (oracle::ascii_lower(variables.get("OTEL_TRACES_EXPORTER")) != "zipkin") {
    Texts expected;
    for (const char* name : {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"}) {
      const auto list = read_list(variables.get(name));
      if (variables.get(name).empty()) continue;
      if (list && std::ranges::all_of(*list, is_header)) {
        expected = *list;
        break;
      }
      require(is_reported(name), "malformed headers are reported");
    }
    require(options.headers == expected, "the reference's headers");
  }
  require(std::ranges::all_of(options.headers, is_header), "headers fit into a request");
  if (!options.endpoint.empty()) {
    std::string error;
    require(baton::detail::Endpoint::parse(options.endpoint, error).has_value(), "a valid URL");
    check_endpoint(options.endpoint);
  }
  check_times(variables, options);
  for (const std::size_t number : {options.max_queue_size, options.max_batch_size}) {
    require(number >= 1 && number <= 1'000'000, "at most a million");
  }
  require_same(options.service_name, variables.get("OTEL_SERVICE_NAME"), "the service's name");
}

void check_endpoint(const std::string& url) {
  std::string error;
  const auto endpoint = baton::detail::Endpoint::parse(url, error);
  require(endpoint.has_value() == error.empty(), "a reason if there is no result");
  const std::size_t begin = std::min(url.find("//"), url.size());
  const std::string authority = url.substr(begin, url.find_first_of("/?#", begin + 2) - begin);
  if (const std::size_t end = authority.rfind('@'); end != std::string::npos && end > 8) {
    const std::string user = authority.substr(2, end - 2);
    const bool is_twice = url.find(user) != url.rfind(user);
    require(is_twice || error.find(user) == std::string::npos, "no user and no password is shown");
  }
  if (!endpoint) return;
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7f; };
  for (const std::string& text : {endpoint->authority, endpoint->target}) {
    require(!text.empty() && std::ranges::all_of(text, is_visible), "it fits into a request");
  }
  for (const char c : endpoint->host) {
    const auto byte = static_cast<unsigned char>(c);
    require(byte > 0x20 && byte != 0x7f, "no host has a blank or a control character");
  }
  require(!endpoint->host.empty(), "there is a host");
  require(endpoint->target.front() == '/' && endpoint->target.find('#') == std::string::npos,
          "path and query");
  std::uint16_t port = 0;
  const std::string& digits = endpoint->port;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  require(read.ptr == digits.data() + digits.size() && port != 0, "the port is one");
  require(endpoint->shown.find('?') == std::string::npos, "a query is not shown");
  const auto again =
      baton::detail::Endpoint::parse("http://" + endpoint->authority + endpoint->target, error);
  require(again && again->host == endpoint->host && again->port == endpoint->port &&
              again->authority == endpoint->authority && again->target == endpoint->target,
          "what it says is the same URL");
}

void check_retry_after(const std::string& text) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const absl::Duration wait = baton::detail::read_retry_after(text, now);
  require(wait >= absl::ZeroDuration() && wait <= absl::Minutes(1), "at most a minute");
  if (!text.empty() && oracle::all_of(text, oracle::digits)) {
    std::string digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
    const std::int64_t seconds = digits.size() > 2 ? 60 : std::atoi(digits.c_str());
    require(wait == absl::Seconds(std::min<std::int64_t>(seconds, 60)), "that many seconds");
  } else if (wait != absl::ZeroDuration()) {
    require(text.find(':') != std::string::npos, "only a date is one");
  }
}

void check_clean_text(const std::string& text) {
  baton::detail::CleanText clean;
  const std::string whole = oracle::to_utf8(text);
  require_same(clean(text), whole, "the reference's UTF-8");
  const std::string many = whole + whole + whole + whole;
  std::string longer;
  while (longer.size() <= baton::ExportingTracer::max_text_size && !many.empty()) longer += many;
  const std::string_view cut = baton::detail::cut(longer);
  require(longer.starts_with(cut) && cut.size() <= baton::ExportingTracer::max_text_size,
          "the beginning, within the limit");
  require_same(oracle::to_utf8(std::string(cut)), cut, "of whole characters");
}

}  // namespace

/// Choice 0: variables of the environment. 1: a URL. 2: `Retry-After`. Others: a text of a span.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  std::vector<std::string> lines = input.lines();
  switch (input.choice()) {
    case 0: check_variables(std::move(lines)); break;
    case 1: check_endpoint(fuzz::take(lines)); break;
    case 2: check_retry_after(fuzz::take(lines)); break;
    default: check_clean_text(oracle::join(lines, "\n"));
  }
  return 0;
}
