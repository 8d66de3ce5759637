// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <utility>
#include <variant>

#include "exporter/clean_text.hpp"
#include "exporter/encoder.hpp"
#include "exporter/json_memory.hpp"
#include "exporter/otlp.hpp"

namespace json = boost::json;

namespace baton::detail {
namespace {

/// OTLP's JSON: ids are hexadecimal, 64-bit integers are strings, and enumerators are numbers.
class OtlpJsonEncoder final : public Encoder {
 public:
  explicit OtlpJsonEncoder(const Resource& resource) {
    for (const auto& [key, value] : resource) {
      resource_.push_back(pair({key, std::string_view(value)}, {}));
    }
  }

  [[nodiscard]] std::string_view content_type() const noexcept override {
    return "application/json";
  }

  [[nodiscard]] std::string encode(std::span<const SpanPointer> spans) override {
    json::monotonic_resource memory(first_block_size(spans.size()));
    const json::storage_ptr storage(&memory);
    json::array written(storage);
    written.reserve(spans.size());
    for (const SpanPointer& span : spans) written.push_back(object(*span, storage));
    const json::value body({{"resourceSpans",
                             {{{"resource", {{"attributes", resource_}}},
                               {"scopeSpans",
                                {{{"scope", {{"name", scope_name}, {"version", scope_version}}},
                                  {"spans", std::move(written)}}}}}}}},
                           storage);
    return json::serialize(body);
  }

  [[nodiscard]] std::uint64_t rejected(std::string_view answer) const override {
    json::error_code error;
    const json::value value = json::parse(answer, error);
    if (error) return 0;
    const json::value* const count = value.find_pointer("/partialSuccess/rejectedSpans", error);
    if (count == nullptr) return 0;
    if (const json::string* const text = count->if_string()) {
      const json::value number = json::parse(*text, error);
      return !error ? positive(number) : 0;
    }
    return positive(*count);
  }

 private:
  static std::uint64_t positive(const json::value& value) noexcept {
    const std::int64_t* const number = value.if_int64();
    return number != nullptr && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
  }

  json::string text(std::string_view raw, const json::storage_ptr& storage) {
    return json::string(clean_(raw), storage);
  }

  json::object pair(const Attribute& attribute, const json::storage_ptr& storage) {
    json::object value(storage);
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
      value.emplace("intValue", std::to_string(*number));
    } else if (const auto* raw = std::get_if<std::string_view>(&attribute.value)) {
      value.emplace("stringValue", text(*raw, storage));
    }
    json::object both(storage);
    both.emplace("key", text(attribute.key, storage));
    both.emplace("value", std::move(value));
    return both;
  }

  static void add_context(json::object& out, const SpanContext& context) {
    out.emplace("traceId", context.trace_id.to_string());
    out.emplace("spanId", context.span_id.to_string());
    if (!context.trace_state.empty()) out.emplace("traceState", context.trace_state.header());
  }

  json::object object(const SpanRecord& span, const json::storage_ptr& storage) {
    json::object out(storage);
    out.reserve(16);
    add_context(out, span.context());
    if (span.parent_id().is_valid()) out.emplace("parentSpanId", span.parent_id().to_string());
    out.emplace("flags", otlp::flags(span.context().flags, span.parent_is_remote()));
    out.emplace("name", text(span.name(), storage));
    out.emplace("kind", otlp::kind(span.kind()));
    out.emplace("startTimeUnixNano", std::to_string(span.begin().count()));
    out.emplace("endTimeUnixNano", std::to_string(span.end().count()));
    const std::vector<Attribute> attributes = span.attributes();
    json::array pairs(storage);
    pairs.reserve(attributes.size());
    for (const Attribute& attribute : attributes) pairs.push_back(pair(attribute, storage));
    if (!pairs.empty()) out.emplace("attributes", std::move(pairs));
    if (span.dropped_attributes() != 0) {
      out.emplace("droppedAttributesCount", span.dropped_attributes());
    }
    if (!span.links().empty()) out.emplace("links", links(span, storage));
    if (span.dropped_links() != 0) out.emplace("droppedLinksCount", span.dropped_links());
    if (span.is_error()) out.emplace("status", json::object({{"code", otlp::status_error}}));
    return out;
  }

  static json::array links(const SpanRecord& span, const json::storage_ptr& storage) {
    json::array all(storage);
    for (const SpanContext& link : span.links()) {
      json::object out(storage);
      add_context(out, link);
      out.emplace("flags", otlp::flags(link.flags, link.is_remote));
      all.push_back(std::move(out));
    }
    return all;
  }

  CleanText clean_;
  json::array resource_;
};

}  // namespace

std::unique_ptr<Encoder> make_otlp_json_encoder(const Resource& resource) {
  return std::make_unique<OtlpJsonEncoder>(resource);
}

}  // namespace baton::detail
