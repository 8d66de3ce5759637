// SPDX-License-Identifier: Apache-2.0
// A program that names the formats of its global chain. Prints those that it has, and the error.

#include <iostream>
#include <memory>

#include "baton/baton.hpp"

baton::ConfiguredChain baton::default_global_chain() {
  return {PropagatorChain({std::make_shared<TraceContextPropagator>()}), "own error"};
}

namespace {

void print_chain() {
  for (const auto& reader : baton::global_chain().readers()) {
    std::cout << reader->traits().name << ' ';
  }
  std::cout << baton::global_chain_error() << '\n';
}

}  // namespace

int main() {
  print_chain();
  baton::set_global_chain(
      baton::PropagatorChain({std::make_shared<const baton::BaggagePropagator>()}));
  print_chain();
}
