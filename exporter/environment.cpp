// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <system_error>
#include <utility>

#include "baton/detail/ascii.hpp"
#include "baton/exporter/options.hpp"
#include "core/environment_variable.hpp"
#include "core/errors.hpp"
#include "exporter/endpoint.hpp"
#include "exporter/header_field.hpp"
#include "exporter/settings.hpp"
#include "text/chars.hpp"
#include "text/percent.hpp"

namespace baton {
namespace {

using detail::environment_variable;
using detail::equals_ignoring_case;
using detail::Errors;
using std::chrono::milliseconds;

/// A variable; one that is not set is empty.
struct Variable {
  const char* name;
  std::string_view value;

  static Variable of(const char* name) { return {name, environment_variable(name)}; }

  /// Prints the value, so it must not be called for headers, which may be secrets.
  void report(Errors& errors, std::string_view rule) const {
    errors.add(std::string(name) + " is '" + std::string(value) + "', but " + std::string(rule));
  }
};

/// Reads the first of these variables that is set and valid. `read` gets one that is set, and
/// returns whether it is valid.
template <class Read>
void read_first(std::initializer_list<const char*> names, Read read) {
  for (const char* const name : names) {
    const Variable variable = Variable::of(name);
    if (!variable.value.empty() && read(variable)) return;
  }
}

std::optional<std::uint64_t> read_number(const Variable& variable, std::uint64_t lowest,
                                         std::uint64_t highest, Errors& errors) {
  const std::string_view text = variable.value;
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  const auto [last, result] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result == std::errc() && last == text.data() + text.size() && number >= lowest &&
      number <= highest) {
    return number;
  }
  variable.report(
      errors, "must be a number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  return std::nullopt;
}

bool read_time(const Variable& variable, milliseconds zero, milliseconds& time, Errors& errors) {
  const auto number = read_number(variable, 0, detail::longest_time.count(), errors);
  if (number) time = *number == 0 ? zero : milliseconds(*number);
  return number.has_value();
}

/// OpenTelemetry's Timeout: zero is no limit.
bool read_timeout(const Variable& variable, milliseconds& time, Errors& errors) {
  return read_time(variable, detail::longest_time, time, errors);
}

/// OpenTelemetry's Duration: zero is as short as can be.
void read_duration(const Variable& variable, milliseconds& time, Errors& errors) {
  read_time(variable, milliseconds(1), time, errors);
}

void read_size(const Variable& variable, std::size_t& size, Errors& errors) {
  constexpr std::size_t most = 1'000'000;
  if (const auto number = read_number(variable, 1, most, errors)) size = *number;
}

/// `key=value,…`, percent-encoded. Nothing if a member is malformed.
std::optional<ExportOptions::Texts> read_list(std::string_view text) {
  ExportOptions::Texts list;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find(','), text.size());
    const std::string_view member = detail::trim(text.substr(0, size));
    text.remove_prefix(std::min(size + 1, text.size()));
    if (member.empty()) continue;
    const std::size_t equals = member.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = detail::trim(member.substr(0, equals));
    const std::string_view value = detail::trim(member.substr(equals + 1));
    auto& [decoded_key, decoded_value] = list.emplace_back();
    if (key.empty() || !detail::append_bytes(key, decoded_key) ||
        !detail::append_bytes(value, decoded_value)) {
      return std::nullopt;
    }
  }
  return list;
}

void read_resource(ExportOptions& options, Errors& errors) {
  const Variable attributes = Variable::of("OTEL_RESOURCE_ATTRIBUTES");
  if (auto list = read_list(attributes.value)) {
    options.resource_attributes = std::move(*list);
  } else {
    attributes.report(errors, "must be a list such as 'key=value,key2=value2'; it is ignored");
  }
  options.service_name = environment_variable("OTEL_SERVICE_NAME");
}

bool read_headers(const Variable& variable, ExportOptions& options, Errors& errors) {
  auto list = read_list(variable.value);
  const auto is_good = [](const auto& header) {
    return detail::error_of_header(header.first, header.second).empty();
  };
  if (list && std::all_of(list->begin(), list->end(), is_good)) {
    options.headers = std::move(*list);
    return true;
  }
  // Without the value, which may be a secret.
  errors.add(std::string(variable.name) +
             " must be a list of header fields such as "
             "'name=value,name2=value2'; it is ignored");
  return false;
}

