// SPDX-License-Identifier: Apache-2.0
#include "json/splice.hpp"

#include <cstring>

namespace baton::json {

void Splice::replace(const char* begin, const char* end, std::size_t piece, std::size_t size) {
  changes_.push_back({begin, end, piece, size});
}

void Splice::replace(const char* begin, const char* end, std::string_view with) {
  const std::size_t piece = fresh_.size();
  fresh_ += with;
  replace(begin, end, piece, with.size());
}

void Splice::apply(std::string& text) const {
  std::size_t size = text.size();
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    size += changes_[i].size - static_cast<std::size_t>(changes_[i].end - changes_[i].begin);
  }
  if (changes_.empty()) return;
  if (size > text.capacity()) {
    write_anew(text, size);
  } else {
    write_in_place(text, size);
  }
}

void Splice::write_anew(std::string& text, std::size_t size) const {
  std::string whole;
  whole.reserve(size);
  const char* from = text.data();
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Change& change = changes_[i];
    whole.append(from, change.begin);
    whole.append(fresh_, change.piece, change.size);
    from = change.end;
  }
  whole.append(from, static_cast<const char*>(text.data() + text.size()));
  text = std::move(whole);
}

// What stays moves to the left or to the right. Those that go left do so from the left on, and
// those that go right from the right on; then nobody's place is taken before it has been left.
void Splice::write_in_place(std::string& text, std::size_t size) const {
  const std::size_t old_size = text.size();
  if (size > old_size) text.resize(size);
  char* const data = text.data();

  struct Part {  // between two changes
    const char* begin;
    std::size_t size;
  };
  const auto part_before = [&](std::size_t i) -> Part {
    const char* const begin = i == 0 ? data : changes_[i - 1].end;
    const char* const end = i == changes_.size() ? data + old_size : changes_[i].begin;
    return {begin, static_cast<std::size_t>(end - begin)};
  };
  const auto growth = [&](std::size_t i) {
    return static_cast<std::ptrdiff_t>(changes_[i].size) - (changes_[i].end - changes_[i].begin);
  };

  std::ptrdiff_t shift = 0;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    shift += growth(i);
    const Part part = part_before(i + 1);
    if (shift < 0) std::memmove(data + (part.begin - data) + shift, part.begin, part.size);
  }
  for (std::size_t i = changes_.size(); i-- > 0;) {
    const Part part = part_before(i + 1);
    if (shift > 0) std::memmove(data + (part.begin - data) + shift, part.begin, part.size);
    shift -= growth(i);
  }
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Change& change = changes_[i];
    fresh_.copy(data + (change.begin - data) + shift, change.size, change.piece);
    shift += growth(i);
  }
  text.resize(size);
}

}  // namespace baton::json
