#include "propagation.hpp"

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>

namespace gateway {

void Propagation::translate(RequestHeader& request) const {
  if (!is_on_) return;
  const baton::Context context = baton::http::extract(request).child();
  remove_own(request);
  baton::http::inject(request, context);
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
