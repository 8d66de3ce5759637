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

/// A variable that is set, or the name of the first one and no value.
struct Variable {
  const char* name;
  std::string_view value;

  static Variable first_of(std::initializer_list<const char*> names) {
    for (const char* const name : names) {
      const std::string_view value = environment_variable(name);
      if (!value.empty()) return {name, value};
    }
    return {*names.begin(), {}};
  }
  static Variable of(const char* name) { return {name, environment_variable(name)}; }

  /// Only names, never values of headers: those may be secrets.
  void report(Errors& errors, std::string_view rule) const {
    errors.add(std::string(name) + " is '" + std::string(value) + "', but " + std::string(rule));
  }
};

std::optional<std::uint64_t> read_number(const Variable& variable, std::uint64_t highest,
                                         Errors& errors) {
  const std::string_view text = variable.value;
  if (text.empty()) return std::nullopt;
  std::uint64_t number = 0;
  const auto [last, result] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result == std::errc() && last == text.data() + text.size() && number > 0 &&
      number <= highest) {
    return number;
  }
  variable.report(errors, "must be a number from 1 to " + std::to_string(highest));
  return std::nullopt;
}

void read_time(const Variable& variable, milliseconds& time, Errors& errors) {
  constexpr milliseconds longest = std::chrono::hours(24);
  if (const auto number = read_number(variable, longest.count(), errors)) {
    time = milliseconds(*number);
  }
}

void read_size(const Variable& variable, std::size_t& size, Errors& errors) {
  constexpr std::size_t most = 1'000'000;
  if (const auto number = read_number(variable, most, errors)) size = *number;
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

void read_headers(ExportOptions& options, Errors& errors) {
  const Variable headers =
      Variable::first_of({"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"});
  const auto list = read_list(headers.value);
  const auto is_good = [](const auto& header) {
    return detail::error_of_header(header.first, header.second).empty();
  };
  if (list && std::all_of(list->begin(), list->end(), is_good)) {
    options.headers = *list;
  } else {
    // Without the value, which may be a secret.
    errors.add(std::string(headers.name) +
               " must be a list of header fields such as "
               "'name=value,name2=value2'; it is ignored");
  }
}

void read_protocol(ExportOptions& options, Errors& errors) {
  const Variable protocol =
      Variable::first_of({"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"});
  if (protocol.value == "http/json") {
    options.protocol = ExportProtocol::otlp_json;
  } else if (!protocol.value.empty() && protocol.value != "http/protobuf") {
    protocol.report(errors, "must be http/protobuf or http/json; http/protobuf is used");
  }
}

void read_compression(Errors& errors) {
  const Variable compression = Variable::first_of(
      {"OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"});
  if (!compression.value.empty() && compression.value != "none") {
    compression.report(errors, "only none is supported; nothing is compressed");
  }
}

void read_otlp_endpoint(ExportOptions& options, Errors& errors) {
  options.endpoint = environment_variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  detail::check_endpoint(options.endpoint, errors);
  if (!options.endpoint.empty()) return;
  std::string base(environment_variable("OTEL_EXPORTER_OTLP_ENDPOINT"));
  detail::check_endpoint(base, errors);
  if (base.empty()) return;
  if (base.back() != '/') base += '/';
  options.endpoint = base + "v1/traces";
}

void read_otlp(ExportOptions& options, Errors& errors) {
  read_protocol(options, errors);
  read_otlp_endpoint(options, errors);
  read_headers(options, errors);
  read_compression(errors);
  read_time(Variable::first_of({"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"}),
            options.timeout, errors);
}

void read_zipkin(ExportOptions& options, Errors& errors) {
  options.protocol = ExportProtocol::zipkin;
  options.endpoint = environment_variable("OTEL_EXPORTER_ZIPKIN_ENDPOINT");
  detail::check_endpoint(options.endpoint, errors);
  read_time(Variable::of("OTEL_EXPORTER_ZIPKIN_TIMEOUT"), options.timeout, errors);
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
  configured.is_enabled = !is_disabled(errors) && exporter.value != "none";
  if (exporter.value == "zipkin") {
    read_zipkin(options, errors);
  } else {
    if (!exporter.value.empty() && exporter.value != "otlp" && exporter.value != "none") {
      exporter.report(errors, "must be otlp, zipkin or none; otlp is used");
    }
    read_otlp(options, errors);
  }
  read_resource(options, errors);
  read_time(Variable::of("OTEL_BSP_SCHEDULE_DELAY"), options.schedule_delay, errors);
  read_time(Variable::of("OTEL_BSP_EXPORT_TIMEOUT"), options.export_timeout, errors);
  read_size(Variable::of("OTEL_BSP_MAX_QUEUE_SIZE"), options.max_queue_size, errors);
  read_size(Variable::of("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"), options.max_batch_size, errors);
  configured.error = errors.text();
  return configured;
}

}  // namespace baton
