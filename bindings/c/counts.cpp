// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "baton/baton.h"
#include "baton/extraction_counts.hpp"
#include "bindings/c/handle.hpp"

baton_error baton_counts(uint64_t* extractions, baton_visit_counts visit, void* argument) {
  if (extractions != nullptr) *extractions = 0;
  return baton::c::guarded([&]() -> baton_error {
    const baton::ExtractionCounts counts = baton::extraction_counts();
    if (extractions != nullptr) *extractions = counts.extractions;
    if (visit == nullptr) return BATON_OK;
    for (const baton::FormatCounts& format : counts.formats) {
      const baton_format_counts shown{sizeof(baton_format_counts),
                                      baton::c::to_c(format.format),
                                      format.found,
                                      format.won,
                                      format.malformed,
                                      format.disagreed};
      if (visit(argument, &shown) != 0) break;
    }
    return BATON_OK;
  });
}

baton_error baton_counts_text(char* text, size_t capacity, size_t* text_size) {
  if (text_size == nullptr || (text == nullptr && capacity != 0)) return BATON_ERROR_ARGUMENT;
  *text_size = 0;
  return baton::c::guarded([&]() -> baton_error {
    const std::string all = baton::to_prometheus(baton::extraction_counts());
    *text_size = all.size();
    if (all.size() > capacity) return BATON_ERROR_SPACE;
    std::ranges::copy(all, text);
    return BATON_OK;
  });
}
