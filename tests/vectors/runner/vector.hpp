// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"

/// The schema of tests/vectors/README.md as types.
namespace baton::test {

using TextPair = std::pair<std::string, std::string>;

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
  std::vector<TextPair> trace_state;
  std::vector<MemberSpec> baggage;
  Sampling sampling = Sampling::defer;
};

/// For failure messages: one line for each part that is present.
std::string describe(const ContextSpec& spec);
std::string describe(const Context& context);

/// The context that the specification describes, made only through the public API.
Context make_context(const ContextSpec& spec);

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

PropagatorChain make_chain(const ChainSpec& spec);

struct PropagationVector {
  std::vector<TextPair> environment;
  ChainSpec chain;
  ContextSpec given;
  bool extracts = false;
  std::vector<TextPair> fields;
  ContextSpec expected;
  std::vector<IssueSpec> issues;
  std::optional<std::string> format;
  std::optional<std::string> disagreeing_format;
  bool injects = false;
  ChainSpec inject_chain;
  std::vector<TextPair> outgoing;
  std::vector<TextPair> injected;
};

struct ConfigurationVector {
  std::vector<TextPair> environment;
  std::vector<std::string> read;
  std::vector<std::string> written;
  ExtractionPolicy policy = ExtractionPolicy::last_wins;
  std::vector<std::string> error_mentions;  // empty: no error
  std::vector<TextPair> leaves;             // by destination
  std::optional<std::string> accepted;
};

/// What a sampler decides about a child of a context.
struct SamplingVector {
  std::vector<TextPair> environment;
  ContextSpec given;
  Sampling decision{};
  std::vector<TextPair> trace_state;
  std::vector<std::string> error_mentions;  // empty: no error
};

struct Vector {
  std::string name;
  std::string clause;
  std::optional<PropagationVector> propagation;
  std::optional<ConfigurationVector> configuration;
  std::optional<SamplingVector> sampling;
};

/// Reads one file. Throws std::runtime_error, which names the vector, for anything outside the
/// schema: a misspelled expectation must not count as none.
std::vector<Vector> load_vectors(const std::string& path);

/// The minimum number of vectors for each format, and a check that the folder has their files and
/// no others.
std::vector<std::pair<std::string, std::size_t>> load_manifest(const std::string& folder);

}  // namespace baton::test
