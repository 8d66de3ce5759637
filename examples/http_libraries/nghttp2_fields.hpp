// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nghttp2/nghttp2.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What both ends by nghttp2 share. It hands over fields one by one, and takes an array of them.
namespace example {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Views of the fields, which must outlive them.
inline std::vector<nghttp2_nv> to_nghttp2(Fields& fields) {
  std::vector<nghttp2_nv> all;
  for (auto& [name, value] : fields) {
    all.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                   reinterpret_cast<std::uint8_t*>(value.data()), name.size(), value.size(),
                   NGHTTP2_NV_FLAG_NONE});
  }
  return all;
}

/// Adds the field that `on_header` is called with.
inline void add(Fields& fields, const std::uint8_t* name, std::size_t name_size,
                const std::uint8_t* value, std::size_t value_size) {
  fields.emplace_back(std::string(reinterpret_cast<const char*>(name), name_size),
                      std::string(reinterpret_cast<const char*>(value), value_size));
}

/// The socket is the first member of what both ends give to their session.
inline ssize_t send_bytes(nghttp2_session*, const std::uint8_t* data, std::size_t size, int,
                          void* end) {
  const ssize_t sent = ::send(*static_cast<const int*>(end), data, size, MSG_NOSIGNAL);
  return sent >= 0 ? sent : ssize_t{NGHTTP2_ERR_CALLBACK_FAILURE};
}

/// Sends what the session has to send, and waits for more of the other end. False: it is over.
inline bool exchange(nghttp2_session* session, int socket) {
  if (nghttp2_session_send(session) != 0) return false;
  std::array<std::uint8_t, 16384> bytes;
  const ssize_t got = ::recv(socket, bytes.data(), bytes.size(), 0);
  return got > 0 &&
         nghttp2_session_mem_recv(session, bytes.data(), static_cast<std::size_t>(got)) >= 0;
}

}  // namespace example
