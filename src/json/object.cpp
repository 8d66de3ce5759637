// SPDX-License-Identifier: Apache-2.0
#include "json/object.hpp"

#include "core/keyed_hash.hpp"

namespace baton::json {

std::uint32_t* Object::slot_of(std::string_view name) const noexcept {
  for (auto i = static_cast<std::size_t>(detail::keyed_hash(name));; ++i) {
    std::uint32_t* const slot = slots_ + (i & last_slot_);
    if (*slot == 0 || members_[*slot - 1].name == name) return slot;
  }
}

void Object::rehash(std::size_t size) {
  more_slots_.assign(size, 0);
  slots_ = more_slots_.data();
  last_slot_ = size - 1;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    *slot_of(members_[i].name) = static_cast<std::uint32_t>(i + 1);
  }
}

std::optional<std::string_view> Object::add(const Value& name) {
  std::string_view text = name.inside();
  if (name.has_escapes) {
    text = decoded_.add(text);
  }
  if (members_.size() * 2 > last_slot_) rehash((last_slot_ + 1) * 4);
  std::uint32_t* const slot = slot_of(text);
  if (*slot != 0) return std::nullopt;
  members_.push_back({text, name.text.data(), {}, {}, 0});
  *slot = static_cast<std::uint32_t>(members_.size());
  return text;
}

std::optional<std::string_view> Object::text_of(std::size_t index) const {
  Member& member = members_[index];
  if (member.value.type != Type::string) return std::nullopt;
  if (!member.value.has_escapes) return member.value.inside();
  if (member.decoded.data() == nullptr) {
    member.decoded = decoded_.add(member.value.inside());
  }
  return member.decoded;
}

}  // namespace baton::json
