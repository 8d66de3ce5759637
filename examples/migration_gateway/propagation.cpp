// SPDX-License-Identifier: Apache-2.0
#include "propagation.hpp"

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <string_view>

namespace gateway {
namespace {

/// Writes to fields from which the chain's own were removed: there is nothing to replace or erase.
class AppendingCarrier {
 public:
  explicit AppendingCarrier(http::fields& fields) noexcept : fields_(fields) {}

  void set(std::string_view name, std::string_view value) {
    fields_.insert({name.data(), name.size()}, {value.data(), value.size()});
  }
  void erase(std::string_view /*name*/) noexcept {}

 private:
  http::fields& fields_;
};

}  // namespace

void Propagation::translate(RequestHeader& request) const {
  if (!is_on_) return;
  const baton::Context context = baton::http::extract(request);
  remove_own(request);
  baton::global_chain().inject(context, AppendingCarrier(request));
}

void Propagation::remove_own(http::fields& fields) const {
  if (!is_on_) return;
  const baton::PropagatorChain& chain = baton::global_chain();
  for (auto field = fields.begin(); field != fields.end();) {
    const auto name = field->name_string();
    field = chain.owns({name.data(), name.size()}) ? fields.erase(field) : std::next(field);
  }
}

}  // namespace gateway
