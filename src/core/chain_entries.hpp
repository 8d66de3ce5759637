// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/chain.hpp"
#include "baton/detail/known_fields.hpp"
#include "core/extraction_counter.hpp"
#include "core/trust.hpp"

namespace baton {

namespace detail {

/// What an extraction needs of a reader of the chain, in one place.
struct Step {
  const Propagator* format;
  bool reads_span_context;
  std::uint8_t counter;
  std::uint32_t bit;  ///< the step in a set of steps
};

inline void add_new(std::vector<std::string_view>& names, std::span<const std::string_view> more) {
  for (const std::string_view name : more) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

}  // namespace detail

/// What all copies of a chain share.
struct PropagatorChain::Entries {
  Entries(std::vector<Entry> reading, std::vector<Entry> writing, ExtractionPolicy which)
      : readers(std::move(reading)), writers(std::move(writing)), policy(which) {
    std::erase(readers, nullptr);
    std::erase(writers, nullptr);
    for (const Entry& writer : writers) {
      detail::add_new(fields, writer->traits().fields);
      detail::add_new(prefixes, writer->traits().prefixes);
      if (!writer->traits().state_key.empty()) keepers.push_back(writer.get());
    }
    written_fields = fields.size();
    // The next hop reads those as well: `b3` would win over the `x-b3-…` that are written.
    for (const Entry& writer : writers) detail::add_new(fields, writer->traits().also_reads);
    std::uint32_t bit = 1;
    for (const Entry& reader : readers) {
      const FormatTraits& traits = reader->traits();
      for (const auto& names : {traits.fields, traits.also_reads}) {
        detail::add_new(fields, names);
        for (const std::string_view name : names) known.add(name, bit);
      }
      detail::add_new(prefixes, traits.prefixes);
      for (const std::string_view prefix : traits.prefixes) known.add_prefix(prefix, bit);
      if (traits.reads_elsewhere) steps_without_fields |= bit;
      steps.push_back({reader.get(), traits.says.has_span_context(),
                       detail::ExtractionCounter::number_of(traits.name), bit});
      if (bit << 1U != 0) bit <<= 1U;  // all further ones share the last bit
    }
  }

  /// The fields that the formats of the chain read, and that are not written.
  [[nodiscard]] std::span<const std::string_view> stale_fields() const noexcept {
    return std::span(fields).subspan(written_fields);
  }

  /// The context with a tracestate that agrees with its decision; nothing if it already does.
  [[nodiscard]] std::optional<Context> reconcile(const Context& context) const {
    std::optional<Context> reconciled;
    for (const Propagator* keeper : keepers) {
      const Context& said = reconciled ? *reconciled : context;
      auto state = keeper->reconcile(said.span_context().trace_state, said.sampling(), {});
      if (!state) continue;
      if (!reconciled) reconciled = context;
      reconciled->set_trace_state(*std::move(state));
    }
    return reconciled;
  }

  void write(const Context& context, CarrierWriter carrier) const {
    for (const Entry& writer : writers) writer->inject(context, carrier);
  }

  void inject(const Context& context, CarrierWriter carrier) const {
    for (const std::string_view field : stale_fields()) carrier.erase(field);
    if (keepers.empty()) return write(context, carrier);
    const std::optional<Context> reconciled = reconcile(context);
    write(reconciled ? *reconciled : context, carrier);
  }

  /// The same by the rule for the destination.
  void inject_by_trust(const Context& context, CarrierWriter carrier,
                       std::string_view destination) const;

  /// Erases the fields that have the name of a denied key: no writer knows them.
  void erase_families(const Baggage& baggage, const Baggage& allowed, CarrierWriter carrier,
                      const DestinationRule& rule) const;

  [[nodiscard]] bool filters_callers() const noexcept {
    return trust != nullptr && !trust->accepts_all();
  }

  std::vector<Entry> readers;
  std::vector<Entry> writers;
  std::vector<const Propagator*> keepers;  // the writers that keep something in tracestate
  std::vector<detail::Step> steps;
  std::uint32_t steps_without_fields = 0;  // as bits: they may find something without any
  detail::KnownFields known;               // the fields that the readers know
  std::vector<std::string_view> fields;    // first those that are written, then the stale ones
  std::size_t written_fields = 0;
  std::vector<std::string_view> prefixes;
  ExtractionPolicy policy;
  std::shared_ptr<const detail::Trust> trust;  // none: all may leave, and callers are trusted
};

}  // namespace baton
