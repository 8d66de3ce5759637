// SPDX-License-Identifier: Apache-2.0
#include "translators/baggage_fields.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <utility>

#include "core/key_index.hpp"
#include "text/chars.hpp"
#include "text/percent.hpp"
#include "translators/family_values.hpp"
#include "translators/parsing.hpp"

namespace baton::detail {
namespace {

constexpr ParseError no_memory(ErrorCode::out_of_memory, 0);

/// Keys as spelled in the names of fields, which ignore case.
class LowercaseKeys {
 public:
  explicit LowercaseKeys(GrowingText::Shortage shortage) noexcept : text_(shortage) {}

  /// False: there is no memory.
  bool add(std::string_view key) {
    const std::size_t begin = text_.size();
    text_.reserve(begin + key.size(), usual_room(any_number));
    text_.append_lower(key);
    const std::string_view text = text_.view();
    if (!text_.failed() && index_.insert(text, text.substr(begin)).number == KeyIndex::none) {
      text_.fail();
    }
    return !text_.failed();
  }
  [[nodiscard]] bool contains(std::string_view lowercase) const noexcept {
    return index_.find(text_.view(), lowercase) != KeyIndex::none;
  }

 private:
  GrowingText text_;
  KeyIndex index_;
};

}  // namespace

void BaggageFieldsReader::read_family(CarrierReader carrier, std::string_view prefix,
                                      Decoder decode) {
  // Earlier keys that are not in lowercase; the joiner finds the others.
  std::optional<LowercaseKeys> respelled;
  GrowingText lower;
  // A longer key can neither be added nor be there: it is reported, and its value not looked up.
  const std::size_t longest = std::max(limits_.max_bytes, context_.baggage().header().size());
  const std::size_t most =
      limits_.max_members <= any_number / 4 ? 2 * limits_.max_members + 1 : any_number;
  FamilyValues values(carrier, prefix, most, longest);
  carrier.keys([&](std::string_view name) {
    if (!starts_with_ignoring_case(name, prefix)) return true;
    if (!has_room(prefix, 0)) return false;
    if (name.size() - prefix.size() > longest) {
      return add(prefix, name.substr(prefix.size()), 0, [] { return std::string_view(); });
    }
    std::string_view field = name;
    if (!is_lowercase(name)) {
      lower.clear();
      lower.reserve(name.size(), prefix.size() + usual_room(longest));
      lower.append_lower(name);
      if (lower.failed()) return stop(prefix, no_memory);
      field = lower.view();
    }
    const std::string_view key = field.substr(prefix.size());
    if (!respelled) {
      respelled.emplace(GrowingText::Shortage::fails);
      for (const BaggageMember& member : context_.baggage()) {
        if (!is_lowercase(member.key()) && !respelled->add(member.key())) {
          return stop(prefix, no_memory);
        }
      }
    }
    if (respelled->contains(key)) {
      ++known_;
      found_ = Extracted::baggage;
      return true;
    }
    const auto get_value = [&] { return decode(trim(values.get(field, name).value_or(""))); };
    return add(prefix, key, 0, get_value);
  });
}

void BaggageFieldsReader::read_list(CarrierReader carrier, std::string_view field) {
  if (is_full_) return;
  known_ = 0;
  std::size_t offset = 0;
  carrier.get_all(field, [&](std::string_view list) {
    const bool has_more_room = read_instance(field, list, offset);
    offset += list.size() + 1;
    return has_more_room;
  });
}

bool BaggageFieldsReader::read_instance(std::string_view field, std::string_view list,
                                        std::size_t offset) {
  if (offset > limits_.max_bytes) {
    return stop(field, {ErrorCode::too_many_bytes, limits_.max_bytes});
  }
  // An entry must end by the limit; one more character shows whether it does.
  const std::size_t room = limits_.max_bytes - offset;
  const bool is_over = list.size() > room;
  const std::string_view text = is_over ? list.substr(0, room + 1) : list;
  for (std::size_t begin = 0;;) {
    begin += list_separators.find_outside(text.substr(begin));
    if (begin == list.size()) return true;
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (is_over && end == text.size()) {
      return stop(field, {ErrorCode::too_many_bytes, offset + std::min(begin, room)});
    }
    const std::string_view entry = trim(text.substr(begin, end - begin));
    if (!add_entry(field, entry, offset + begin)) return false;
    begin = end;
  }
}

bool BaggageFieldsReader::add_entry(std::string_view field, std::string_view entry,
                                    std::size_t begin) {
  if (!has_room(field, begin)) return false;
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos) {
    return skip(field, {ErrorCode::missing_equals, begin + entry.size()});
  }
  const auto get_value = [&] { return trim(entry.substr(equals + 1)); };
  return add(field, trim(entry.substr(0, equals)), begin, get_value);
}

bool BaggageFieldsReader::add(std::string_view field, std::string_view key, std::size_t begin,
                              FunctionRef<std::optional<std::string_view>()> get_value) {
  bool is_new = false;
  const ParseError error = joiner_.add(key, [&] {
    is_new = true;
    return get_value();
  });
  if (error.code == ErrorCode::bad_key) return skip(field, shifted(error, begin));
  if (error) return stop(field, shifted(error, begin));
  if (!is_new) ++known_;
  found_ = Extracted::baggage;
  last_field_ = field;
  return true;
}

bool BaggageFieldsReader::has_room(std::string_view field, std::size_t begin) {
  if (bad_ + known_ < limits_.max_members) return true;
  return stop(field, {ErrorCode::too_many_members, begin});
}

bool BaggageFieldsReader::skip(std::string_view field, ParseError error) {
  ++bad_;
  found_ = std::max(found_, Extracted::malformed);
  if (report_ != nullptr) report_->add(field, error);
  return true;
}

bool BaggageFieldsReader::stop(std::string_view field, ParseError error) {
  is_full_ = true;
  return !skip(field, error);
}

Extracted BaggageFieldsReader::finish() {
  if (found_ != Extracted::baggage) return found_;
  if (std::optional<Baggage> joined = joiner_.finish()) {
    context_.set_baggage(*std::move(joined));
  } else if (report_ != nullptr) {
    report_->add(last_field_, no_memory);
  }
  return found_;
}

void write_baggage_family(const Baggage& baggage, CarrierWriter carrier, std::string_view prefix,
                          BaggageEncoder encode) {
  if (baggage.empty()) return;
  constexpr auto shortage = GrowingText::Shortage::throws;
  GrowingText name(prefix, shortage);
  const Baggage::const_iterator begin = baggage.begin();
  if (begin.may_repeat_keys()) return name.fail();  // an old value could be sent
  // Names ignore case, so keys that differ only in case share one.
  const bool may_share = std::any_of(
      begin, baggage.end(), [](const auto& member) { return !is_lowercase(member.key()); });
  LowercaseKeys sent(shortage);
  GrowingText bytes(shortage);
  GrowingText value(shortage);
  for (const BaggageMember& member : std::ranges::subrange(begin, baggage.end())) {
    name.truncate(prefix.size());
    name.append_lower(member.key());
    if (name.failed()) return;
    const std::string_view key = name.view().substr(prefix.size());
    if (may_share && sent.contains(key)) continue;
    bytes.clear();
    append_bytes(member.raw_value(), bytes);
    value.clear();
    const bool is_sent = encode(bytes.view(), value);
    if (bytes.failed() || value.failed()) return;
    if (!is_sent) {
      carrier.erase(name.view());
      continue;
    }
    carrier.set(name.view(), value.view());
    if (may_share && !sent.add(key)) return;
  }
}

}  // namespace baton::detail
