// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/headers.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "carriers/celery/keep.hpp"
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

/// Whether a header is kept if a name is removed in any case, other than a spelling that is kept.
struct IsOther {
  bool operator()(const boost::json::key_value_pair& member) const noexcept {
    const Match match = lookup::compare(member.key(), name);
    return match == Match::none || match == kept;
  }
  std::string_view name;
  Match kept = Match::none;
};

/// Removes the headers that are not kept. Its construction takes all memory, and changes nothing.
template <class IsKept>
class Removal {
 public:
  Removal(object& headers, IsKept is_kept) : headers_(&headers), is_kept_(is_kept) {
    first_ = std::find_if_not(headers.begin(), headers.end(), is_kept_);
    if (first_ == headers.end() || std::all_of(first_ + 1, headers.end(), is_kept_)) return;
    places_.emplace(internal::make_places(headers, is_kept_));
  }

  void apply() noexcept {
    if (places_) {
      internal::keep(*headers_, *places_, is_kept_);
    } else if (first_ != headers_->end()) {
      headers_->stable_erase(first_);
    }
  }

 private:
  object* headers_;
  IsKept is_kept_;
  object::iterator first_;
  std::optional<object> places_;  // if several are removed
};

/// The place of a value with that very name. If there was none, it is removed again unless it is
/// filled.
class Place {
 public:
  Place(object& headers, std::string_view name)
      : headers_(&headers), size_(headers.size()), value_(&headers[name]) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (value_ != nullptr && headers_->size() != size_) headers_->erase(headers_->end() - 1);
  }

  void fill(boost::json::string&& text) noexcept {
    *std::exchange(value_, nullptr) = std::move(text);
  }

 private:
  object* headers_;
  std::size_t size_;
  boost::json::value* value_;
};

/// Sets a name to a text that has the storage of the headers, and leaves no other spelling of it.
/// Its construction takes all memory.
class Setting {
 public:
  Setting(object& headers, std::string_view name, boost::json::string text)
      : text_(std::move(text)), place_(headers, name), removal_(headers, {name, Match::exact}) {}

  [[nodiscard]] const boost::json::string& text() const noexcept { return text_; }
  void apply() noexcept {
    place_.fill(std::move(text_));
    removal_.apply();
  }

 private:
  boost::json::string text_;
  Place place_;
  Removal<IsOther> removal_;
};

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
  Setting outer(*headers_, lowercase, std::move(text));
  if (object* const nested = find_nested_with(*headers_, lowercase)) {
    Setting(*nested, lowercase, boost::json::string(outer.text(), nested->storage())).apply();
  }
  outer.apply();
}

void HeadersCarrier::erase(std::string_view name) {
  const std::string lowercase = lookup::to_lower(name);
  const IsOther is_kept{lowercase};
  Removal outer(*headers_, is_kept);
  if (object* const nested = find_nested_with(*headers_, lowercase)) {
    Removal(*nested, is_kept).apply();
  }
  outer.apply();
}

void inject(object& headers, const Context& context, const InjectOptions& options) {
  const auto is_kept = [&](const boost::json::key_value_pair& member) {
    return !options.chain.owns_by_prefix(member.key());
  };
  Removal outer(headers, is_kept);
  if (object* const nested = internal::find_nested(headers)) Removal(*nested, is_kept).apply();
  outer.apply();
  options.chain.inject(context, HeadersCarrier(headers), options.destination);
}

Context extract(const boost::json::object& headers, const ExtractOptions& options) {
  const HeadersReader outer(headers);
  const object* const found = internal::find_nested(headers);
  if (found == nullptr) return internal::extract<HeadersReader>(outer, nullptr, options);
  const HeadersReader nested(*found);
  return internal::extract(outer, &nested, options);
}

}  // namespace baton::celery
