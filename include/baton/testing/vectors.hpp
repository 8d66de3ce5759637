// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "baton/baton.hpp"
#include "baton/testing/fields.hpp"

/// The vectors of Baton, which are installed as JSON, as types: their README.md and
/// vectors.schema.json say what each member means. A library for tests: it reads files that one
/// trusts, within limits.
///
///     const auto vectors = baton::testing::load_vectors(folder + "/traceparent.json");
///     if (!vectors) FAIL() << vectors.error();
///     for (const baton::testing::Vector& vector : *vectors) {
///       if (vector.propagation) check(*vector.propagation);
///     }
///
/// Link `baton-testing`, which needs Boost.JSON.
namespace baton::testing {

/// A result, or what is wrong, in words.
template <class T>
using VectorResult = tl::expected<T, std::string>;

using TextPair = FieldList::value_type;

struct PropertySpec {
  std::string key;
  std::optional<std::string> value;
};

struct MemberSpec {
  std::string key;
  std::string value;
  std::vector<PropertySpec> properties;
};

struct ContextSpec {
  std::string trace_id;  // empty: no trace
  std::string span_id;   // empty: a trace id alone
  std::uint8_t flags = 0;
  bool remote = false;
  FieldList trace_state;
  std::vector<MemberSpec> baggage;
  Sampling sampling = Sampling::defer;
};

/// For failure messages: one line for each part that is present.
std::string describe(const ContextSpec& spec);
std::string describe(const Context& context);

/// The context that the specification describes, made only through the public API.
VectorResult<Context> make_context(const ContextSpec& spec);

struct IssueSpec {
  std::string field;
  ErrorCode code{};
  std::uint32_t offset = 0;
};

/// How to make a chain.
struct ChainSpec {
  std::string propagators;
  ExtractionPolicy policy = ExtractionPolicy::last_wins;
  BaggageLimits baggage_limits;
  std::optional<std::size_t> max_tracestate_bytes;
  PropagatorOptions options;
};

VectorResult<PropagatorChain> make_chain(const ChainSpec& spec);

struct PropagationVector {
  FieldList environment;
  ChainSpec chain;
  ContextSpec given;
  bool extracts = false;
  FieldList fields;
  ContextSpec expected;
  std::vector<IssueSpec> issues;
  std::optional<std::string> format;
  std::optional<std::string> disagreeing_format;
  bool injects = false;
  ChainSpec inject_chain;
  FieldList outgoing;
  FieldList injected;
};

struct ConfigurationVector {
  FieldList environment;
  std::vector<std::string> read;
  std::vector<std::string> written;
  ExtractionPolicy policy = ExtractionPolicy::last_wins;
  std::vector<std::string> error_mentions;  // empty: no error
  FieldList leaves;                         // by destination
  std::optional<std::string> accepted;
};

/// What a sampler decides about a child of a context.
struct SamplingVector {
  FieldList environment;
  ContextSpec given;
  Sampling decision{};
  FieldList trace_state;
  std::vector<std::string> error_mentions;  // empty: no error
};

struct Vector {
  std::string name;
  std::string clause;
  std::optional<PropagationVector> propagation;
  std::optional<ConfigurationVector> configuration;
  std::optional<SamplingVector> sampling;
};

/// Reads one file. An error names the vector, and is anything outside the schema: a misspelled
/// expectation must not count as none. It is an error, too, if two vectors have one name, or an
/// object has a key twice. A file has at most 16 MiB, and its texts and lists together have no more
/// when they are expanded, an item of a list counting as 128 bytes at least; one text has at most 1
/// MiB.
VectorResult<std::vector<Vector>> load_vectors(const std::string& path);

/// The minimum number of vectors of each format. It is an error if the folder has a file that the
/// manifest does not name, or lacks one that it names.
VectorResult<std::vector<std::pair<std::string, std::size_t>>> load_manifest(
    const std::string& folder);

}  // namespace baton::testing
