// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "baton/testing/vectors.hpp"

/// Says of each file, in a line, whether the reader of vectors accepts it: nothing, or the error.
int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const auto vectors = baton::testing::load_vectors(arguments[i]);
    std::cout << (vectors ? "" : vectors.error()) << '\n';
  }
}
