// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/vectors.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testing/vector_json.hpp"
#include "testing/vector_texts.hpp"

namespace baton::testing {
namespace {

using namespace detail;

constexpr std::string_view format_characters = "abcdefghijklmnopqrstuvwxyz0123456789-";

/// Names of formats, as in OTEL_PROPAGATORS.
std::string chain_of(const json::value& value) {
  std::string names = string_of(value);
  for (std::size_t begin = 0; begin <= names.size() && !names.empty();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const std::string_view name = std::string_view(names).substr(begin, end - begin);
    if (name.empty() || name.find_first_not_of(format_characters) != std::string_view::npos) {
      fail("not names of formats: \"" + names + '"');
    }
    begin = end + 1;
  }
  return names;
}

Sampling sampling_of(const json::value& value) {
  const std::string name = string_of(value);
  for (const Sampling sampling :
       {Sampling::defer, Sampling::drop, Sampling::sample, Sampling::debug}) {
    if (name == to_string(sampling)) return sampling;
  }
  fail("unknown sampling \"" + name + "\"");
}

ErrorCode error_of(std::string_view wanted) {
  const std::string_view none = name(ErrorCode{});
  for (std::uint32_t number = 1; name(ErrorCode{number}) != none; ++number) {
    if (name(ErrorCode{number}) == wanted) return ErrorCode{number};
  }
  fail("unknown error \"" + std::string(wanted) + "\"");
}

ContextSpec context_of(const json::value& value, bool is_remote, Texts& texts) {
  const json::object& object = object_of(value);
  only_keys(object,
            {"trace_id", "span_id", "flags", "remote", "tracestate", "baggage", "sampling"});
  needs(object, "span_id", "trace_id");
  needs(object, "span_id", "flags");
  needs(object, "flags", "span_id");
  needs(object, "remote", "span_id");
  needs(object, "tracestate", "trace_id");

  ContextSpec spec;
  if (object.contains("trace_id")) spec.trace_id = hex_member_of(object, "trace_id", 32);
  if (object.contains("span_id")) {
    spec.span_id = hex_member_of(object, "span_id", 16);
    const std::string flags = hex_member_of(object, "flags", 2);
    spec.flags = static_cast<std::uint8_t>(std::stoul(flags, nullptr, 16));
    spec.remote = is_remote;
    spec.sampling = (spec.flags & 1U) != 0 ? Sampling::sample : Sampling::drop;
  }
  if (const auto* remote = find(object, "remote")) spec.remote = bool_of(*remote);
  if (const auto* state = find(object, "tracestate")) spec.trace_state = texts.trace_state(*state);
  if (const auto* baggage = find(object, "baggage")) spec.baggage = texts.baggage(*baggage);
  if (const auto* sampling = find(object, "sampling")) spec.sampling = sampling_of(*sampling);
  return spec;
}

std::vector<IssueSpec> issues_of(const json::value& value, Texts& texts) {
  std::vector<IssueSpec> issues;
  for (const json::value& item : array_of(value)) {
    const json::array& parts = array_of(item);
    if (parts.size() != 3) fail("not a [field, error, offset]");
    const std::size_t offset = number_of(parts[2]);
    if (offset > std::numeric_limits<std::uint32_t>::max()) fail("an offset of more than 32 bits");
    issues.push_back(
        {texts.of(parts[0]), error_of(string_of(parts[1])), static_cast<std::uint32_t>(offset)});
  }
  return issues;
}

void read_options(const json::value& value, ChainSpec& chain) {
  const json::object& options = object_of(value);
  only_keys(options, {"baggage_max_members", "baggage_max_bytes", "tracestate_max_bytes",
                      "b3_short_trace_ids", "sampling_in_tracestate"});
  if (const auto* n = find(options, "baggage_max_members")) {
    chain.baggage_limits.max_members = number_of(*n);
  }
  if (const auto* n = find(options, "baggage_max_bytes")) {
    chain.baggage_limits.max_bytes = number_of(*n);
  }
  if (const auto* n = find(options, "tracestate_max_bytes")) {
    chain.max_tracestate_bytes = number_of(*n);
  }
  if (const auto* b = find(options, "b3_short_trace_ids")) {
    chain.options.b3_short_trace_ids = bool_of(*b);
  }
  if (const auto* b = find(options, "sampling_in_tracestate")) {
    chain.options.sampling_in_tracestate = bool_of(*b);
  }
}

ExtractionPolicy policy_of(const json::value& value) {
  const std::string name = string_of(value);
  if (name == "first_match") return ExtractionPolicy::first_match;
  if (name == "last_wins") return ExtractionPolicy::last_wins;
  fail("unknown policy \"" + name + "\"");
}

std::vector<std::string> strings_of(const json::value& value) {
  std::vector<std::string> strings;
  for (const json::value& string : array_of(value)) strings.push_back(string_of(string));
  return strings;
}

std::vector<TextPair> string_members_of(const json::value& value) {
  std::vector<TextPair> members;
  for (const auto& member : object_of(value)) {
    members.emplace_back(member.key(), string_of(member.value()));
  }
  return members;
}

PropagationVector propagation_of(const json::object& object, const std::string& propagators,
                                 Texts& texts) {
  only_keys(object, {"name", "clause", "propagators", "policy", "options", "environment", "given",
                     "fields", "context", "issues", "format", "disagreeing_format", "outgoing",
                     "inject", "inject_with"});
  needs(object, "fields", "context");
  for (const char* key : {"context", "issues", "format", "disagreeing_format"}) {
    needs(object, key, "fields");
  }
  for (const char* key : {"outgoing", "inject_with"}) needs(object, key, "inject");
  PropagationVector vector;
  const auto* names = find(object, "propagators");
  vector.chain.propagators = names != nullptr ? chain_of(*names) : propagators;
  if (const auto* policy = find(object, "policy")) vector.chain.policy = policy_of(*policy);
  if (const auto* options = find(object, "options")) read_options(*options, vector.chain);
  if (const auto* environment = find(object, "environment")) {
    vector.environment = texts.variables(*environment);
  }
  if (const auto* given = find(object, "given")) vector.given = context_of(*given, false, texts);

  if (const auto* fields = find(object, "fields")) {
    vector.extracts = true;
    vector.fields = texts.pairs(*fields);
    vector.expected = context_of(member_of(object, "context"), true, texts);
    if (const auto* issues = find(object, "issues")) vector.issues = issues_of(*issues, texts);
    if (const auto* format = find(object, "format")) vector.format = string_of(*format);
    if (const auto* format = find(object, "disagreeing_format")) {
      vector.disagreeing_format = string_of(*format);
    }
  }

  vector.inject_chain = vector.chain;
  if (const auto* inject = find(object, "inject")) {
    vector.injects = true;
    vector.injected = texts.pairs(*inject);
    if (const auto* with = find(object, "inject_with")) {
      vector.inject_chain.propagators = chain_of(*with);
    }
    if (const auto* out = find(object, "outgoing")) vector.outgoing = texts.pairs(*out);
  }
  if (!vector.extracts && !vector.injects) fail("neither \"fields\" nor \"inject\"");
  return vector;
}

/// The value of OTEL_PROPAGATORS, or null if it is unset, or an object of variables.
std::vector<TextPair> environment_of(const json::value& value, Texts& texts) {
  if (value.is_null()) return {};
  const auto* object = value.if_object();
  if (object == nullptr || object->contains("repeat") || object->contains("hex")) {
    return {{"OTEL_PROPAGATORS", texts.of(value)}};
  }
  return texts.variables(value);
}

ConfigurationVector configuration_of(const json::object& object, Texts& texts) {
  only_keys(object, {"name", "clause", "environment", "chain", "written", "policy",
                     "error_mentions", "leaves", "accepted"});
  ConfigurationVector vector;
  vector.environment = environment_of(member_of(object, "environment"), texts);
  vector.read = strings_of(member_of(object, "chain"));
  const auto* written = find(object, "written");
  vector.written = written != nullptr ? strings_of(*written) : vector.read;
  if (const auto* policy = find(object, "policy")) vector.policy = policy_of(*policy);
  if (const auto* mentions = find(object, "error_mentions")) {
    vector.error_mentions = texts.list(*mentions);
  }
  if (const auto* leaves = find(object, "leaves")) vector.leaves = string_members_of(*leaves);
  if (const auto* accepted = find(object, "accepted")) vector.accepted = string_of(*accepted);
  return vector;
}

SamplingVector sampling_vector_of(const json::object& object, Texts& texts) {
  only_keys(object,
            {"name", "clause", "environment", "given", "decision", "tracestate", "error_mentions"});
  SamplingVector vector;
  vector.environment = texts.variables(member_of(object, "environment"));
  if (const auto* given = find(object, "given")) vector.given = context_of(*given, true, texts);
  vector.decision = sampling_of(member_of(object, "decision"));
  if (vector.decision == Sampling::defer) fail("a sampler decides: not \"defer\"");
  if (const auto* state = find(object, "tracestate")) {
    vector.trace_state = texts.trace_state(*state);
  }
  if (const auto* mentions = find(object, "error_mentions")) {
    vector.error_mentions = texts.list(*mentions);
  }
  return vector;
}

Vector vector_of(const json::object& object, const std::optional<std::string>& propagators,
                 Texts& texts) {
  Vector vector;
  vector.name = filled_member_of(object, "name");
  vector.clause = filled_member_of(object, "clause");
  if (propagators) {
    vector.propagation = propagation_of(object, *propagators, texts);
  } else if (object.contains("decision")) {
    vector.sampling = sampling_vector_of(object, texts);
  } else {
    vector.configuration = configuration_of(object, texts);
  }
  return vector;
}

/// The vector's name, if it has one, for an error.
std::string place_of(const json::value& value, std::size_t number) {
  std::string place = "vector " + std::to_string(number);
  const auto* object = value.if_object();
  const auto* name = object != nullptr ? find(*object, "name") : nullptr;
  if (name != nullptr && name->is_string()) place.append(" \"").append(name->get_string()) += '"';
  return place;
}

std::vector<Vector> vectors_of(const json::value& root) {
  const json::object& file = object_of(root);
  only_keys(file, {"about", "propagators", "vectors"});
  filled_member_of(file, "about");
  std::optional<std::string> propagators;
  if (const auto* names = find(file, "propagators")) propagators = chain_of(*names);

  Texts texts;
  std::vector<Vector> vectors;
  std::set<std::string> names;
  for (const json::value& value : array_of(member_of(file, "vectors"))) {
    auto vector = guarded([&] { return vector_of(object_of(value), propagators, texts); });
    if (!vector) fail(place_of(value, vectors.size()) + ": " + vector.error());
    if (!names.insert(vector->name).second) fail("two vectors \"" + vector->name + '"');
    vectors.push_back(*std::move(vector));
  }
  if (vectors.empty()) fail("no vectors");
  return vectors;
}

using Manifest = std::vector<std::pair<std::string, std::size_t>>;

constexpr std::string_view manifest_name = "manifest";
constexpr std::string_view schema_name = "vectors.schema";

Manifest manifest_of(const std::string& folder) {
  Manifest manifest;
  const json::value root = parse_file(folder + "/" + std::string(manifest_name) + ".json");
  for (const auto& entry : object_of(root)) {
    const std::string format = entry.key();
    manifest.emplace_back(format, number_of(entry.value()));
    if (manifest.back().second == 0) fail("the manifest wants no vector of " + format);
    if (!std::filesystem::exists(std::filesystem::path(folder) / (format + ".json"))) {
      fail("the manifest names " + format + ", which is not there");
    }
  }
  if (manifest.empty()) fail("the manifest names no file");
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string format = file.path().stem().string();
    if (file.path().extension() != ".json" || format == manifest_name || format == schema_name) {
      continue;
    }
    const auto has_that_name = [&](const auto& known) { return known.first == format; };
    if (std::none_of(manifest.begin(), manifest.end(), has_that_name)) {
      fail(file.path().string() + " is not in the manifest");
    }
  }
  return manifest;
}

}  // namespace

VectorResult<std::vector<Vector>> load_vectors(const std::string& path) {
  const auto root = guarded([&] { return parse_file(path); });
  if (!root) return tl::unexpected(root.error());
  auto vectors = guarded([&] { return vectors_of(*root); });
  if (!vectors) return tl::unexpected(path + ": " + vectors.error());
  return vectors;
}

VectorResult<Manifest> load_manifest(const std::string& folder) {
  return guarded([&] { return manifest_of(folder); });
}

}  // namespace baton::testing
