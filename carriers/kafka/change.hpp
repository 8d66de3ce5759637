// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "baton/detail/lookup.hpp"
#include "carriers/kafka/c_list.hpp"

/// Changes to a list of headers where it is. A list may be the application's, which gets it back if
/// its message cannot be sent: `rd_kafka_message_set_headers` would destroy it.
namespace baton::kafka::internal {

/// The headers of a list whose names are meant, in their order. Looks at each header once.
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

/// Takes these headers, which `find_all` has found, out of the list; the others keep their order.
/// The number of passes over the list does not depend on what is in it. Throws
/// `std::bad_alloc`, and has changed nothing then.
void remove(rd_kafka_headers_t& headers, std::span<const Header> gone);

}  // namespace baton::kafka::internal
