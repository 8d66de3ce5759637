// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "baton/carriers/kafka/headers.hpp"
#include "baton/detail/lookup.hpp"
#include "baton/function_ref.hpp"
#include "carriers/kafka/c_list.hpp"

/// In-place changes to a list of headers. The application may own the list, and still owns it if
/// its message cannot be sent; `rd_kafka_message_set_headers` would destroy it.
namespace baton::kafka::internal {

/// The headers for whose names `is_meant` is true, in order. Visits each header once.
template <class IsMeant>
std::vector<Header> find_all(const CList& list, IsMeant&& is_meant) {
  std::vector<Header> found;
  for (std::size_t i = 0, size = list.size(); i < size; ++i) {
    const Header header = list.at(i);
    if (is_meant(header.name)) found.push_back(header);
  }
  return found;
}

/// Reads what `find_all` has found.
using FoundCarrier = detail::lookup::ListCarrier<const std::vector<Header>&>;

/// A list with room for so many headers. Throws `std::bad_alloc`.
[[nodiscard]] HeadersPointer make_list(std::size_t size);

/// Removes these headers, which `find_all` has found; the others keep their order. The number of
/// passes over the list does not depend on its contents.
///
/// Throws `std::bad_alloc`. Without memory, nothing has changed. If librdkafka refuses to remove a
/// header, that one and the later ones remain. If it refuses to take one back (only when more than
/// eight are removed), that one and those behind it are lost.
void remove(rd_kafka_headers_t& headers, std::span<const Header> gone);

/// Removes all headers for whose names `is_meant` is true; the others keep their order. Needs no
/// memory, but takes a pass over the list for each name. If librdkafka refuses to remove a header,
/// that one remains.
void remove_without_memory(rd_kafka_headers_t& headers,
                           FunctionRef<bool(std::string_view)> is_meant) noexcept;

}  // namespace baton::kafka::internal
