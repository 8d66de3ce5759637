// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>
#include <variant>
#include <vector>

#include "exporter/clean_text.hpp"
#include "exporter/encoder.hpp"
#include "exporter/json_memory.hpp"

namespace json = boost::json;

namespace baton::detail {
namespace {

constexpr std::string_view service_name = "service.name";
constexpr std::string_view error_key = "error";
/// Of a span, what names the service that it calls: the first one that it has.
constexpr std::array<std::string_view, 3> remote_service_keys{"peer.service", "server.address",
                                                              "network.peer.address"};

/// Empty: a span within a service has no kind.
std::string_view kind_of(SpanKind kind) noexcept {
  switch (kind) {
    case SpanKind::server: return "SERVER";
    case SpanKind::client: return "CLIENT";
    case SpanKind::producer: return "PRODUCER";
    case SpanKind::consumer: return "CONSUMER";
    case SpanKind::internal: break;
  }
  return {};
}

std::int64_t microseconds(std::chrono::nanoseconds time) noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

bool calls_another(SpanKind kind) noexcept {
  return kind == SpanKind::client || kind == SpanKind::producer;
}

/// Zipkin's version 2, with the tags of OpenTelemetry's specification, "Zipkin".
class ZipkinEncoder final : public Encoder {
 public:
  explicit ZipkinEncoder(const Resource& resource) {
    for (const auto& [key, value] : resource) {
      const std::string clean_key(clean_(key));
      if (key == error_key) continue;  // see below
      if (key == service_name) {
        endpoint_.insert_or_assign("serviceName", clean_(value));
      } else {
        tags_.insert_or_assign(clean_key, clean_(value));
      }
    }
    tags_.insert_or_assign("otel.scope.name", scope_name);
    tags_.insert_or_assign("otel.scope.version", scope_version);
  }

  [[nodiscard]] std::string_view content_type() const noexcept override {
    return "application/json";
  }

  [[nodiscard]] std::string encode(std::span<const SpanPointer> spans) override {
    json::monotonic_resource memory(first_block_size(spans.size()));
    const json::storage_ptr storage(&memory);
    json::array body(storage);
    body.reserve(spans.size());
    for (const SpanPointer& span : spans) body.push_back(object(*span, storage));
    return json::serialize(body);
  }

  [[nodiscard]] std::uint64_t rejected(std::string_view /*answer*/) const override { return 0; }

 private:
  json::object object(const SpanRecord& span, const json::storage_ptr& storage) {
    json::object out(storage);
    out.reserve(12);
    out.emplace("traceId", span.context().trace_id.to_string());
    out.emplace("id", span.context().span_id.to_string());
    if (span.parent_id().is_valid()) out.emplace("parentId", span.parent_id().to_string());
    if (const std::string_view kind = kind_of(span.kind()); !kind.empty()) {
      out.emplace("kind", kind);
    }
    out.emplace("name", clean_(span.name()));
    out.emplace("timestamp", microseconds(span.begin()));
    // Zipkin takes a duration of zero for an unknown one.
    out.emplace("duration", std::max<std::int64_t>(microseconds(span.duration()), 1));
    out.emplace("localEndpoint", endpoint_);
    const std::vector<Attribute> attributes = span.attributes();
    if (calls_another(span.kind())) {
      const std::string_view remote = remote_service(attributes);
      // Without it, Zipkin knows of no dependency.
      if (!remote.empty()) {
        out.emplace("remoteEndpoint", json::object({{"serviceName", clean_(remote)}}, storage));
      }
    }
    out.emplace("tags", tags(span, attributes, storage));
    return out;
  }

  static std::string_view remote_service(const std::vector<Attribute>& attributes) noexcept {
    for (const std::string_view key : remote_service_keys) {
      for (const Attribute& attribute : attributes) {
        const auto* const text = std::get_if<std::string_view>(&attribute.value);
        if (attribute.key == key && text != nullptr && !text->empty()) return *text;
      }
    }
    return {};
  }

  json::object tags(const SpanRecord& span, const std::vector<Attribute>& attributes,
                    const json::storage_ptr& storage) {
    json::object tags(tags_, storage);
    for (const Attribute& attribute : attributes) {
      // To Zipkin, a span with this tag has failed, whatever the tag says.
      if (attribute.key == error_key) continue;
      json::value value = tag(attribute.value, storage);  // first: both clean, in one memory
      tags.insert_or_assign(clean_(attribute.key), std::move(value));
    }
    if (span.is_error()) {
      tags.insert_or_assign("otel.status_code", "ERROR");
      tags.insert_or_assign(error_key, "");  // a description, which a span does not have
    }
    if (span.dropped_attributes() != 0) {
      tags.insert_or_assign("otel.dropped_attributes_count",
                            std::to_string(span.dropped_attributes()));
    }
    if (span.dropped_links() != 0) {
      tags.insert_or_assign("otel.dropped_links_count", std::to_string(span.dropped_links()));
    }
    return tags;
  }

  json::value tag(const std::variant<std::string_view, std::int64_t>& value,
                  const json::storage_ptr& storage) {
    const auto* const number = std::get_if<std::int64_t>(&value);
    return number != nullptr ? json::value(std::to_string(*number), storage)
                             : json::value(clean_(*std::get_if<std::string_view>(&value)), storage);
  }

  CleanText clean_;
  json::object endpoint_;
  json::object tags_;
};

}  // namespace

std::unique_ptr<Encoder> make_zipkin_encoder(const Resource& resource) {
  return std::make_unique<ZipkinEncoder>(resource);
}

}  // namespace baton::detail
