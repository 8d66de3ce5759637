// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "baton/exporter/options.hpp"
#include "exporter/span_record.hpp"

namespace baton::detail {

/// What all spans of a service have in common; `service.name` is there.
using Resource = ExportOptions::Texts;

/// The name of the library and its version, as the scope of its spans.
inline constexpr std::string_view scope_name = "baton";
inline constexpr std::string_view scope_version = BATON_VERSION;

/// Writes a batch as the body of a request.
class Encoder {
 public:
  virtual ~Encoder() = default;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  [[nodiscard]] virtual std::string_view content_type() const noexcept = 0;
  [[nodiscard]] virtual std::string encode(std::span<const SpanPointer> spans) = 0;
  /// How many spans the backend did not take, by the body of its answer: any bytes.
  [[nodiscard]] virtual std::uint64_t rejected(std::string_view answer) const = 0;

 protected:
  Encoder() = default;
};

[[nodiscard]] std::unique_ptr<Encoder> make_otlp_protobuf_encoder(const Resource& resource);
[[nodiscard]] std::unique_ptr<Encoder> make_otlp_json_encoder(const Resource& resource);
[[nodiscard]] std::unique_ptr<Encoder> make_zipkin_encoder(const Resource& resource);

}  // namespace baton::detail
