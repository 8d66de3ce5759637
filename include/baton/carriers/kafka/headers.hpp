// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <optional>
#include <string_view>

#include "baton/carrier.hpp"

namespace baton::kafka {

/// Reads a list of record headers of librdkafka's C interface. A null pointer is an empty list. The
/// carrier does not own the list, which must outlive it.
///
/// - Names are matched exactly or, if no header has exactly that name, in any case (ASCII letters
///   only). librdkafka returns names as C strings: a name with a NUL is shown up to the NUL, and a
///   lookup of that part may find it or not.
/// - Values are bytes, read in place: nothing is copied or allocated. A header with a null value
///   counts as absent.
/// - `get` returns the last value of a name, `get_all` shows all in order.
///
/// `keys` and `fields` pass over the headers once, `get` at most twice and `get_all` three times:
/// they begin with librdkafka's own search for the exact name, which is the fastest.
class ConstHeadersCarrier {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;
  static constexpr bool prefers_exact_names = true;

  explicit ConstHeadersCarrier(const rd_kafka_headers_t* headers) noexcept : headers_(headers) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;
  void fields(FieldVisitor visit) const;

 private:
  const rd_kafka_headers_t* headers_;
};

/// Reads and writes such a list.
///
///     rd_kafka_headers_t* headers = rd_kafka_headers_new(4);
///     chain.inject(context, baton::kafka::HeadersCarrier(*headers));
///
/// The carrier changes the list in place and does not own it. librdkafka copies what is written.
///
/// Names are written in lowercase. `set` leaves one header of a name, `erase` none, in any case.
/// Either takes one pass over the headers, and one more for each header that it removes. To remove
/// more than eight, it rebuilds the list instead, in a fixed number of passes; another header's
/// name with a NUL is then cut at the NUL. A name with a NUL is not written. Throws
/// `std::bad_alloc`, and nothing else.
class HeadersCarrier : public ConstHeadersCarrier {
 public:
  explicit HeadersCarrier(rd_kafka_headers_t& headers) noexcept
      : ConstHeadersCarrier(&headers), headers_(&headers) {}

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

 private:
  rd_kafka_headers_t* headers_;
};

struct HeadersDeleter {
  void operator()(rd_kafka_headers_t* headers) const noexcept { rd_kafka_headers_destroy(headers); }
};
/// Owns a list. A message takes it by `rd_kafka_message_set_headers`, and by `rd_kafka_producev`
/// with `RD_KAFKA_V_HEADERS` if that succeeds: call `release()` then, and not before.
using HeadersPointer = std::unique_ptr<rd_kafka_headers_t, HeadersDeleter>;

}  // namespace baton::kafka
