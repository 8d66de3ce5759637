// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/context/context.h>
#include <opentelemetry/context/propagation/text_map_propagator.h>
#include <opentelemetry/nostd/function_ref.h>
#include <opentelemetry/nostd/string_view.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/bindings/opentelemetry/context.hpp"
#include "baton/chain.hpp"
#include "baton/detail/ascii.hpp"
#include "baton/global.hpp"

namespace baton::otel {

namespace detail {

/// The names of the fields that a chain reads, each once, and their prefixes. Lives no longer than
/// the chain or a copy of it.
class ReadNames {
 public:
  explicit ReadNames(const PropagatorChain& chain) {
    for (const PropagatorChain::Entry& reader : chain.readers()) {
      const FormatTraits& format = reader->traits();
      for (const std::string_view name : format.fields) add(name);
      for (const std::string_view name : format.also_reads) add(name);
      prefixes_.insert(prefixes_.end(), format.prefixes.begin(), format.prefixes.end());
    }
  }

  [[nodiscard]] std::span<const std::string_view> all() const noexcept { return names_; }
  [[nodiscard]] bool has_prefixes() const noexcept { return !prefixes_.empty(); }
  /// In any case.
  [[nodiscard]] bool contains(std::string_view name) const noexcept {
    return std::any_of(names_.begin(), names_.end(), [name](std::string_view known) {
      return baton::detail::equals_ignoring_case(name, known);
    });
  }
  /// Whether it begins with one of the prefixes, in any case.
  [[nodiscard]] bool has_prefix_of(std::string_view name) const noexcept {
    return std::any_of(prefixes_.begin(), prefixes_.end(), [name](std::string_view prefix) {
      return baton::detail::equals_ignoring_case(name.substr(0, prefix.size()), prefix);
    });
  }

 private:
  void add(std::string_view name) {
    if (!contains(name)) names_.push_back(name);
  }

  std::vector<std::string_view> names_;
  std::vector<std::string_view> prefixes_;
};

/// A TextMapCarrier to read from. It is asked once for each name that the chain knows; not all have
/// `Keys`, so only formats with prefixes depend on that.
class TextMapReader {
 public:
  static constexpr bool names_without_case = true;

  TextMapReader(const opentelemetry::context::propagation::TextMapCarrier& carrier,
                const ReadNames& names) noexcept
      : carrier_(&carrier), names_(&names) {}

  /// opentelemetry-cpp does not tell an empty value from none.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const std::string_view value = std_view(carrier_->Get(nostd_view(name)));
    return value.empty() ? std::nullopt : std::optional(value);
  }
  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    if (const auto value = get(name)) visit(*value);
  }
  template <class Visitor>
  void keys(Visitor&& visit) const {
    fields([&visit](std::string_view name, std::string_view) { return visit(name); });
  }
  template <class Visitor>
  void fields(Visitor&& visit) const {
    for (const std::string_view name : names_->all()) {
      const auto value = get(name);
      if (value && !visit(name, *value)) return;
    }
    if (!names_->has_prefixes()) return;
    carrier_->Keys([&](opentelemetry::nostd::string_view key) {
      const std::string_view name = std_view(key);
      if (!names_->has_prefix_of(name) || names_->contains(name)) return true;
      const auto value = get(name);
      return !value || visit(name, *value);
    });
  }

 private:
  const opentelemetry::context::propagation::TextMapCarrier* carrier_;
  const ReadNames* names_;
};

/// A TextMapCarrier to write to.
class TextMapWriter {
 public:
  explicit TextMapWriter(opentelemetry::context::propagation::TextMapCarrier& carrier) noexcept
      : carrier_(&carrier) {}

  void set(std::string_view name, std::string_view value) const {
    carrier_->Set(nostd_view(name), nostd_view(value));
  }
  /// A carrier cannot remove a field. An empty one says nothing; the stale one would be believed.
  void erase(std::string_view name) const {
    if (!carrier_->Get(nostd_view(name)).empty()) carrier_->Set(nostd_view(name), {"", 0});
  }

 private:
  opentelemetry::context::propagation::TextMapCarrier* carrier_;
};

}  // namespace detail

/// A chain as a propagator of opentelemetry-cpp.
///
/// What a TextMapCarrier cannot do, a chain cannot do through one. With Baton's own carriers, use
/// the chain itself, which has none of these limits:
///
/// - `Get` returns one value of a name. A carrier of a message that may repeat a field, as
///   `baggage` may be, must join the values by ",".
/// - Nothing removes a field: one that must not travel is set to an empty value, if `Get` finds it.
/// - An empty value counts as none.
/// - Baggage of formats with a prefix (`uberctx-…`) is read if the carrier has `Keys`.
/// - Whatever the chain's trust rules refuse is not in the context, but its link is lost (see
///   `PropagatorChain::receive`), and the rule of the destination "" applies.
///
/// Any number of threads may use it.
class Propagator final : public opentelemetry::context::propagation::TextMapPropagator {
 public:
  /// The default is the chain that is global now.
  explicit Propagator(PropagatorChain chain = global_chain())
      : chain_(std::move(chain)), names_(chain_) {}

  /// `context` with what was found in the carrier. Baggage replaces
  /// baggage; a decision alone does not replace a span.
  opentelemetry::context::Context Extract(
      const opentelemetry::context::propagation::TextMapCarrier& carrier,
      opentelemetry::context::Context& context) noexcept override {
    Context found = from_opentelemetry(context);
    const Baggage before = found.baggage();
    found.set_baggage({});
    const Extracted most = chain_.extract(detail::TextMapReader(carrier, names_), found);
    if (most <= Extracted::malformed) return context;
    if (found.baggage().empty()) found.set_baggage(before);
    return to_opentelemetry(found, context);
  }

  void Inject(opentelemetry::context::propagation::TextMapCarrier& carrier,
              const opentelemetry::context::Context& context) noexcept override {
    chain_.inject(from_opentelemetry(context), detail::TextMapWriter(carrier));
  }

  /// The fields that `Inject` sets or empties.
  bool Fields(opentelemetry::nostd::function_ref<bool(opentelemetry::nostd::string_view)> visit)
      const noexcept override {
    for (const std::string_view field : chain_.fields()) {
      if (!visit(detail::nostd_view(field))) return false;
    }
    return true;
  }

 private:
  const PropagatorChain chain_;
  const detail::ReadNames names_;
};

}  // namespace baton::otel
