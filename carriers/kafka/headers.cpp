#include "baton/carriers/kafka/headers.hpp"

#include <string>

#include "c_list.hpp"

namespace baton::kafka {
namespace {

using detail::CList;
using detail::Match;

bool has(const CList& list, std::string_view name) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (detail::compare(list.at(i).name, name) != Match::none) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string_view> ConstHeadersCarrier::get(std::string_view name) const noexcept {
  return detail::find_last(CList(headers_), name);
}

void ConstHeadersCarrier::get_all(std::string_view name, TextVisitor visit) const {
  detail::visit_values(CList(headers_), name, visit);
}

void ConstHeadersCarrier::keys(TextVisitor visit) const {
  detail::visit_names(CList(headers_), visit);
}

void HeadersCarrier::set(std::string_view name, std::string_view value) {
  if (name.find('\0') != std::string_view::npos) return;
  std::string copied_name;
  if (!detail::is_lowercase(name)) name = copied_name = detail::to_lower(name);
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
    const bool has_gone = detail::compare(spelling, wanted) != Match::none &&
                          rd_kafka_header_remove(headers_, std::string(spelling).c_str()) ==
                              RD_KAFKA_RESP_ERR_NO_ERROR;
    if (!has_gone) ++i;
  }
}

}  // namespace baton::kafka
