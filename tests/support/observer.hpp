// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/propagator.hpp"

namespace baton::test {

/// What an Observer has seen of a carrier.
struct Seen {
  std::vector<std::string> names;
  std::vector<std::string> values;
};

/// Looks at the names, up to a number of them, and at all values of the one field of its format.
class Observer final : public Propagator {
 public:
  /// What it sees and the field's name must outlive it.
  Observer(Seen& seen, std::string_view field, std::size_t most)
      : Propagator(traits_),
        fields_{field},
        traits_{.name = "observer", .specification = "", .fields = fields_},
        seen_(&seen),
        most_(most) {}

  Extracted extract(CarrierReader carrier, Context&, ExtractReport*) const override {
    carrier.keys([&](std::string_view name) {
      seen_->names.emplace_back(name);
      return seen_->names.size() < most_;
    });
    carrier.get_all(fields_[0], [&](std::string_view value) {
      seen_->values.emplace_back(value);
      return true;
    });
    return Extracted::nothing;
  }
  void inject(const Context&, CarrierWriter) const override {}

 private:
  std::array<std::string_view, 1> fields_;
  FormatTraits traits_;
  Seen* seen_;
  std::size_t most_;
};

}  // namespace baton::test
