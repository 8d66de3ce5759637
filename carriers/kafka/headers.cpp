// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/headers.hpp"

#include <string>
#include <vector>

#include "carriers/kafka/c_list.hpp"
#include "carriers/kafka/c_name.hpp"
#include "carriers/kafka/change.hpp"
#include "core/lookup.hpp"

namespace baton::kafka {
namespace {

using internal::CList;
using internal::CName;
using internal::to_value;

/// All headers of a name, in any case.
std::vector<internal::Header> find(const rd_kafka_headers_t& headers, std::string_view name) {
  return internal::find_all(CList(&headers), [name](const char* header) {
    return lookup::compare(header, name) != lookup::Match::none;
  });
}

// librdkafka's own search is the fastest. If it does not suffice, the headers are read one by one.

std::optional<std::string_view> find_last(const rd_kafka_headers_t* headers,
                                          std::string_view name) {
  const CName exact(name);
  const void* value = nullptr;
  std::size_t size = 0;
  if (headers != nullptr && exact.get() != nullptr) {
    rd_kafka_header_get_last(headers, exact.get(), &value, &size);
  }
  return value != nullptr ? to_value(value, size) : lookup::find_last(CList(headers), name);
}

/// The value of a name that exactly one header has; nothing if none or several have it.
std::optional<std::string_view> find_only(const rd_kafka_headers_t* headers,
                                          std::string_view name) {
  const CName exact(name);
  if (headers == nullptr || exact.get() == nullptr) return std::nullopt;
  const void* value = nullptr;
  std::size_t size = 0;
  rd_kafka_header_get(headers, 0, exact.get(), &value, &size);
  if (value == nullptr) return std::nullopt;
  const void* second = nullptr;
  std::size_t second_size = 0;
  const bool is_only = rd_kafka_header_get(headers, 1, exact.get(), &second, &second_size) ==
                       RD_KAFKA_RESP_ERR__NOENT;
  if (!is_only) return std::nullopt;
  return to_value(value, size);
}

}  // namespace

std::optional<std::string_view> ConstHeadersCarrier::get(std::string_view name) const noexcept {
  return find_last(headers_, name);
}

void ConstHeadersCarrier::get_all(std::string_view name, TextVisitor visit) const {
  if (const auto value = find_only(headers_, name)) {
    visit(*value);
  } else {
    lookup::visit_values(CList(headers_), name, visit);
  }
}

void ConstHeadersCarrier::keys(TextVisitor visit) const {
  lookup::visit_names(CList(headers_), visit);
}

void ConstHeadersCarrier::fields(FieldVisitor visit) const {
  lookup::visit_fields(CList(headers_), visit);
}

void HeadersCarrier::set(std::string_view name, std::string_view value) {
  if (name.find('\0') != std::string_view::npos) return;
  std::string copied_name;
  if (!lookup::is_lowercase(name)) name = copied_name = lookup::to_lower(name);
  const std::vector<internal::Header> old = find(*headers_, name);
  std::string copied_value;
  if (!old.empty()) {
    value = copied_value = value;  // either may be a view of a header that is removed
    name = copied_name = name;
    internal::remove(*headers_, old);
  }
  internal::add(*headers_, name, value);
}

void HeadersCarrier::erase(std::string_view name) {
  internal::remove(*headers_, find(*headers_, name));
}

}  // namespace baton::kafka
