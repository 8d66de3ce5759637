// SPDX-License-Identifier: Apache-2.0
#include "json/edits.hpp"

#include "core/lookup.hpp"
#include "json/strings.hpp"

namespace baton::json {

Edits::Change& Edits::change_of(std::size_t member) {
  std::uint32_t& edit = (*object_)[member].edit;
  if (edit == 0) {
    changes_.push_back({false, member, {}, {}});
    edit = static_cast<std::uint32_t>(changes_.size());
  }
  return changes_[edit - 1];
}

Edits::Change* Edits::find(std::string_view name) {
  std::size_t exact = Object::none;
  for (std::size_t i = 0; i < object_->size(); ++i) {
    const lookup::Match match = lookup::compare((*object_)[i].name, name);
    if (match == lookup::Match::exact) exact = i;
    if (match == lookup::Match::other_case) change_of(i).is_set = false;
  }
  if (exact != Object::none) return &change_of(exact);
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i].member == Object::none && splice_->text_of(changes_[i].name) == name) {
      return &changes_[i];
    }
  }
  return nullptr;
}

void Edits::set(std::string_view name, std::string_view text, std::string_view before,
                std::string_view after) {
  Change* change = find(name);
  if (change == nullptr) {
    changes_.push_back({false, Object::none, splice_->add(name), {}});
    change = &changes_.back();
  }
  std::pmr::string& texts = splice_->texts();
  const std::size_t begin = texts.size();
  if (change->member == Object::none) {
    texts += ',';
    append_quoted(name, texts);
    texts += ':';
  }
  texts += before;
  append_quoted(text, texts);
  texts += after;
  change->is_set = true;
  change->piece = splice_->since(begin);
}

void Edits::set(std::size_t member, std::string_view text) {
  Change& change = change_of(member);
  const std::size_t begin = splice_->texts().size();
  append_quoted(text, splice_->texts());
  change.is_set = true;
  change.piece = splice_->since(begin);
}

void Edits::erase(std::string_view name) {
  if (Change* const change = find(name)) change->is_set = false;
}

std::size_t Edits::untouched() const noexcept {
  std::size_t count = object_->size();
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i].member != Object::none) --count;
  }
  return count;
}

bool Edits::adds() const noexcept {
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i].is_set) return true;
  }
  return false;
}

// NOLINTBEGIN(misc-no-recursion): as deep as the carrier has nested its edits, whatever the message
void Edits::write() {
  const char* end = object_->inside();  // of the previous member
  bool is_first = true;                 // no earlier member remains
  for (std::size_t i = 0; i < object_->size(); ++i) {
    const Member& member = (*object_)[i];
    const Change* const change = member.edit != 0 ? &changes_[member.edit - 1] : nullptr;
    if (change != nullptr && !change->is_set) {
      const bool is_last = i + 1 == object_->size();
      if (is_first) {
        splice_->replace(member.begin, is_last ? member.end() : (*object_)[i + 1].begin);
      } else {
        splice_->replace(end, member.end());
      }
    } else {
      is_first = false;
      if (change != nullptr) {
        splice_->replace(member.value.text.data(), member.end(), change->piece);
      }
      for (std::size_t j = 0; change == nullptr && j < nested_.size(); ++j) {
        if (nested_[j].member == i) nested_[j].edits->write_as_value_of(member);
      }
    }
    end = member.end();
  }
  write_new(end, is_first);
}

void Edits::write_as_value_of(const Member& member) {
  if (*object_) {
    write();
  } else if (adds()) {
    splice_->replace(member.value.text.data(), member.end(), splice_->add("{"));
    write_new(member.end(), true);
    splice_->replace(member.end(), member.end(), splice_->add("}"));
  }
}

void Edits::write_new(const char* place, bool is_first) {
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const auto& [is_set, member, name, piece] = changes_[i];
    if (member != Object::none || !is_set) continue;
    const std::size_t comma = is_first ? 1 : 0;
    splice_->replace(place, place, {piece.begin + comma, piece.size - comma});
    is_first = false;
  }
  for (std::size_t i = 0; i < nested_.size(); ++i) {
    const auto& [member, name, edits] = nested_[i];
    if (member != Object::none || !edits->adds()) continue;
    splice_->replace(place, place, splice_->add(is_first ? "\"" : ",\""));
    splice_->replace(place, place, splice_->add(name));
    splice_->replace(place, place, splice_->add("\":{"));
    edits->write_new(place, true);
    splice_->replace(place, place, splice_->add("}"));
    is_first = false;
  }
}
// NOLINTEND(misc-no-recursion)

}  // namespace baton::json
