// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include "baton/carriers/http_field.hpp"
#include "baton/carriers/http_fields.hpp"
#include "baton/chain.hpp"
#include "baton/detail/ascii.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::curl {

namespace internal {

/// A space for curl, in any locale.
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// A line of CURLOPT_HTTPHEADER, as curl reads it.
struct Line {
  std::string_view name;                  ///< empty: curl ignores the line
  std::optional<std::string_view> value;  ///< none: no field is sent
};

inline Line read_line(const char* text) noexcept {
  if (const char* const colon = std::strchr(text, ':'); colon != nullptr) {
    const std::string_view value = trim(colon + 1);
    return {{text, static_cast<std::size_t>(colon - text)},
            value.empty() ? std::nullopt : std::optional(value)};
  }
  const char* const semicolon = std::strchr(text, ';');
  if (semicolon == nullptr) return {};
  const bool is_last = semicolon[1] == '\0';
  return {{text, static_cast<std::size_t>(semicolon - text)},
          is_last ? std::optional<std::string_view>("") : std::nullopt};
}

inline bool has_name(const curl_slist& line, std::string_view name) noexcept {
  // Most names differ in the first character already.
  return !name.empty() && ((line.data[0] ^ name.front()) & ~0x20) == 0 &&
         http::equal_names(read_line(line.data).name, name);
}

/// Removes the lines that `is_removed` names, and frees them at last: a name that it compares may
/// be a view of one.
template <class Test>
void remove_lines(curl_slist** link, Test is_removed) noexcept {
  curl_slist* removed = nullptr;
  while (*link != nullptr) {
    curl_slist* const line = *link;
    if (!is_removed(*line)) {
      link = &line->next;
      continue;
    }
    *link = line->next;
    line->next = removed;
    removed = line;
  }
  curl_slist_free_all(removed);
}

/// Longer lines need memory for a moment: a field of 8 KiB fits.
inline constexpr std::size_t max_quick_line = 8192 + 256;
inline constexpr auto blank_line = [] {
  std::array<char, max_quick_line + 1> blanks{};
  std::fill_n(blanks.begin(), max_quick_line, ' ');
  return blanks;
}();

/// A list of one line of that size, from curl's allocator; null if there is no memory. The caller
/// owns it.
inline curl_slist* make_blank_line(std::size_t size) noexcept {
  // curl copies the text, and nothing else gets memory of its allocator.
  if (size <= max_quick_line) {
    return curl_slist_append(nullptr, blank_line.data() + (max_quick_line - size));
  }
  const std::unique_ptr<char[]> blanks(new (std::nothrow) char[size + 1]);
  if (blanks == nullptr) return nullptr;
  std::fill_n(blanks.get(), size, ' ');
  blanks[size] = '\0';
  return curl_slist_append(nullptr, blanks.get());
}

template <class Visitor>
void visit_values(const curl_slist* line, std::string_view name, Visitor&& visit) {
  for (; line != nullptr; line = line->next) {
    if (!has_name(*line, name)) continue;
    if (const Line read = read_line(line->data); read.value && !visit(*read.value)) return;
  }
}

template <class Visitor>
void visit_fields(const curl_slist* line, Visitor&& visit) {
  for (; line != nullptr; line = line->next) {
    const Line read = read_line(line->data);
    if (!read.name.empty() && read.value && !visit(read.name, *read.value)) return;
  }
}

}  // namespace internal

/// Reads a list of header fields to send, as for `CURLOPT_HTTPHEADER`. The list must outlive the
/// carrier.
///
/// A line is a field as curl takes it: `Name: value`, or `Name;`, which has an empty value. What
/// curl does not send counts as absent: `Name:`, which removes a field of curl's own, and lines
/// without a name. Names match in any case (ASCII letters only); a name may have several fields.
/// Space around a value is no part of it.
///
/// Reading never allocates. Each lookup visits all lines at most once.
class ConstSlistCarrier : public http::FieldsReader<ConstSlistCarrier> {
 public:
  explicit ConstSlistCarrier(const curl_slist* list) noexcept : list_(list) {}

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    internal::visit_values(list_, name, visit);
  }
  template <class Visitor>
  void fields(Visitor&& visit) const {
    internal::visit_fields(list_, visit);
  }

 private:
  const curl_slist* list_;
};

