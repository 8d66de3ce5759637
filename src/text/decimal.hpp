// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace baton::detail {

/// Reads a text that is one number in decimals: `0.5`, `5e-1`. False if it is none, or one that is
/// too large or too small for a double. The locale changes nothing.
inline bool read_decimal(std::string_view text, double& number) {
#if defined(__cpp_lib_to_chars)
  const char* const end = text.data() + text.size();
  const auto [last, result] = std::from_chars(text.data(), end, number);
  return result == std::errc() && last == end && std::isfinite(number);
#else
  // libc++ has from_chars for these numbers from version 20 on. strtod_l reads more than decimals.
  if (text.empty() || text.front() == '+') return false;
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return false;
  const ::locale_t plain = ::newlocale(LC_ALL_MASK, "C", nullptr);
  if (plain == nullptr) return false;
  const std::string terminated(text);
  char* last = nullptr;
  errno = 0;
  number = ::strtod_l(terminated.c_str(), &last, plain);
  const bool is_beyond = errno == ERANGE && (number == 0 || !std::isfinite(number));
  ::freelocale(plain);
  if (is_beyond) return false;
  return last == terminated.c_str() + terminated.size();
#endif
}

}  // namespace baton::detail
