#include "baton/carriers/celery/headers.hpp"

#include <boost/json.hpp>

namespace baton::celery {

std::optional<std::string_view> ConstHeadersCarrier::get(std::string_view name) const noexcept {
  const boost::json::value* const value = headers_->if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

void ConstHeadersCarrier::get_all(std::string_view name, TextVisitor visit) const {
  if (const auto value = get(name)) visit(*value);
}

void ConstHeadersCarrier::keys(TextVisitor visit) const {
  for (const auto& [name, value] : *headers_) {
    if (value.is_string() && !visit(std::string_view(name))) return;
  }
}

void HeadersCarrier::set(std::string_view name, std::string_view value) {
  // Copied first: it may be a view of what is replaced.
  headers_->insert_or_assign(name, boost::json::string(value, headers_->storage()));
}

void HeadersCarrier::erase(std::string_view name) {
  const auto found = headers_->find(name);
  if (found != headers_->end()) headers_->stable_erase(found);
}

}  // namespace baton::celery
