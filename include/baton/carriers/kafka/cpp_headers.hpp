// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafkacpp.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baton/carrier.hpp"
#include "baton/function_ref.hpp"
#include "baton/options.hpp"

namespace baton::kafka {

/// Reads a list of record headers as librdkafka's C++ interface has it, by the rules of
/// ConstHeadersCarrier.
///
/// `RdKafka::Headers` gives nothing away but copies. So the first look at a list copies it once,
/// and the carrier keeps the copy: nobody else may change the list while the carrier lives. The
/// headers of a *message* are read where they are, without a copy: see `extract`.
class ConstCppHeadersCarrier {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;

  explicit ConstCppHeadersCarrier(const RdKafka::Headers& headers) noexcept : headers_(&headers) {}

  ConstCppHeadersCarrier(const ConstCppHeadersCarrier&) = delete;
  ConstCppHeadersCarrier& operator=(const ConstCppHeadersCarrier&) = delete;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;

 protected:
  struct Header {
    std::string name;
    std::optional<std::string> value;
  };

  /// The copy, made when it is first asked for.
  [[nodiscard]] std::vector<Header>& copy() const;

 private:
  const RdKafka::Headers* headers_;
  mutable std::optional<std::vector<Header>> copy_;
};

/// Reads and writes such a list, by the rules of HeadersCarrier. The carrier does not own it.
///
///     std::unique_ptr<RdKafka::Headers> headers(RdKafka::Headers::create());
///     chain.inject(context, baton::kafka::CppHeadersCarrier(*headers));
///
/// `RdKafka::Headers` removes one spelling of a name at a time, and each costs it a pass over the
/// list. So a carrier takes out one spelling for each name that it sets or erases, the one in
/// lowercase first, and `max_spellings` others in all. What is beyond stays; a reader that finds
/// the name in lowercase does not look at it.
class CppHeadersCarrier : public ConstCppHeadersCarrier {
 public:
  explicit CppHeadersCarrier(RdKafka::Headers& headers) noexcept
      : ConstCppHeadersCarrier(headers), headers_(&headers) {}

  static constexpr std::size_t max_spellings = 256;

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

 private:
  friend void inject(RdKafka::Headers& headers, const Context& context,
                     const InjectOptions& options);

  /// Takes out all headers whose names are meant, `free` spellings beside those that may still go.
  void erase_all(FunctionRef<bool(std::string_view)> is_meant, std::size_t free);

  RdKafka::Headers* headers_;
  std::size_t spellings_ = max_spellings;  // that may still go
};

}  // namespace baton::kafka
