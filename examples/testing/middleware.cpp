// SPDX-License-Identifier: Apache-2.0
#include "middleware.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace {

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Decodes percent escapes in place.
void decode(std::vector<char>& text) {
  auto out = text.begin();
  for (auto in = text.begin(); in != text.end();) {
#ifdef REPAIRED
    if (*in == '%' && text.end() - in >= 3) {
#else
    if (*in == '%') {
#endif
      const int high = digit_of(in[1]);
      const int low = digit_of(in[2]);
      if (high >= 0 && low >= 0) {
        *out++ = static_cast<char>(high * 16 + low);
        in += 3;
        continue;
      }
    }
    *out++ = *in++;
  }
  text.erase(out, text.end());
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

void read_baggage(std::string_view list, Caller& caller) {
  for (std::size_t begin = 0; begin < list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string_view member = list.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t equals = member.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view rest = member.substr(equals + 1);
    const std::string_view raw = trim(rest.substr(0, rest.find(';')));
    std::vector<char> value(raw.begin(), raw.end());
    decode(value);
    caller.baggage[std::string(trim(member.substr(0, equals)))].assign(value.begin(), value.end());
  }
}

}  // namespace

Caller read_caller(const boost::beast::http::fields& fields) {
  Caller caller;
  const std::string_view parent = trim(fields["traceparent"]);
  if (parent.size() != 55 || !parent.starts_with("00-")) return caller;
  if (parent[35] != '-' || parent[52] != '-') return caller;
  if (!is_hex(parent.substr(3, 32)) || !is_hex(parent.substr(36, 16))) return caller;
  caller.trace_id = parent.substr(3, 32);
  caller.parent_id = parent.substr(36, 16);
  caller.sampled = (digit_of(parent[54]) & 1) != 0;
  read_baggage(fields["baggage"], caller);  // nobody's, without a trace
  return caller;
}
