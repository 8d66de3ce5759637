// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "baton/detail/lookup.hpp"

namespace baton::sqs {

/// The limit of attributes of a message.
inline constexpr std::size_t max_attributes = 10;

/// Whether SQS accepts it as the name of an attribute: up to 256 letters, digits, `_`, `-` and `.`,
/// the latter neither at an end nor beside another. Names that begin with `AWS.` or `Amazon.`, in
/// any case, are reserved.
[[nodiscard]] constexpr bool is_attribute_name(std::string_view name) noexcept {
  constexpr std::size_t longest = 256;
  const auto is_taken = [](char c) {
    return detail::is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
  };
  const auto begins_with = [name](std::string_view reserved) {
    return detail::equals_ignoring_case(name.substr(0, reserved.size()), reserved);
  };
  return !name.empty() && name.size() <= longest && name.front() != '.' && name.back() != '.' &&
         name.find("..") == std::string_view::npos && !begins_with("aws.") &&
         !begins_with("amazon.") && std::all_of(name.begin(), name.end(), is_taken);
}

/// Whether SQS accepts a text in UTF-8 as a value: not empty, and without the characters that XML
/// forbids: control characters other than tab, line feed and carriage return, U+FFFE and U+FFFF.
[[nodiscard]] constexpr bool is_attribute_value(std::string_view value) noexcept {
  const auto is_refused = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  };
  return !value.empty() && std::none_of(value.begin(), value.end(), is_refused) &&
         value.find("\xEF\xBF\xBE") == std::string_view::npos &&
         value.find("\xEF\xBF\xBF") == std::string_view::npos;
}

namespace internal {

/// Whether attributes of that DataType have a text: `String`, or `String.` and a label.
[[nodiscard]] constexpr bool is_text_type(std::string_view type) noexcept {
  return type == "String" || type.starts_with("String.");
}

}  // namespace internal

/// A map of attributes of an SDK, such as `Aws::Map<Aws::String, MessageAttributeValue>` of the AWS
/// SDK for C++.
template <class Map>
concept AttributeMap =
    requires(Map& map, const typename Map::key_type& key, typename Map::mapped_type& value) {
      requires std::constructible_from<typename Map::key_type, const char*, std::size_t>;
      value.SetDataType(key);
      value.SetStringValue(key);
      { value.GetDataType() } -> std::convertible_to<std::string_view>;
      { value.GetStringValue() } -> std::convertible_to<std::string_view>;
      { map.erase(map.begin()) } -> std::same_as<typename Map::iterator>;
      map.insert_or_assign(key, value);
    };

namespace internal {

template <class Map, class Test>
void erase_if(Map& attributes, Test is_gone) {
  for (auto attribute = attributes.begin(); attribute != attributes.end();) {
    attribute = is_gone(std::string_view(attribute->first)) ? attributes.erase(attribute)
                                                            : std::next(attribute);
  }
}

}  // namespace internal

/// A carrier over such a map, which must outlive it.
///
///     Aws::Map<Aws::String, Aws::SQS::Model::MessageAttributeValue> attributes;
///     const baton::Context context =
///         baton::global_chain().extract(baton::sqs::AttributeMapCarrier(attributes));
///
/// Names are matched exactly or, if no attribute has exactly that name, in any case (ASCII letters
/// only). Of several spellings `get` returns the last one of the map, and `get_all` visits all.
/// `set` writes names in lowercase and leaves no other spelling, `erase` leaves none. An attribute
/// of another type than String counts as absent. An attribute for which SQS would refuse the
/// message is not written: an eleventh one, or one for which `is_attribute_name` or
/// `is_attribute_value` is false. Older values of it are removed in any case. To write a whole
/// context, call `inject(attributes)`: it writes `traceparent` first, and returns what is left out.
template <class Map>
  requires AttributeMap<std::remove_const_t<Map>>
class AttributeMapCarrier {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;
  static constexpr bool prefers_exact_names = true;

  explicit AttributeMapCarrier(Map& attributes) noexcept : attributes_(&attributes) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> last = get_exact(name);
    if (last) return last;
    visit_other_cases(name, [&](std::string_view value) {
      last = value;
      return true;
    });
    return last;
  }
  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    if (const auto value = get_exact(name)) {
      visit(*value);
    } else {
      visit_other_cases(name, visit);
    }
  }
  template <class Visitor>
  void keys(Visitor&& visit) const {
    fields([&](std::string_view name, std::string_view) { return visit(name); });
  }
  template <class Visitor>
  void fields(Visitor&& visit) const {
    for (const auto& [name, value] : *attributes_) {
      if (!is_text(value)) continue;
      if (!visit(std::string_view(name), std::string_view(value.GetStringValue()))) return;
    }
  }

  void set(std::string_view name, std::string_view value) const
    requires(!std::is_const_v<Map>)
  {
    // Copied first: they may be views of attributes that are erased below.
    Key key = key_of(name);
    for (char& c : key) c = detail::to_lower(c);
    typename Map::mapped_type attribute;
    attribute.SetDataType(key_of("String"));
    attribute.SetStringValue(key_of(value));
    const bool is_taken = is_attribute_name(name) && is_attribute_value(value);
    erase(key);
    if (is_taken && attributes_->size() < max_attributes) {
      attributes_->insert_or_assign(key, attribute);
    }
  }
  void erase(std::string_view name) const
    requires(!std::is_const_v<Map>)
  {
    // Copied first: it may be the view of a key that is erased.
    internal::erase_if(*attributes_, [wanted = std::string(name)](std::string_view key) {
      return detail::equals_ignoring_case(key, wanted);
    });
  }

 private:
  using Key = typename Map::key_type;
  using Match = detail::lookup::Match;

  [[nodiscard]] std::optional<std::string_view> get_exact(std::string_view name) const {
    const auto found = attributes_->find(key_of(name));
    if (found == attributes_->end() || !is_text(found->second)) return std::nullopt;
    return std::string_view(found->second.GetStringValue());
  }
  template <class Visitor>
  void visit_other_cases(std::string_view name, Visitor&& visit) const {
    for (const auto& [key, value] : *attributes_) {
      const std::string_view text = key;
      if (detail::lookup::compare(text, name) != Match::other_case || !is_text(value)) continue;
      if (!visit(std::string_view(value.GetStringValue()))) return;
    }
  }

  static Key key_of(std::string_view text) { return Key(text.data(), text.size()); }
  static bool is_text(const typename Map::mapped_type& value) {
    return internal::is_text_type(value.GetDataType());
  }

  Map* attributes_;
};

}  // namespace baton::sqs
