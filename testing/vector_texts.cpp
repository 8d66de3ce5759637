// SPDX-License-Identifier: Apache-2.0
#include "testing/vector_texts.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace baton::testing::detail {
namespace {

constexpr std::size_t max_text_bytes = std::size_t{1} << 20U;
/// What an item of a list takes, however short its texts are.
constexpr std::size_t item_bytes = 128;

/// The text with `number` in place of each "{n}".
std::string numbered(const std::string& text, std::size_t number) {
  constexpr std::string_view placeholder = "{n}";
  std::string out;
  std::size_t begin = 0;
  for (std::size_t at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, begin)) {
    out.append(text, begin, at - begin) += std::to_string(number);
    begin = at + placeholder.size();
  }
  return out.append(text, begin);
}

void bound(const std::string& text) {
  if (text.size() > max_text_bytes) fail("a text of too many bytes");
}

std::size_t first_number_of(const json::object& object) {
  const json::value* const from = find(object, "from");
  return from != nullptr ? number_of(*from) : 0;
}

bool is_variable(std::string_view name) {
  constexpr std::string_view known = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !name.empty() && (name.front() < '0' || name.front() > '9') &&
         name.find_first_not_of(known) == std::string_view::npos;
}

}  // namespace

void Texts::charge(std::size_t bytes) {
  if (bytes > left_) fail("the texts of the file are more than 16 MiB when they are expanded");
  left_ -= bytes;
}

void Texts::charge_item() { charge(item_bytes); }

// NOLINTBEGIN(misc-no-recursion): as deep as the values of the file, which Boost.JSON limits
std::string Texts::repeated(const json::object& object) {
  only_keys(object, {"repeat", "times", "from", "join"});
  const std::string pattern = of(member_of(object, "repeat"));
  const json::value* const join = find(object, "join");
  const std::string between = join != nullptr ? of(*join) : "";
  const std::size_t from = first_number_of(object);
  const std::size_t times = number_of(member_of(object, "times"));
  if (times > max_text_bytes) fail("a text of too many bytes");

  charge(times);  // the work, if the text is empty
  std::string text;
  for (std::size_t i = 0; i < times; ++i) {
    if (i != 0) text += between;
    text += numbered(pattern, from + i);
    bound(text);
  }
  return text;
}

std::string Texts::joined(const json::array& parts) {
  std::string text;
  for (const json::value& part : parts) {
    text += of(part);
    bound(text);
  }
  return text;
}

std::string Texts::expanded(const json::value& value) {
  if (value.is_string()) return string_of(value);
  if (const auto* parts = value.if_array()) return joined(*parts);
  if (const auto* object = value.if_object()) {
    if (!object->contains("hex")) return repeated(*object);
    only_keys(*object, {"hex"});
    return unhexed(member_of(*object, "hex"));
  }
  fail("not a text");
}

std::string Texts::of(const json::value& value) {
  std::string text = expanded(value);
  bound(text);
  charge(text.size());
  return text;
}
// NOLINTEND(misc-no-recursion)

std::vector<std::string> Texts::list(const json::value& value) {
  std::vector<std::string> texts;
  for (const json::value& text : array_of(value)) {
    charge_item();
    texts.push_back(of(text));
  }
  return texts;
}

TextPair Texts::pair(const json::value& value) {
  const json::array& parts = array_of(value);
  if (parts.size() != 2) fail("not a [name, value]");
  return {of(parts[0]), of(parts[1])};
}

std::vector<TextPair> Texts::pairs(const json::value& value) {
  std::vector<TextPair> out;
  for (const json::value& item : array_of(value)) {
    charge_item();
    out.push_back(pair(item));
  }
  return out;
}

std::vector<TextPair> Texts::variables(const json::value& value) {
  std::vector<TextPair> out;
  for (const auto& variable : object_of(value)) {
    const std::string name = variable.key();
    if (!is_variable(name)) fail("not a variable's name: \"" + name + '"');
    charge_item();
    out.emplace_back(name, of(variable.value()));
  }
  return out;
}

void Texts::each_repeated(const json::object& object, const std::function<void(TextPair)>& use) {
  only_keys(object, {"repeat", "times", "from"});
  const auto [key, value] = pair(member_of(object, "repeat"));
  const std::size_t from = first_number_of(object);
  const std::size_t times = number_of(member_of(object, "times"));
  for (std::size_t i = 0; i < times; ++i) {
    charge_item();
    TextPair item{numbered(key, from + i), numbered(value, from + i)};
    for (const std::string* const text : {&item.first, &item.second}) {
      bound(*text);
      charge(text->size());
    }
    use(std::move(item));
  }
}

std::vector<TextPair> Texts::trace_state(const json::value& value) {
  std::vector<TextPair> members;
  for (const json::value& item : array_of(value)) {
    if (const auto* object = item.if_object()) {
      each_repeated(*object, [&](TextPair member) { members.push_back(std::move(member)); });
    } else {
      charge_item();
      members.push_back(pair(item));
    }
  }
  return members;
}

std::vector<PropertySpec> Texts::properties(const json::value& value) {
  std::vector<PropertySpec> out;
  for (const json::value& item : array_of(value)) {
    charge_item();
    const json::array& parts = array_of(item);
    if (parts.size() != 2) fail("not a [key, value or null]");
    PropertySpec property{of(parts[0]), std::nullopt};
    if (!parts[1].is_null()) property.value = of(parts[1]);
    out.push_back(std::move(property));
  }
  return out;
}

std::vector<MemberSpec> Texts::baggage(const json::value& value) {
  std::vector<MemberSpec> members;
  for (const json::value& item : array_of(value)) {
    if (const auto* object = item.if_object()) {
      each_repeated(*object, [&](TextPair member) {
        members.push_back({std::move(member.first), std::move(member.second), {}});
      });
      continue;
    }
    charge_item();
    const json::array& parts = array_of(item);
    if (parts.size() < 2 || parts.size() > 3) fail("not a [key, value, properties]");
    MemberSpec member{of(parts[0]), of(parts[1]), {}};
    if (parts.size() == 3) member.properties = properties(parts[2]);
    members.push_back(std::move(member));
  }
  return members;
}

}  // namespace baton::testing::detail
