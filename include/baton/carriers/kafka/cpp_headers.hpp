// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafkacpp.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baton/detail/lookup.hpp"
#include "baton/function_ref.hpp"
#include "baton/options.hpp"

namespace baton::kafka {

namespace internal {

struct CopiedHeader {
  std::string name;
  std::optional<std::string> value;
};

}  // namespace internal

/// Reads a list of record headers of librdkafka's C++ interface, by the rules of
/// ConstHeadersCarrier.
///
/// `RdKafka::Headers` returns only copies. So a carrier copies the list when it is made: nothing
/// else may change the list while the carrier exists. The headers of a *message* are read in place,
/// without a copy: see `extract`.
class ConstCppHeadersCarrier
    : public detail::lookup::ListCarrier<std::vector<internal::CopiedHeader>> {
 public:
  explicit ConstCppHeadersCarrier(const RdKafka::Headers& headers);

  ConstCppHeadersCarrier(const ConstCppHeadersCarrier&) = delete;
  ConstCppHeadersCarrier& operator=(const ConstCppHeadersCarrier&) = delete;
};

/// Reads and writes such a list, by the rules of HeadersCarrier. The carrier does not own it.
///
///     std::unique_ptr<RdKafka::Headers> headers(RdKafka::Headers::create());
///     chain.inject(context, baton::kafka::CppHeadersCarrier(*headers));
///
/// `RdKafka::Headers` removes one spelling of a name at a time, with a pass over the list for each.
/// So a carrier removes one spelling for each name that it sets or erases, and `max_spellings`
/// others in all. Further spellings remain, behind the name in lowercase: readers prefer it, and
/// `erase` adds it with an empty value, which a reader may report.
class CppHeadersCarrier : public ConstCppHeadersCarrier {
 public:
  explicit CppHeadersCarrier(RdKafka::Headers& headers)
      : ConstCppHeadersCarrier(headers), headers_(&headers) {}

  /// Enough for `inject` to replace baggage with as many members as it may have, in two formats.
  static constexpr std::size_t max_spellings = 512;

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

 private:
  friend void inject(RdKafka::Headers& headers, const Context& context,
                     const InjectOptions& options);

  /// Removes the spellings of a name in lowercase. False: some remain.
  bool remove(const std::string& name);
  /// Removes headers for whose names `is_meant` is true: `free` spellings, and `spellings_` more.
  void remove_all(FunctionRef<bool(std::string_view)> is_meant, std::size_t free);
  void add(std::string name, const std::string& value);
  /// Removes what the carrier has added. Needs no memory.
  void remove_added() noexcept;

  RdKafka::Headers* headers_;
  std::size_t spellings_ = max_spellings;  // that it may still remove
  std::size_t added_ = 0;                  // at the end of the list
};

}  // namespace baton::kafka
