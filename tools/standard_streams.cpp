// SPDX-License-Identifier: Apache-2.0
#include "tools/standard_streams.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace baton::tool {
namespace {

constexpr std::size_t chunk_size = std::size_t{64} << 10;

std::string last_error(std::string_view what) {
  return std::string(what) + ": " + std::generic_category().message(errno);
}

/// The offset of the first empty line that begins after `from`.
std::size_t find_empty_line(std::string_view text, std::size_t from) noexcept {
  if (text.starts_with('\n')) return 0;
  const std::size_t found = text.find("\n\n", from);
  return found == text.npos ? found : found + 1;
}

}  // namespace

tl::expected<std::string, std::string> read_lines(int descriptor) {
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    text.resize(before + chunk_size);
    const ssize_t count = read(descriptor, text.data() + before, chunk_size);
    if (count < 0) {
      text.resize(before);
      if (errno == EINTR) continue;
      return tl::unexpected(last_error("cannot read standard input"));
    }
    text.resize(before + static_cast<std::size_t>(count));
    const std::size_t empty_line = find_empty_line(text, before == 0 ? 0 : before - 1);
    if (std::min(empty_line, text.size()) > max_input_bytes) {
      return tl::unexpected("standard input is larger than " +
                            std::to_string(max_input_bytes >> 20) + " MiB");
    }
    if (empty_line != text.npos) {
      text.resize(empty_line);
      return text;
    }
    if (count == 0) return text;
  }
}

tl::expected<bool, std::string> write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EPIPE) {
      return false;
    } else if (errno != EINTR) {
      return tl::unexpected(last_error("cannot write"));
    }
  }
  return true;
}

}  // namespace baton::tool
