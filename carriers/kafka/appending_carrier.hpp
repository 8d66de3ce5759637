// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baton/carriers/kafka/headers.hpp"
#include "baton/chain.hpp"
#include "baton/context.hpp"
#include "carriers/kafka/c_list.hpp"
#include "core/lookup.hpp"

namespace baton::kafka::internal {

/// Whether a name can be added as it is: in lowercase and without NUL.
constexpr bool is_plain(std::string_view name) noexcept {
  return lookup::is_lowercase(name) && name.find('\0') == std::string_view::npos;
}

/// Appends headers to a list that has no name for which `is_absent` is true. Before it adds such a
/// name, it compares it only with the headers that it has added itself. Other names are set and
/// erased as by HeadersCarrier.
template <class IsAbsent>
class AppendingCarrier {
 public:
  AppendingCarrier(rd_kafka_headers_t& headers, IsAbsent is_absent) noexcept
      : headers_(&headers), is_absent_(is_absent), first_(rd_kafka_header_cnt(&headers)) {}

  void set(std::string_view name, std::string_view value) {
    if (is_plain(name) && is_absent(name)) {
      add(*headers_, name, value);
    } else {
      change([&](HeadersCarrier list) { list.set(name, value); });
    }
    sizes_ |= bit(name);
  }
  void erase(std::string_view name) {
    if (!is_absent(name)) change([&](HeadersCarrier list) { list.erase(name); });
  }

 private:
  [[nodiscard]] bool is_absent(std::string_view name) const {
    return !has_set(name) && is_absent_(name);
  }
  [[nodiscard]] bool has_set(std::string_view name) const noexcept {
    if ((sizes_ & bit(name)) == 0) return false;  // lengths tell most names apart
    const CList list(headers_);
    const std::size_t size = list.size();
    for (std::size_t i = first_; i < size; ++i) {
      if (lookup::compare(list.at(i).name, name) != lookup::Match::none) return true;
    }
    return false;
  }

  template <class Change>
  void change(Change&& make) {
    const std::size_t size = rd_kafka_header_cnt(headers_);
    make(HeadersCarrier(*headers_));
    const std::size_t gone = size - std::min(size, rd_kafka_header_cnt(headers_));
    // Wherever the removed ones were; `set` may have added one again.
    first_ -= std::min(first_, gone + 1);
  }

  static std::uint64_t bit(std::string_view name) noexcept {
    return std::uint64_t{1} << name.size() % 64;
  }

  rd_kafka_headers_t* headers_;
  IsAbsent is_absent_;
  std::size_t first_;  // of the headers that it has set
  std::uint64_t sizes_ = 0;
};

/// Writes a context into a list that has no headers of the chain's formats. Its work does not
/// depend on the list's size.
inline void append(rd_kafka_headers_t& headers, const Context& context,
                   const PropagatorChain& chain, std::string_view destination) {
  const bool is_fresh = rd_kafka_header_cnt(&headers) == 0;  // then every name is absent
  const auto is_absent = [&](std::string_view name) { return is_fresh || chain.owns(name); };
  chain.inject(context, AppendingCarrier(headers, is_absent), destination);
}

}  // namespace baton::kafka::internal
