// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "baton/testing/fields.hpp"

/// For targets of libFuzzer whose input is a request's fields, one line each:
///
///     BATON_TESTING_MUTATES_FIELDS
///
///     extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
///       handle(baton::testing::fields_of(data, size));
///       return 0;
///     }
///
/// The macro defines a mutator and a crossover that know fields and formats, once in a program. All
/// functions take any bytes.
namespace baton::testing {

/// The fields of an input: lines `Name: value`, which end with LF or CR LF. One space behind the
/// colon is not part of the value. Ignores lines without a colon.
[[nodiscard]] FieldList fields_of(const std::uint8_t* data, std::size_t size);

/// The fields as an input, with lines that end with CR LF. Line feeds become blanks, as do colons
/// in names, since no line could say them.
[[nodiscard]] std::string lines_of(const FieldList& fields);

/// libFuzzer's own mutator, `LLVMFuzzerMutate`, or one like it.
using ByteMutator = std::size_t (*)(std::uint8_t* data, std::size_t size, std::size_t max_size);

/// Changes an input in place, and returns its new size, which is at most `max_size`. Mostly it
/// makes a mutation of `mutation.hpp`, adds, drops, moves or replaces a field, or leaves the bytes
/// of one value to `mutate_bytes`; one time in eight it leaves the whole input to it. The same seed
/// does the same, as far as `mutate_bytes` does.
[[nodiscard]] std::size_t mutate_fields(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                        std::uint32_t seed, ByteMutator mutate_bytes);

/// Mixes the fields of two inputs, and the members of their lists, into a third one. Returns its
/// size, which is at most `max_size`.
[[nodiscard]] std::size_t cross_fields(const std::uint8_t* one, std::size_t one_size,
                                       const std::uint8_t* other, std::size_t other_size,
                                       std::uint8_t* out, std::size_t max_size, std::uint32_t seed);

}  // namespace baton::testing

extern "C" {
// libFuzzer declares them without `noexcept`, and finds them by name.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned int seed);
std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                      const std::uint8_t* other, std::size_t other_size,
                                      std::uint8_t* out, std::size_t max_size, unsigned int seed);
}

/// Defines the mutator and the crossover of the program.
#define BATON_TESTING_MUTATES_FIELDS                                                              \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,            \
                                                 std::size_t max_size, unsigned int seed) {       \
    return ::baton::testing::mutate_fields(data, size, max_size, seed, LLVMFuzzerMutate);         \
  }                                                                                               \
  extern "C" std::size_t LLVMFuzzerCustomCrossOver(                                               \
      const std::uint8_t* one, std::size_t one_size, const std::uint8_t* other,                   \
      std::size_t other_size, std::uint8_t* out, std::size_t max_size, unsigned int seed) {       \
    return ::baton::testing::cross_fields(one, one_size, other, other_size, out, max_size, seed); \
  }
