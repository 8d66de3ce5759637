// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "baton/baton.h"
#include "bindings/c/fields.hpp"
#include "bindings/c/handle.hpp"
#include "bindings/c/sized.hpp"

namespace {

using baton::Context;
using baton::Extracted;
using baton::ExtractReport;
using baton::c::Fields;
using baton::c::object;
using baton::detail::NameComparison;

constexpr std::uint32_t name_flags = BATON_NAMES_WITHOUT_CASE | BATON_EXACT_NAMES_FIRST;
constexpr std::uint32_t carrier_flags = name_flags | BATON_LAST_FIELD_COUNTS | BATON_BINARY_FIELDS;
constexpr std::uint32_t known_flags = carrier_flags | BATON_INTO_CONTEXT;

/// The traits of a carrier belong to its type, so there is a type for all flags.
template <std::uint32_t flags>
struct Carrier : Fields {
  static constexpr bool names_without_case = (flags & name_flags) != 0;
  static constexpr bool prefers_exact_names = (flags & BATON_EXACT_NAMES_FIRST) != 0;
  static constexpr bool last_field_counts = (flags & BATON_LAST_FIELD_COUNTS) != 0;
  static constexpr bool has_binary_fields = (flags & BATON_BINARY_FIELDS) != 0;
  static constexpr NameComparison comparison = prefers_exact_names  ? NameComparison::exact_first
                                               : names_without_case ? NameComparison::any_case
                                                                    : NameComparison::exact;

  explicit Carrier(const baton_reader& reader) noexcept : Fields(reader) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    return Fields::get(name, comparison, last_field_counts);
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    Fields::get_all(name, comparison, visit);
  }
};

struct Request {
  const baton::PropagatorChain& chain;
  const baton_reader& reader;
  Context& context;
  ExtractReport* report;
  Context* link;  // null: nobody asks for it
};

/// Returns the most that was found.
template <std::uint32_t flags>
Extracted extract(const Request& request) {
  const Carrier<flags> carrier(request.reader);
  if (request.link == nullptr) {
    return request.chain.extract(carrier, request.context, request.report);
  }
  baton::Received received = request.chain.receive(carrier, request.report);
  request.context = std::move(received.context);
  request.link->set_span_context(std::move(received.link));
  return received.found;
}

template <std::size_t... flags>
constexpr auto make_table(std::index_sequence<flags...>) {
  return std::array{&extract<static_cast<std::uint32_t>(flags)>...};
}
constexpr auto extract_by_flags = make_table(std::make_index_sequence<carrier_flags + 1>());

/// Checks the arguments, and extracts.
baton_error run(const baton_chain* chain, const baton_reader* reader, baton_context* context,
                baton_report* report, baton_context* link) {
  if (chain == nullptr || reader == nullptr || context == nullptr || link == context) {
    return BATON_ERROR_ARGUMENT;
  }
  const baton::c::Sized given(reader);
  if (!given) return BATON_ERROR_SIZE;
  const std::uint32_t flags = given->flags;
  const bool is_known = (flags & ~known_flags) == 0 && given->reserved == 0;
  const bool has_fields =
      given->each != nullptr || given->fields != nullptr || given->field_count == 0;
  const bool keeps = (flags & BATON_INTO_CONTEXT) != 0;
  if (!is_known || !has_fields || (keeps && link != nullptr)) return BATON_ERROR_ARGUMENT;
  return baton::c::guarded([&]() -> baton_error {
    Context& into = object(*context);
    if (!keeps) into = Context();
    const Request request{object(*chain), *given, into,
                          report != nullptr ? &object(*report).report : nullptr,
                          link != nullptr ? &object(*link) : nullptr};
    const Extracted found = extract_by_flags[flags & carrier_flags](request);
    if (report != nullptr) object(*report).found = found;
    return BATON_OK;
  });
}

}  // namespace

baton_error baton_extract(const baton_chain* chain, const baton_reader* reader,
                          baton_context* context, baton_report* report, baton_context* link) {
  if (report != nullptr) object(*report) = {};
  if (link != nullptr && link != context) object(*link) = Context();
  const baton_error error = run(chain, reader, context, report, link);
  if (error == BATON_OK) [[likely]]
    return BATON_OK;
  if (context != nullptr) object(*context) = Context();
  if (report != nullptr) object(*report) = {};
  return error;
}
