// SPDX-License-Identifier: Apache-2.0
#include "json/edits.hpp"

#include "core/lookup.hpp"
#include "json/strings.hpp"

namespace baton::json {

std::string_view Edits::name_of(const Change& change) const noexcept {
  if (change.kind != Kind::add) return (*object_)[change.member].name;
  constexpr std::size_t comma_and_quote = 2;
  constexpr std::size_t quote_and_colon = 2;
  return std::string_view(splice_->fresh())
      .substr(change.piece + comma_and_quote, change.name_size - comma_and_quote - quote_and_colon);
}

Edits::Change* Edits::find_added(std::string_view written_name) noexcept {
  const std::string_view fresh = splice_->fresh();
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Change& change = changes_[i];
    if (change.name_size == written_name.size() &&
        fresh.substr(change.piece, change.name_size) == written_name) {
      return &changes_[i];
    }
  }
  return nullptr;
}

Edits::Change& Edits::change_of(std::size_t member) {
  std::uint32_t& edit = (*object_)[member].edit;
  if (edit == 0) {
    changes_.push_back({Kind::nothing, member, 0, 0, 0});
    edit = static_cast<std::uint32_t>(changes_.size());
  }
  return changes_[edit - 1];
}

void Edits::set(std::string_view name, std::string_view text, std::string_view before,
                std::string_view after) {
  Splice::Fresh& fresh = splice_->fresh();
  Change change{Kind::set, object_->index_of(name), fresh.size(), 0, 0};
  if (change.member == Object::none) {
    change.kind = Kind::add;
    fresh += ',';
    append_quoted(name, fresh);
    fresh += ':';
    change.name_size = fresh.size() - change.piece;
  }
  fresh += before;
  append_quoted(text, fresh);
  fresh += after;
  change.size = fresh.size() - change.piece;
  if (change.kind == Kind::set) {
    change_of(change.member) = change;
  } else if (Change* const added =
                 find_added(std::string_view(fresh).substr(change.piece, change.name_size))) {
    *added = change;
  } else {
    changes_.push_back(change);
  }
  erase_other_cases(name);
}

void Edits::erase_other_cases(std::string_view name) {
  for (std::size_t i = 0; i < object_->size(); ++i) {
    if (lookup::compare((*object_)[i].name, name) == lookup::Match::other_case) {
      change_of(i).kind = Kind::erase;
    }
  }
}

void Edits::erase(std::string_view name) {
  erase_other_cases(name);
  const std::size_t member = object_->index_of(name);
  if (member != Object::none) {
    change_of(member).kind = Kind::erase;
    return;
  }
  if (!adds()) return;
  Splice::Fresh& fresh = splice_->fresh();
  const std::size_t end = fresh.size();
  fresh += ',';
  append_quoted(name, fresh);
  fresh += ':';
  if (Change* const added = find_added(std::string_view(fresh).substr(end))) {
    added->kind = Kind::nothing;
  }
  fresh.resize(end);
}

bool Edits::adds() const noexcept {
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i].kind == Kind::add) return true;
  }
  return false;
}

void Edits::write() {
  const char* end = object_->inside();  // of what came before
  bool is_first = true;                 // nothing that stays came before
  for (std::size_t i = 0; i < object_->size(); ++i) {
    const Member& member = (*object_)[i];
    const Change* const change = member.edit != 0 ? &changes_[member.edit - 1] : nullptr;
    if (change != nullptr && change->kind == Kind::erase) {
      const bool is_last = i + 1 == object_->size();
      if (is_first) {
        splice_->replace(member.begin, is_last ? member.end() : (*object_)[i + 1].begin, 0, 0);
      } else {
        splice_->replace(end, member.end(), 0, 0);
      }
    } else {
      if (change != nullptr && change->kind == Kind::set) {
        const char* const begin = member.value.text.data();
        splice_->replace(begin, member.end(), change->piece, change->size);
      } else if (i == inner_place_) {
        inner_->write();
      }
      is_first = false;
    }
    end = member.end();
  }
  write_added(end, is_first);
}

void Edits::write_into(const Object& parent, std::string_view name, bool& is_alone) {
  if (*object_) {
    write();
    return;
  }
  if (!adds()) return;
  const char* place = nullptr;
  if (const Member* const null = parent.find(name)) {
    place = null->end();
    splice_->replace(null->value.text.data(), place, "{");
  } else {
    place = parent.size() == 0 ? parent.inside() : parent[parent.size() - 1].end();
    splice_->replace(place, place, is_alone ? "\"" : ",\"");
    splice_->replace(place, place, name);
    splice_->replace(place, place, "\":{");
    is_alone = false;
  }
  write_added(place, true);
  splice_->replace(place, place, "}");
}

std::size_t Edits::untouched() const noexcept {
  std::size_t count = object_->size();
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i].kind == Kind::set || changes_[i].kind == Kind::erase) --count;
  }
  return count;
}

void Edits::write_added(const char* place, bool is_first) {
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Change& change = changes_[i];
    if (change.kind != Kind::add) continue;
    const std::size_t comma = is_first ? 1 : 0;
    splice_->replace(place, place, change.piece + comma, change.size - comma);
    is_first = false;
  }
}

}  // namespace baton::json
