// SPDX-License-Identifier: Apache-2.0
#include <baton/testing/vectors.hpp>
#include <cstdlib>
#include <iostream>
#include <string>

/// Reads the installed vectors: VECTORS is their folder.
int main() {
  const char* const given = std::getenv("VECTORS");
  const std::string folder = given != nullptr ? given : "";
  const auto manifest = baton::testing::load_manifest(folder);
  if (!manifest) {
    std::cerr << manifest.error() << '\n';
    return EXIT_FAILURE;
  }
  std::size_t count = 0;
  for (const auto& [format, least] : *manifest) {
    const auto vectors = baton::testing::load_vectors(folder + "/" + format + ".json");
    if (!vectors || vectors->size() < least) {
      std::cerr << format << ": " << (vectors ? "too few" : vectors.error()) << '\n';
      return EXIT_FAILURE;
    }
    count += vectors->size();
  }
  std::cout << count << " vectors\n";
  return count > 1000 ? EXIT_SUCCESS : EXIT_FAILURE;
}
