// SPDX-License-Identifier: Apache-2.0
#include "exporter/clean_text.hpp"

#include <cstddef>

#include "baton/exporter/exporting_tracer.hpp"
#include "text/utf8.hpp"

namespace baton::detail {
namespace {

/// The size of the part at the front that is valid.
std::size_t valid_size(std::string_view text) noexcept {
  std::size_t size = 0;
  while (size < text.size()) {
    const utf8::Piece piece = utf8::first_piece(text.substr(size));
    if (!piece.is_whole) break;
    size += piece.size;
  }
  return size;
}

bool continues(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

}  // namespace

std::string_view cut(std::string_view text) noexcept {
  constexpr std::size_t max_size = ExportingTracer::max_text_size;
  if (text.size() <= max_size) return text;
  std::size_t size = max_size;
  // No character has more than three bytes that continue it.
  while (size > max_size - 3 && continues(text[size])) --size;
  return text.substr(0, size);
}

std::string_view CleanText::operator()(std::string_view text) {
  std::size_t size = valid_size(text);
  if (size == text.size()) return text;
  buffer_.clear();
  while (size < text.size()) {
    buffer_.append(text, 0, size).append(utf8::replacement_character);
    text.remove_prefix(size + utf8::first_piece(text.substr(size)).size);
    size = valid_size(text);
  }
  return buffer_.append(text);
}

}  // namespace baton::detail