/// Reads and writes such a list. Null is an empty list.
///
///     curl_slist* headers = nullptr;
///     baton::curl::SlistCarrier carrier(headers);
///     chain.inject(context, carrier);
///     curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);  // the first node may be another one
///
/// The list remains the caller's, who frees it by `curl_slist_free_all`. It must be one that
/// `curl_slist_append` has made: nodes are made and freed by curl's functions alone. A value that
/// is no longer than the line that it replaces is written over that line, and allocates nothing;
/// any other one takes what `curl_slist_append` takes, and a line of more than 8 KiB as much again
/// for a moment. No transfer may use the list meanwhile.
///
/// `set` leaves one line of a name, in the place of the first one, and writes the name in
/// lowercase. `erase` leaves no field of it, but leaves `Name:`, without which curl would send a
/// field of its own. Name and value may be views of the list. A field that could break a header is
/// not written: a name that is not a token, or a value with a control character other than tab.
/// Older fields of that name are removed in any case.
///
/// If memory runs out, `set` leaves the list as it was; see `status`. Never throws.
class SlistCarrier : public http::FieldsReader<SlistCarrier> {
 public:
  explicit SlistCarrier(curl_slist*& list) noexcept : list_(&list) {}

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    internal::visit_values(*list_, name, visit);
  }
  template <class Visitor>
  void fields(Visitor&& visit) const {
    internal::visit_fields(*list_, visit);
  }

  void set(std::string_view name, std::string_view value) noexcept {
    if (!http::is_field_name(name) || !http::is_field_value(value)) {
      erase(name);
      return;
    }
    value = internal::trim(value);
    curl_slist** const place = find(list_, name);
    curl_slist* const old = *place;
    if (old != nullptr && fits(*old, name, value)) {
      write(*old, name, value);
      remove(&old->next, name);
      return;
    }
    curl_slist* const fresh = internal::make_blank_line(size_of(name, value));
    if (fresh == nullptr) {
      status_ = CURLE_OUT_OF_MEMORY;
      return;
    }
    write(*fresh, name, value);
    if (old != nullptr) fresh->next = old;
    *place = fresh;
    remove(&fresh->next, name);
  }

  void erase(std::string_view name) noexcept {
    internal::remove_lines(list_, [name](const curl_slist& line) {
      return internal::has_name(line, name) && internal::read_line(line.data).value.has_value();
    });
  }

  /// `CURLE_OUT_OF_MEMORY` if a field could not be written, and else `CURLE_OK`.
  [[nodiscard]] CURLcode status() const noexcept { return status_; }

 private:
  /// The pointer to the first line of that name, or to the end.
  static curl_slist** find(curl_slist** link, std::string_view name) noexcept {
    while (*link != nullptr && !internal::has_name(**link, name)) link = &(*link)->next;
    return link;
  }

  /// Removes all lines of that name, `Name:` as well.
  static void remove(curl_slist** link, std::string_view name) noexcept {
    internal::remove_lines(
        link, [name](const curl_slist& line) { return internal::has_name(line, name); });
  }

  static std::size_t size_of(std::string_view name, std::string_view value) noexcept {
    return name.size() + (value.empty() ? 1 : 2 + value.size());
  }

  /// Whether the line can be written over.
  static bool fits(const curl_slist& line, std::string_view name, std::string_view value) noexcept {
    const std::string_view text = line.data;
    return size_of(name, value) <= text.size() && !http::internal::overlap(text, name) &&
           !http::internal::overlap(text, value);
  }

  static void write(curl_slist& line, std::string_view name, std::string_view value) noexcept {
    char* const colon = std::transform(name.begin(), name.end(), line.data,
                                       [](char c) { return detail::to_lower(c); });
    if (value.empty()) {
      colon[0] = ';';  // curl takes a colon without a value as "do not send"
      colon[1] = '\0';
      return;
    }
    colon[0] = ':';
    colon[1] = ' ';
    *std::copy(value.begin(), value.end(), colon + 2) = '\0';
  }

  curl_slist** list_;
  CURLcode status_ = CURLE_OK;
};

namespace internal {

/// Erases the fields of the chain's formats that have a prefix, such as `uberctx-…`. A chain can
/// only erase names that it knows, and a list that is used again has those of the last context.
inline void erase_families(curl_slist*& list, const PropagatorChain& chain) noexcept {
  if (chain.prefixes().empty()) return;
  remove_lines(&list, [&](const curl_slist& line) {
    const Line read = read_line(line.data);
    return read.value && chain.owns_by_prefix(read.name);
  });
}

/// Erases all fields of the chain.
inline void erase_context(curl_slist*& list, const PropagatorChain& chain) noexcept {
  remove_lines(&list, [&](const curl_slist& line) {
    const Line read = read_line(line.data);
    return read.value && chain.owns(read.name);
  });
}

/// Unless it is told that a context is complete, erases all fields of the chain in the end, even if
/// an exception passes.
class Injection {
 public:
  Injection(curl_slist*& list, const PropagatorChain& chain) noexcept
      : list_(list), chain_(chain) {}
  Injection(const Injection&) = delete;
  Injection& operator=(const Injection&) = delete;
  ~Injection() {
    if (!is_complete_) erase_context(list_, chain_);
  }

  void complete() noexcept { is_complete_ = true; }

 private:
  curl_slist*& list_;
  const PropagatorChain& chain_;
  bool is_complete_ = false;
};

}  // namespace internal

/// Writes a context into the header fields of a request that is about to be sent, by the rules of
/// SlistCarrier: the list remains the caller's, and its first node may be another one afterwards.
///
///     baton::curl::inject(headers);
///     curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
///
/// Replaces the context that a list has from the call before, its fields with a prefix
/// (`uberctx-…`) as well, whatever their keys.
///
/// If curl's memory runs out, returns `CURLE_OUT_OF_MEMORY`, and the list has no field of the
/// chain: a request with half a context would be worse than one without. Else returns `CURLE_OK`.
/// An exception of a format, such as `std::bad_alloc` for a long name, leaves the list the same
/// way.
inline CURLcode inject(curl_slist*& headers, const Context& context = current(),
                       const InjectOptions& options = {}) {
  internal::Injection injection(headers, options.chain);
  internal::erase_families(headers, options.chain);
  SlistCarrier carrier(headers);
  options.chain.inject(context, carrier, options.destination);
  if (carrier.status() == CURLE_OK) injection.complete();
  return carrier.status();
}

}  // namespace baton::curl
