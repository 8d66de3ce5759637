// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <new>
#include <optional>
#include <string_view>

namespace baton::kafka::internal {

struct Header {
  const char* name;
  std::optional<std::string_view> value;
};

inline std::optional<std::string_view> to_value(const void* data, std::size_t size) noexcept {
  if (data == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(data), size);
}

/// librdkafka's own list; a null pointer is an empty one. Owns nothing: the names and values that
/// it shows belong to the list, and are valid until their header is removed.
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
    return {name, to_value(value, size)};
  }

 private:
  const rd_kafka_headers_t* headers_;
};

/// Adds a copy of a header: librdkafka copies name and value, and keeps neither pointer. Throws
/// `std::bad_alloc` if librdkafka refuses.
inline void add(rd_kafka_headers_t& headers, std::string_view name, const void* value,
                std::size_t size) {
  if (rd_kafka_header_add(&headers, name.data(), static_cast<ssize_t>(name.size()), value,
                          static_cast<ssize_t>(size)) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::bad_alloc();
  }
}
inline void add(rd_kafka_headers_t& headers, const Header& header) {
  const bool has_value = header.value.has_value();
  add(headers, header.name, has_value ? header.value->data() : nullptr,
      has_value ? header.value->size() : 0);
}
inline void add(rd_kafka_headers_t& headers, std::string_view name, std::string_view value) {
  // A null pointer would turn an empty value into a null value.
  add(headers, name, value.empty() ? "" : value.data(), value.size());
}

}  // namespace baton::kafka::internal
