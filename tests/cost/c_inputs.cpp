// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "baton/baton.h"
#include "carrier_inputs.hpp"

namespace {

/// An object of the C interface, made by a function that takes only its place.
template <class Object>
std::unique_ptr<Object, void (*)(Object*)> make(baton_error (*create)(Object**),
                                                void (*free)(Object*)) {
  Object* made = nullptr;
  static_cast<void>(create(&made));
  return {made, free};
}

const baton::test::Carrier c([] {
  std::string formats;
  for (const baton::RegisteredPropagator& known : baton::registered_propagators()) {
    formats.append(formats.empty() ? "" : ",").append(known.traits.name);
  }
  baton_chain_options all = BATON_INIT(baton_chain_options);
  all.extract = formats.c_str();
  baton_chain* made = nullptr;
  static_cast<void>(baton_chain_new(&all, &made, nullptr, 0));
  const std::unique_ptr<baton_chain, void (*)(baton_chain*)> chain(made, baton_chain_free);
  const auto context = make(baton_context_new, baton_context_free);
  const auto report = make(baton_report_new, baton_report_free);

  struct Names {
    const char* carrier;
    std::uint32_t flags;
  };
  for (const Names& names :
       {Names{"C, exact names", 0}, Names{"C, names without case", BATON_NAMES_WITHOUT_CASE},
        Names{"C, the last exact name", BATON_EXACT_NAMES_FIRST | BATON_LAST_FIELD_COUNTS}}) {
    baton::test::count_reader(names.carrier, [&](const baton::test::Pairs& message, auto count) {
      std::vector<baton_field> fields;
      for (const auto& [name, value] : message) {
        fields.push_back({name.data(), name.size(), value.data(), value.size()});
      }
      baton_reader reader = BATON_INIT(baton_reader);
      reader.fields = fields.data();
      reader.field_count = fields.size();
      reader.flags = names.flags;
      count([&](const baton::ExtractOptions& /*options*/) {
        static_cast<void>(
            baton_extract(chain.get(), &reader, context.get(), report.get(), nullptr));
      });
    });
  }
});

}  // namespace
