// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "baton/carriers/grpc/metadata.hpp"
#include "baton/chain.hpp"
#include "baton/tracestate.hpp"

namespace baton::grpc::internal {

/// Writes the fields of a chain into metadata. If one of a format's fields is refused, none of them
/// is written: a decision without its ids would start another trace. The tracestate alone may be
/// missing, and so may baggage, which has fields of its own.
class WholeFormats {
 public:
  static constexpr bool has_binary_fields = true;

  WholeFormats(MetadataCarrier<SentMetadata> carrier, const PropagatorChain& chain) noexcept
      : carrier_(carrier), writers_(chain.writers()) {}

  void set(std::string_view name, std::string_view value) {
    if (is_left_out(name)) return;
    carrier_.set(name, value);
    if (name == TraceState::field || carrier_.get(name)) return;
    for (const PropagatorChain::Entry& writer : writers_) {
      if (has(*writer, name)) leave_out(*writer);
    }
  }
  void erase(std::string_view name) { carrier_.erase(name); }

 private:
  static bool has(const Propagator& format, std::string_view field) noexcept {
    return std::ranges::find(format.traits().fields, field) != format.traits().fields.end();
  }

  [[nodiscard]] bool is_left_out(std::string_view field) const noexcept {
    return std::ranges::any_of(left_out_,
                               [field](const auto* format) { return has(*format, field); });
  }

  void leave_out(const Propagator& format) {
    left_out_.push_back(&format);
    for (const std::string_view field : format.traits().fields) carrier_.erase(field);
  }

  MetadataCarrier<SentMetadata> carrier_;
  std::span<const PropagatorChain::Entry> writers_;
  std::vector<const Propagator*> left_out_;  // with their older fields as well
};

}  // namespace baton::grpc::internal
