// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/headers.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "carriers/celery/nested.hpp"
#include "core/lookup.hpp"

namespace baton::celery {
namespace {

using boost::json::object;
using lookup::Match;

/// The list of `lookup`.
class HeaderList {
 public:
  explicit HeaderList(const object& headers) noexcept : headers_(&headers) {}

  struct MaybeText {
    explicit operator bool() const noexcept { return value->is_string(); }
    std::string_view operator*() const noexcept { return value->get_string(); }
    operator std::optional<std::string_view>() const noexcept { return **this; }
    const boost::json::value* value;
  };
  struct Header {
    std::string_view name;
    MaybeText value;
  };
  [[nodiscard]] std::size_t size() const noexcept { return headers_->size(); }
  [[nodiscard]] Header at(std::size_t i) const noexcept {
    const auto& member = headers_->begin()[static_cast<std::ptrdiff_t>(i)];
    return {member.key(), {&member.value()}};
  }

 private:
  const object* headers_;
};

class HeadersReader : public ConstHeadersCarrier {
 public:
  explicit HeadersReader(const object& headers) noexcept
      : ConstHeadersCarrier(headers), headers_(&headers) {}

  template <class Visitor>
  void visit_wrong_types(Visitor&& visit) const {
    for (const auto& [name, value] : *headers_) {
      if (!value.is_string() && !value.is_null()) visit(std::string_view(name));
    }
  }

 private:
  const object* headers_;
};

/// The nested headers, if they have that name in any case.
object* find_nested_with(object& headers, std::string_view name) noexcept {
  object* const nested = internal::find_nested(headers);
  if (nested == nullptr) return nullptr;
  const bool has_name = std::any_of(nested->begin(), nested->end(), [&](const auto& field) {
    return !field.value().is_null() && lookup::compare(field.key(), name) != Match::none;
  });
  return has_name ? nested : nullptr;
}

/// Removes a name in any case, other than the spelling that is kept.
void remove(object& headers, std::string_view name, Match kept = Match::none) {
  const auto is_unwanted = [&](const auto& member) {
    const Match match = lookup::compare(member.key(), name);
    return match != Match::none && match != kept;
  };
  const auto first = std::find_if(headers.begin(), headers.end(), is_unwanted);
  if (first == headers.end()) return;
  if (std::none_of(first + 1, headers.end(), is_unwanted)) {
    headers.stable_erase(first);
    return;
  }
  object rest(headers.storage());  // erasing one by one would be quadratic
  rest.reserve(headers.size());
  for (auto& member : headers) {
    if (!is_unwanted(member)) rest.emplace(member.key(), std::move(member.value()));
  }
  headers = std::move(rest);
}

void set_one(object& headers, std::string_view name, boost::json::string value) {
  headers.insert_or_assign(name, std::move(value));
  remove(headers, name, Match::exact);
}

}  // namespace

std::optional<std::string_view> ConstHeadersCarrier::get(std::string_view name) const noexcept {
  const boost::json::value* const value = headers_->if_contains(name);
  if (value != nullptr && value->is_string()) return std::string_view(value->get_string());
  return lookup::find_last(HeaderList(*headers_), name);
}

void ConstHeadersCarrier::get_all(std::string_view name, TextVisitor visit) const {
  lookup::visit_values(HeaderList(*headers_), name, visit);
}

void ConstHeadersCarrier::keys(TextVisitor visit) const {
  lookup::visit_names(HeaderList(*headers_), visit);
}

void ConstHeadersCarrier::fields(FieldVisitor visit) const {
  lookup::visit_fields(HeaderList(*headers_), visit);
}

void HeadersCarrier::set(std::string_view name, std::string_view value) {
  // Copied first: they may be views into a header that is replaced.
  boost::json::string text(value, headers_->storage());
  const std::string lowercase = lookup::to_lower(name);
  if (object* const nested = find_nested_with(*headers_, lowercase))
    set_one(*nested, lowercase, text);
  set_one(*headers_, lowercase, std::move(text));
}

void HeadersCarrier::erase(std::string_view name) {
  const std::string lowercase = lookup::to_lower(name);
  remove(*headers_, lowercase);
  if (object* const nested = find_nested_with(*headers_, lowercase)) remove(*nested, lowercase);
}

Context extract(const boost::json::object& headers, const ExtractOptions& options) {
  const HeadersReader outer(headers);
  const object* const found = internal::find_nested(headers);
  if (found == nullptr) return internal::extract<HeadersReader>(outer, nullptr, options);
  const HeadersReader nested(*found);
  return internal::extract(outer, &nested, options);
}

}  // namespace baton::celery
