#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace baton::kafka::detail {

struct Header {
  const char* name;
  std::optional<std::string_view> value;
};

/// librdkafka's own list; it may be null, and is empty then.
class CList {
 public:
  explicit CList(const rd_kafka_headers_t* headers) noexcept : headers_(headers) {}

  [[nodiscard]] std::size_t size() const noexcept {
    return headers_ == nullptr ? 0 : rd_kafka_header_cnt(headers_);
  }

  [[nodiscard]] Header at(std::size_t i) const noexcept {
    const char* name = "";
    const void* value = nullptr;
    std::size_t size = 0;
    rd_kafka_header_get_all(headers_, i, &name, &value, &size);
    if (value == nullptr) return {name, std::nullopt};
    return {name, std::string_view(static_cast<const char*>(value), size)};
  }

 private:
  const rd_kafka_headers_t* headers_;
};

}  // namespace baton::kafka::detail
