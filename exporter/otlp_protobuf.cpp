// SPDX-License-Identifier: Apache-2.0
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <variant>

#include "exporter/clean_text.hpp"
#include "exporter/encoder.hpp"
#include "exporter/otlp.hpp"

namespace baton::detail {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::pbf_writer;

// The numbers of the fields, as in opentelemetry/proto, version 1.
namespace request {
constexpr protozero::pbf_tag_type resource_spans = 1;
}
namespace resource_spans {
constexpr protozero::pbf_tag_type resource = 1, scope_spans = 2;
}
namespace resource_fields {
constexpr protozero::pbf_tag_type attributes = 1;
}
namespace scope_spans {
constexpr protozero::pbf_tag_type scope = 1, spans = 2;
}
namespace scope_fields {
constexpr protozero::pbf_tag_type name = 1, version = 2;
}
namespace span_fields {
constexpr protozero::pbf_tag_type trace_id = 1, span_id = 2, trace_state = 3, parent_span_id = 4,
                                  name = 5, kind = 6, start_time = 7, end_time = 8, attributes = 9,
                                  dropped_attributes = 10, links = 13, dropped_links = 14,
                                  status = 15, flags = 16;
}
namespace link_fields {
constexpr protozero::pbf_tag_type trace_id = 1, span_id = 2, trace_state = 3, flags = 6;
}
namespace status_fields {
constexpr protozero::pbf_tag_type code = 3;
}
namespace key_value {
constexpr protozero::pbf_tag_type key = 1, value = 2;
}
namespace any_value {
constexpr protozero::pbf_tag_type string_value = 1, int_value = 3;
}
namespace response {
constexpr protozero::pbf_tag_type partial_success = 1, rejected_spans = 1;
}

std::uint64_t nanoseconds(std::chrono::nanoseconds time) noexcept {
  return static_cast<std::uint64_t>(time.count());
}

class OtlpProtobufEncoder final : public Encoder {
 public:
  explicit OtlpProtobufEncoder(const Resource& resource) {
    pbf_writer writer(resource_);
    for (const auto& [key, value] : resource) {
      add(writer, resource_fields::attributes, {key, std::string_view(value)});
    }
  }

  [[nodiscard]] std::string_view content_type() const noexcept override {
    return "application/x-protobuf";
  }

  [[nodiscard]] std::string encode(std::span<const SpanPointer> spans) override {
    std::string out;
    out.reserve(resource_.size() + spans.size() * 256);
    pbf_writer writer(out);
    pbf_writer of_resource(writer, request::resource_spans);
    of_resource.add_message(resource_spans::resource, resource_);
    pbf_writer of_scope(of_resource, resource_spans::scope_spans);
    {
      pbf_writer scope(of_scope, scope_spans::scope);
      scope.add_string(scope_fields::name, scope_name.data(), scope_name.size());
      scope.add_string(scope_fields::version, scope_version.data(), scope_version.size());
    }
    for (const SpanPointer& span : spans) add(of_scope, *span);
    of_scope.commit();
    of_resource.commit();
    return out;
  }

  [[nodiscard]] std::uint64_t rejected(std::string_view answer) const override {
    try {
      pbf_reader reader(answer.data(), answer.size());
      while (reader.next(response::partial_success, pbf_wire_type::length_delimited)) {
        pbf_reader partial = reader.get_message();
        while (partial.next(response::rejected_spans, pbf_wire_type::varint)) {
          const std::int64_t count = partial.get_int64();
          if (count > 0) return static_cast<std::uint64_t>(count);
        }
      }
    } catch (const protozero::exception&) {
      return 0;  // it is no message: the status alone counts
    }
    return 0;
  }

 private:
  void add_text(pbf_writer& writer, protozero::pbf_tag_type field, std::string_view text) {
    const std::string_view clean = clean_(text);
    writer.add_string(field, clean.data(), clean.size());
  }

  void add(pbf_writer& writer, protozero::pbf_tag_type field, const Attribute& attribute) {
    pbf_writer pair(writer, field);
    add_text(pair, key_value::key, attribute.key);
    pbf_writer value(pair, key_value::value);
    if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
      value.add_int64(any_value::int_value, *number);
    } else if (const auto* text = std::get_if<std::string_view>(&attribute.value)) {
      add_text(value, any_value::string_value, *text);
    }
  }

  template <class Id>
  static void add_id(pbf_writer& writer, protozero::pbf_tag_type field, const Id& id) {
    const auto bytes = id.bytes();
    writer.add_bytes(field, reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }

  static void add_trace_state(pbf_writer& writer, protozero::pbf_tag_type field,
                              const TraceState& state) {
    if (!state.empty()) writer.add_string(field, state.header().data(), state.header().size());
  }

  void add(pbf_writer& writer, const SpanRecord& span) {
    pbf_writer out(writer, scope_spans::spans);
    const SpanContext& context = span.context();
    add_id(out, span_fields::trace_id, context.trace_id);
    add_id(out, span_fields::span_id, context.span_id);
    add_trace_state(out, span_fields::trace_state, context.trace_state);
    if (span.parent_id().is_valid()) add_id(out, span_fields::parent_span_id, span.parent_id());
    add_text(out, span_fields::name, span.name());
    out.add_enum(span_fields::kind, otlp::kind(span.kind()));
    out.add_fixed64(span_fields::start_time, nanoseconds(span.begin()));
    out.add_fixed64(span_fields::end_time, nanoseconds(span.end()));
    for (const Attribute& attribute : span.attributes()) {
      add(out, span_fields::attributes, attribute);
    }
    if (span.dropped_attributes() != 0) {
      out.add_uint32(span_fields::dropped_attributes, span.dropped_attributes());
    }
    for (const SpanContext& link : span.links()) {
      pbf_writer of_link(out, span_fields::links);
      add_id(of_link, link_fields::trace_id, link.trace_id);
      add_id(of_link, link_fields::span_id, link.span_id);
      add_trace_state(of_link, link_fields::trace_state, link.trace_state);
      of_link.add_fixed32(link_fields::flags, otlp::flags(link.flags, link.is_remote));
    }
    if (span.dropped_links() != 0) {
      out.add_uint32(span_fields::dropped_links, span.dropped_links());
    }
    if (span.is_error()) {
      pbf_writer(out, span_fields::status).add_enum(status_fields::code, otlp::status_error);
    }
    out.add_fixed32(span_fields::flags, otlp::flags(context.flags, span.parent_is_remote()));
  }

  CleanText clean_;
  std::string resource_;
};

}  // namespace

std::unique_ptr<Encoder> make_otlp_protobuf_encoder(const Resource& resource) {
  return std::make_unique<OtlpProtobufEncoder>(resource);
}

}  // namespace baton::detail
