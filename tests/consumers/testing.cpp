// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/testing/hostile.hpp>
#include <baton/testing/libfuzzer.hpp>
#include <baton/testing/mutation.hpp>
#include <cstdlib>

int main() {
  baton::testing::Draw draw(1);
  const auto valid = baton::testing::draw_valid_fields("tracecontext", draw);
  const auto mutated =
      baton::testing::mutate(valid.fields, baton::testing::Mutation::version_ff, draw);
  const std::string lines = baton::testing::lines_of(valid.fields);
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(lines.data());
  const bool is_good = valid.context.span_context().is_valid() && mutated &&
                       !baton::testing::judge("tracecontext", mutated->fields).valid &&
                       baton::testing::fields_of(bytes, lines.size()) == valid.fields &&
                       !baton::testing::hostile_catalog("baggage").empty();
  return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
