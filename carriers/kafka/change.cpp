// SPDX-License-Identifier: Apache-2.0
#include "carriers/kafka/change.hpp"

#include <array>
#include <new>
#include <string>
#include <utility>

namespace baton::kafka::internal {
namespace {

/// The most headers that librdkafka removes one by one.
constexpr std::size_t few = 8;

void remove_by_names(rd_kafka_headers_t& headers, std::span<const Header> gone) {
  // Copied first: librdkafka removes all headers of a name at once, and the text of their names.
  std::vector<std::string> names;
  names.reserve(gone.size());
  for (const Header& header : gone) names.emplace_back(header.name);
  for (const std::string& name : names) {
    const rd_kafka_resp_err_t error = rd_kafka_header_remove(&headers, name.c_str());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR__NOENT) continue;
    throw std::bad_alloc();  // what remains must not mix with what is added
  }
}

char& first_letter(const CList& list, std::size_t i) noexcept {
  return *const_cast<char*>(list.at(i).name);
}

/// Empties a list. librdkafka has no call for that: it removes all headers of one name, with a pass
/// over the list for each name. So all get the same, empty name first, in the list's own copies of
/// their names. False if this librdkafka does not remove them; then nothing has changed.
bool clear(rd_kafka_headers_t& headers) {
  const CList list(&headers);
  const std::size_t size = list.size();
  std::string letters(size, '\0');
  for (std::size_t i = 0; i < size; ++i) std::swap(letters[i], first_letter(list, i));
  rd_kafka_header_remove(&headers, "");
  if (list.size() == 0) return true;
  for (std::size_t i = 0; i < size; ++i) first_letter(list, i) = letters[i];
  return false;
}

}  // namespace

HeadersPointer make_list(std::size_t size) {
  HeadersPointer list(rd_kafka_headers_new(size));
  if (list == nullptr) throw std::bad_alloc();
  return list;
}

void remove(rd_kafka_headers_t& headers, std::span<const Header> gone) {
  if (gone.size() <= few) return remove_by_names(headers, gone);
  // For each name librdkafka would pass over the list, and for each header move all behind it.
  const CList list(&headers);
  const HeadersPointer kept = make_list(list.size() - gone.size());
  std::span<const Header> next = gone;
  for (std::size_t i = 0, size = list.size(); i < size; ++i) {
    const Header header = list.at(i);
    if (!next.empty() && next.front().name == header.name) {
      next = next.subspan(1);
    } else {
      add(*kept, header);
    }
  }
  if (!clear(headers)) return remove_by_names(headers, gone);
  const CList back(kept.get());
  for (std::size_t i = 0, size = back.size(); i < size; ++i) add(headers, back.at(i));
}

void remove_without_memory(rd_kafka_headers_t& headers,
                           FunctionRef<bool(std::string_view)> is_meant) noexcept {
  const CList list(&headers);
  std::array<char, 256> name;
  for (std::size_t i = 0; i < list.size();) {
    const char* const text = list.at(i).name;
    const std::string_view all(text);
    if (!is_meant(all)) {
      ++i;
      continue;
    }
    // Copied, since librdkafka frees the text while it compares. A longer name is cut in the list
    // as well, to be found.
    name[all.copy(name.data(), name.size() - 1)] = '\0';
    if (all.size() >= name.size()) const_cast<char*>(text)[name.size() - 1] = '\0';
    if (rd_kafka_header_remove(&headers, name.data()) != RD_KAFKA_RESP_ERR_NO_ERROR) ++i;
  }
}

}  // namespace baton::kafka::internal
