#include "baton/registry.hpp"

#include <array>

#include "baton/translators/b3.hpp"
#include "baton/w3c.hpp"

namespace baton {
namespace {

template <class T>
std::shared_ptr<const Propagator> make() {
  return std::make_shared<const T>();
}

std::shared_ptr<const Propagator> make_b3_multi() {
  return std::make_shared<const B3Propagator>(
      B3Propagator::Options{.encoding = B3Propagator::Encoding::multi});
}

// One line for each format: its name in OTEL_PROPAGATORS and what makes it.
constexpr std::array<RegisteredPropagator, 4> registry{{
    {"tracecontext", make<TraceContextPropagator>},
    {"baggage", make<BaggagePropagator>},
    {"b3", make<B3Propagator>},
    {"b3multi", make_b3_multi},
}};

}  // namespace

std::span<const RegisteredPropagator> registered_propagators() noexcept { return registry; }

}  // namespace baton
