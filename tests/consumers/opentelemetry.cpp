// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/bindings/opentelemetry.hpp>
#include <cstdlib>

int main() {
  const baton::Context context = baton::Context().child();
  const auto theirs = baton::otel::to_opentelemetry(context);
  return baton::otel::from_opentelemetry(theirs) == context ? EXIT_SUCCESS : EXIT_FAILURE;
}
