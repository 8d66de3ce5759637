// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "baton/carriers/curl/slist.hpp"
#include "baton/carriers/http_answer.hpp"
#include "baton/span_context.hpp"

// Older ones have no interface to a response's fields, or an experimental one.
#if LIBCURL_VERSION_NUM >= 0x075400

namespace baton::curl {

/// Reads the header fields of the last response that a handle has received: after redirects, those
/// of the last hop. Needs libcurl 7.84 or later.
///
/// Fields remain curl's: views are valid until the next transfer of the handle, and until it is
/// reset or cleaned up. Reading never allocates. Names match in any case.
///
/// curl finds each field in a pass over all of them. So `get_all` and `keys` visit at most
/// `max_fields`, and names of more than `max_name` bytes count as absent.
class ResponseCarrier {
 public:
  static constexpr bool names_without_case = true;
  static constexpr std::size_t max_fields = 64;
  static constexpr std::size_t max_name = 255;

  explicit ResponseCarrier(CURL* handle) noexcept : handle_(handle) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept {
    std::optional<std::string_view> found;
    get_all(name, [&](std::string_view value) {
      found = value;
      return false;
    });
    return found;
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    if (name.size() > max_name || name.find('\0') != std::string_view::npos) return;
    std::array<char, max_name + 1> text;
    *std::copy(name.begin(), name.end(), text.begin()) = '\0';
    curl_header* field = nullptr;
    for (std::size_t i = 0; i < max_fields; ++i) {
      if (curl_easy_header(handle_, text.data(), i, CURLH_HEADER, last_response, &field) !=
              CURLHE_OK ||
          !visit(internal::trim(field->value))) {  // curl 7.88 leaves the CR of an empty value
        return;
      }
    }
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    curl_header* field = nullptr;
    for (std::size_t i = 0; i < max_fields; ++i) {
      field = curl_easy_nextheader(handle_, CURLH_HEADER, last_response, field);
      if (field == nullptr || !visit(std::string_view(field->name))) return;
    }
  }

 private:
  static constexpr int last_response = -1;

  CURL* handle_;
};

/// Which span answered, if the server says so: see `baton::http::read_answer`.
///
///     if (baton::curl::perform(handle, url, headers) == CURLE_OK) {
///       log(baton::curl::read_answer(handle).span_id);
///     }
[[nodiscard]] inline SpanContext read_answer(CURL* handle) {
  return http::read_answer(ResponseCarrier(handle));
}

}  // namespace baton::curl

#endif
