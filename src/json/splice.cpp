// SPDX-License-Identifier: Apache-2.0
#include "json/splice.hpp"

#include <utility>

namespace baton::json {

/// Appends [from, end) of the text with all changes.
template <class String>
void Splice::append(const char* from, const char* end, String& out) const {
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Change& change = changes_[i];
    out.append(from, static_cast<std::size_t>(change.begin - from));
    out.append(text_of(change.piece));
    from = change.end;
  }
  out.append(from, static_cast<std::size_t>(end - from));
}

void Splice::apply(std::string& text) {
  if (changes_.empty()) return;
  std::size_t size = text.size();
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const Change& change = changes_[i];
    size += change.piece.size - static_cast<std::size_t>(change.end - change.begin);
  }
  if (size > text.capacity()) {
    std::string whole;
    whole.reserve(size);
    append(text.data(), text.data() + text.size(), whole);
    text = std::move(whole);
    return;
  }
  const char* const first = changes_[0].begin;
  const char* const last = changes_.back().end;
  const auto old_size = static_cast<std::size_t>(last - first);
  std::pmr::string part(&memory_);
  part.reserve(size - text.size() + old_size);
  append(first, last, part);
  text.replace(static_cast<std::size_t>(first - text.data()), old_size, part);
}

}  // namespace baton::json
