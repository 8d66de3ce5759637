// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>
#include <stdexcept>

#include "baton/testing/shown.hpp"
#include "baton/testing/vectors.hpp"
#include "support/fields.hpp"

/// Runs the vectors of the given formats: vectors FOLDER FORMAT...
namespace baton::testing {
namespace {

using test::Fields;

/// What is there, or an exception: the vector or the file is not sound.
template <class T>
T must(VectorResult<T> result) {
  if (!result) throw std::runtime_error(result.error());
  return *std::move(result);
}

/// Sets variables until its destruction.
class Environment {
 public:
  explicit Environment(const std::vector<TextPair>& variables) : variables_(variables) {
    for (const auto& [name, value] : variables_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : variables_) ::unsetenv(name.c_str());
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const std::vector<TextPair>& variables_;
};

std::string describe_issue(std::string_view field, ErrorCode code, std::uint32_t offset) {
  return std::string(field) + " " + std::to_string(static_cast<std::uint32_t>(code)) + " (" +
         std::string(to_string(code)) + ") at " + std::to_string(offset) + "\n";
}

std::string describe_fields(const std::vector<TextPair>& fields) {
  std::string text;
  for (const auto& [name, value] : fields) text += shown(name) + ": " + shown(value) + "\n";
  return text;
}

Fields make_fields(const std::vector<TextPair>& pairs) {
  Fields fields;
  for (const auto& [name, value] : pairs) fields.add(name, value);
  return fields;
}

void check_extraction(const PropagationVector& vector, Context& context) {
  const PropagatorChain chain = must(make_chain(vector.chain));
  const Fields fields = make_fields(vector.fields);

  Context reported = context;
  ExtractReport report;
  const Extracted found = chain.extract(fields, context);
  EXPECT_EQ(chain.extract(fields, reported, &report), found) << "with a report";
  EXPECT_EQ(describe(reported), describe(context)) << "with a report";
  EXPECT_EQ(reported, context) << "with a report";
  EXPECT_EQ(describe(context), describe(vector.expected));
  EXPECT_EQ(context.span_context().flags.sampled(), is_sampled(context.sampling()));

  std::string issues;
  for (const ExtractReport::Issue& issue : report.issues()) {
    issues += describe_issue(issue.field, issue.error.code, issue.error.offset);
  }
  std::string expected_issues;
  for (const IssueSpec& issue : vector.issues) {
    expected_issues += describe_issue(issue.field, issue.code, issue.offset);
  }
  EXPECT_EQ(issues, expected_issues);
  if (vector.format) {
    EXPECT_EQ(report.format(), *vector.format);
  }
  if (vector.disagreeing_format) {
    EXPECT_EQ(report.disagreeing_format(), *vector.disagreeing_format);
  }
}

void check_injection(const PropagationVector& vector, const Context& context) {
  const PropagatorChain chain = must(make_chain(vector.inject_chain));
  Fields outgoing = make_fields(vector.outgoing);
  chain.inject(context, outgoing);
  EXPECT_EQ(describe_fields(outgoing.sorted()),
            describe_fields(make_fields(vector.injected).sorted()));
}

void check(const PropagationVector& vector) {
  const Environment environment(vector.environment);
  Context context = must(make_context(vector.given));
  if (vector.extracts) check_extraction(vector, context);
  if (vector.injects) check_injection(vector, context);
}

std::vector<std::string> names_of(std::span<const PropagatorChain::Entry> propagators) {
  std::vector<std::string> names;
  for (const PropagatorChain::Entry& link : propagators) names.emplace_back(link->traits().name);
  return names;
}

void check_error(const std::string& error, const std::vector<std::string>& mentions) {
  EXPECT_EQ(error.empty(), mentions.empty()) << error;
  for (const std::string& text : mentions) {
    EXPECT_NE(error.find(text), std::string::npos) << "\"" << text << "\" in: " << error;
  }
}

constexpr std::string_view full_baggage = "tenant=1,region.eu=2,user=3";

/// The words for what there is, as in the variables.
std::string words_of(std::string_view trust, bool has_trace_state, const Baggage& baggage) {
  std::string words(trust);
  const auto add = [&](std::string_view word) {
    words.append(words.empty() ? "" : " ").append(word);
  };
  if (has_trace_state) add("tracestate");
  for (const BaggageMember& member : baggage) add(member.key());
  return words;
}

std::string what_leaves(const PropagatorChain& chain, const std::string& destination) {
  Context context;
  context.set_span_context(
      {TraceId(1, 2), SpanId(3), TraceFlags(), false, TraceState::parse("a=1").value()});
  context.set_baggage(Baggage::parse(full_baggage));
  Fields fields;
  chain.inject(context, fields, destination);
  return words_of(fields.get("traceparent") ? "context" : "", fields.get("tracestate").has_value(),
                  Baggage::parse(fields.get("baggage").value_or("")));
}

std::string what_is_accepted(const PropagatorChain& chain) {
  const Received received = chain.receive(
      Fields{{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
             {"baggage", full_baggage}});
  const bool restarts = received.link.is_valid();
  EXPECT_NE(restarts, received.context.span_context().is_valid());
  const bool is_sampled = received.context.sampling() == Sampling::sample;
  return words_of(restarts     ? "restart"
                  : is_sampled ? "full"
                               : "keep_ids",
                  false, received.context.baggage());
}

void check(const ConfigurationVector& vector) {
  const Environment environment(vector.environment);
  const ConfiguredChain configured = make_chain_from_environment();
  EXPECT_EQ(names_of(configured.chain.readers()), vector.read);
  EXPECT_EQ(names_of(configured.chain.writers()), vector.written);
  EXPECT_EQ(configured.chain.policy(), vector.policy);
  check_error(configured.error, vector.error_mentions);
  for (const auto& [destination, words] : vector.leaves) {
    EXPECT_EQ(what_leaves(configured.chain, destination), words) << destination;
  }
  if (vector.accepted) {
    EXPECT_EQ(what_is_accepted(configured.chain), *vector.accepted);
  }
}

void check(const SamplingVector& vector) {
  const Environment environment(vector.environment);
  const ConfiguredSampler configured = make_sampler_from_environment();
  check_error(configured.error, vector.error_mentions);
  const Context parent = must(make_context(vector.given));
  const Context child = IdTracer::context_of({.parent = parent}, *configured.sampler);
  EXPECT_EQ(to_string(child.sampling()), to_string(vector.decision));
  std::vector<TextPair> state;
  for (const auto& [key, value] : child.span_context().trace_state) state.emplace_back(key, value);
  EXPECT_EQ(describe_fields(state), describe_fields(vector.trace_state));
}

class VectorTest : public ::testing::Test {
 public:
  explicit VectorTest(Vector vector) : vector_(std::move(vector)) {}

  void TestBody() override {
    SCOPED_TRACE(vector_.clause);
    try {
      if (vector_.propagation) check(*vector_.propagation);
      if (vector_.configuration) check(*vector_.configuration);
      if (vector_.sampling) check(*vector_.sampling);
    } catch (const std::exception& error) {
      FAIL() << error.what();
    }
  }

 private:
  Vector vector_;
};

/// Registers a test for each vector of the formats. Returns their number.
std::size_t register_vectors(const std::string& folder, const std::vector<std::string>& formats) {
  const auto manifest = must(load_manifest(folder));
  std::size_t count = 0;
  for (const std::string& format : formats) {
    const auto listed = std::find_if(manifest.begin(), manifest.end(),
                                     [&](const auto& entry) { return entry.first == format; });
    if (listed == manifest.end()) throw std::runtime_error(format + " is not in the manifest");
    std::vector<Vector> vectors = must(load_vectors(folder + "/" + format + ".json"));
    if (vectors.empty() || vectors.size() < listed->second) {
      throw std::runtime_error(format + ": " + std::to_string(vectors.size()) +
                               " vectors, the manifest says " + std::to_string(listed->second));
    }
    count += vectors.size();
    for (Vector& vector : vectors) {
      const std::string name = vector.name;
      ::testing::RegisterTest(
          format.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
          [vector = std::move(vector)]() -> ::testing::Test* { return new VectorTest(vector); });
    }
  }
  return count;
}

}  // namespace
}  // namespace baton::testing

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  // Vectors have their whole environment.
  for (const char* name : {"OTEL_PROPAGATORS", "BATON_EXTRACT", "BATON_INJECT", "BATON_POLICY",
                           "BATON_B3_SHORT_TRACE_IDS", "BATON_SAMPLING_IN_TRACESTATE",
                           "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "_X_AMZN_TRACE_ID"}) {
    ::unsetenv(name);
  }
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 2) {
    std::cerr << "usage: vectors FOLDER FORMAT...\n";
    return 2;
  }
  try {
    const std::size_t count = baton::testing::register_vectors(
        arguments.front(), {arguments.begin() + 1, arguments.end()});
    const int status = RUN_ALL_TESTS();
    std::cout << "vectors: " << count << "\n";
    return status;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
