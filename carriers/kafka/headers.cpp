#include "baton/carriers/kafka/headers.hpp"

#include <array>
#include <string>

#include "../lookup.hpp"
#include "c_list.hpp"

namespace baton::kafka {
namespace {

using detail::CList;
using lookup::Match;

bool has(const CList& list, std::string_view name) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (lookup::compare(list.at(i).name, name) != Match::none) return true;
  }
  return false;
}

/// A name as librdkafka takes it; null where it cannot be one, or is longer than any of ours.
class CName {
 public:
  explicit CName(std::string_view name) noexcept
      : is_good_(name.size() < text_.size() && name.find('\0') == std::string_view::npos) {
    if (is_good_) text_[name.copy(text_.data(), name.size())] = '\0';
  }
  [[nodiscard]] const char* get() const noexcept { return is_good_ ? text_.data() : nullptr; }

 private:
  std::array<char, 40> text_;
  bool is_good_;
};

// librdkafka's own search is the fastest. What it does not settle is looked at one by one.

std::optional<std::string_view> find_last(const rd_kafka_headers_t* headers,
                                          std::string_view name) {
  const CName exact(name);
  const void* value = nullptr;
  std::size_t size = 0;
  if (headers != nullptr && exact.get() != nullptr) {
    rd_kafka_header_get_last(headers, exact.get(), &value, &size);
  }
  if (value != nullptr) return std::string_view(static_cast<const char*>(value), size);
  return lookup::find_last(CList(headers), name);
}

/// The value of a name that one header has; nothing where none or several have it.
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
  return std::string_view(static_cast<const char*>(value), size);
}

}  // namespace

std::optional<std::string_view> ConstHeadersCarrier::get(std::string_view name) const noexcept {
  return find_last(headers_, name);
}

void ConstHeadersCarrier::get_all(std::string_view name, TextVisitor visit) const {
  if (name == Traceparent::field) {
    if (const auto value = get(name)) visit(*value);
  } else if (const auto value = find_only(headers_, name)) {
    visit(*value);
  } else {
    lookup::visit_values(CList(headers_), name, visit);
  }
}

void ConstHeadersCarrier::keys(TextVisitor visit) const {
  lookup::visit_names(CList(headers_), visit);
}

void HeadersCarrier::set(std::string_view name, std::string_view value) {
  if (name.find('\0') != std::string_view::npos) return;
  std::string copied_name;
  if (!lookup::is_lowercase(name)) name = copied_name = lookup::to_lower(name);
  std::string copied_value;
  if (has(CList(headers_), name)) {
    value = copied_value = value;  // either may be the view of a header that goes
    name = copied_name = name;
    erase(name);
  }
  // A null pointer would make a null value of an empty one.
  rd_kafka_header_add(headers_, name.data(), static_cast<ssize_t>(name.size()),
                      value.empty() ? "" : value.data(), static_cast<ssize_t>(value.size()));
}

void HeadersCarrier::erase(std::string_view name) {
  const CList list(headers_);
  if (!has(list, name)) return;
  const std::string wanted(name);  // it may be the view of a header that goes
  for (std::size_t i = 0; i < list.size();) {
    const char* const spelling = list.at(i).name;
    // All headers of a spelling go, and with the first of them the text of its name.
    const bool has_gone = lookup::compare(spelling, wanted) != Match::none &&
                          rd_kafka_header_remove(headers_, std::string(spelling).c_str()) ==
                              RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!has_gone) ++i;
  }
}

}  // namespace baton::kafka