bool read_protocol(const Variable& variable, ExportOptions& options, Errors& errors) {
  if (equals_ignoring_case(variable.value, "http/json")) {
    options.protocol = ExportProtocol::otlp_json;
  } else if (!equals_ignoring_case(variable.value, "http/protobuf")) {
    variable.report(errors, "must be http/protobuf or http/json; it is ignored");
    return false;
  }
  return true;
}

bool read_compression(const Variable& variable, Errors& errors) {
  if (equals_ignoring_case(variable.value, "none")) return true;
  variable.report(errors, "only none is supported; nothing is compressed");
  return false;
}

bool read_endpoint(const Variable& variable, ExportOptions& options, Errors& errors) {
  options.endpoint = variable.value;
  detail::check_endpoint(variable.name, options.endpoint, errors);
  return !options.endpoint.empty();
}

/// The same, of a URL for all signals.
void read_base_endpoint(const Variable& variable, ExportOptions& options, Errors& errors) {
  if (!read_endpoint(variable, options, errors)) return;
  std::string& url = options.endpoint;
  std::size_t end = std::min(url.find_first_of("?#"), url.size());
  if (url[end - 1] != '/') url.insert(end++, "/");
  url.insert(end, "v1/traces");
}

void read_otlp(ExportOptions& options, Errors& errors) {
  read_first({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"},
             [&](const Variable& variable) { return read_protocol(variable, options, errors); });
  const Variable endpoint = Variable::of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  if (!read_endpoint(endpoint, options, errors)) {
    read_base_endpoint(Variable::of("OTEL_EXPORTER_OTLP_ENDPOINT"), options, errors);
  }
  read_first({"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"},
             [&](const Variable& variable) { return read_headers(variable, options, errors); });
  read_first({"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"},
             [&](const Variable& variable) { return read_compression(variable, errors); });
  read_first(
      {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"},
      [&](const Variable& variable) { return read_timeout(variable, options.timeout, errors); });
}

void read_zipkin(ExportOptions& options, Errors& errors) {
  options.protocol = ExportProtocol::zipkin;
  read_endpoint(Variable::of("OTEL_EXPORTER_ZIPKIN_ENDPOINT"), options, errors);
  read_timeout(Variable::of("OTEL_EXPORTER_ZIPKIN_TIMEOUT"), options.timeout, errors);
}

bool is_disabled(Errors& errors) {
  const Variable disabled = Variable::of("OTEL_SDK_DISABLED");
  if (equals_ignoring_case(disabled.value, "true")) return true;
  if (!disabled.value.empty() && !equals_ignoring_case(disabled.value, "false")) {
    disabled.report(errors, "must be true or false");
  }
  return false;
}

}  // namespace

ConfiguredExport export_options_from_environment() {
  ConfiguredExport configured;
  ExportOptions& options = configured.options;
  Errors errors;
  const Variable exporter = Variable::of("OTEL_TRACES_EXPORTER");
  const bool is_none = equals_ignoring_case(exporter.value, "none");
  configured.is_enabled = !is_disabled(errors) && !is_none;
  if (equals_ignoring_case(exporter.value, "zipkin")) {
    read_zipkin(options, errors);
  } else {
    if (!exporter.value.empty() && !equals_ignoring_case(exporter.value, "otlp") && !is_none) {
      exporter.report(errors, "must be otlp, zipkin or none; otlp is used");
    }
    read_otlp(options, errors);
  }
  read_resource(options, errors);
  read_duration(Variable::of("OTEL_BSP_SCHEDULE_DELAY"), options.schedule_delay, errors);
  read_timeout(Variable::of("OTEL_BSP_EXPORT_TIMEOUT"), options.export_timeout, errors);
  read_size(Variable::of("OTEL_BSP_MAX_QUEUE_SIZE"), options.max_queue_size, errors);
  read_size(Variable::of("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"), options.max_batch_size, errors);
  configured.error = errors.text();
  return configured;
}

}  // namespace baton
