// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <stdexcept>

#include <boost/json.hpp>

#include "vector.hpp"

namespace baton::test {
namespace {

namespace json = boost::json;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

void only_keys(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& entry : object) {
    const std::string_view key(entry.key().data(), entry.key().size());
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail("unknown key \"" + std::string(key) + "\"");
    }
  }
}

/// Limits may be beyond what a machine with 32 bits can count, which is no limit there.
std::size_t number_of(const json::value& value) {
  constexpr std::uint64_t most = std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(std::min(value.to_number<std::uint64_t>(), most));
}

std::string unhex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string text_of(const json::value& value);

/// The text with `number` in place of "{n}".
std::string numbered(std::string text, std::size_t number) {
  constexpr std::string_view placeholder = "{n}";
  const std::size_t at = text.find(placeholder);
  if (at != std::string::npos) text.replace(at, placeholder.size(), std::to_string(number));
  return text;
}

std::string repeated_text(const json::object& object) {
  only_keys(object, {"repeat", "times", "from", "join"});
  const std::string pattern = text_of(object.at("repeat"));
  const std::string join = object.contains("join") ? text_of(object.at("join")) : "";
  const std::size_t from = object.contains("from") ? number_of(object.at("from")) : 0;
  const std::size_t times = number_of(object.at("times"));

  std::string text;
  for (std::size_t i = 0; i < times; ++i) {
    if (i != 0) text += join;
    text += numbered(pattern, from + i);
  }
  return text;
}

/// A string, a list of texts to be joined, {"repeat", "times"} or {"hex"}.
std::string text_of(const json::value& value) {
  if (const auto* string = value.if_string()) return {string->data(), string->size()};
  if (const auto* parts = value.if_array()) {
    std::string text;
    for (const json::value& part : *parts) text += text_of(part);
    return text;
  }
  if (const auto* object = value.if_object()) {
    if (!object->contains("hex")) return repeated_text(*object);
    only_keys(*object, {"hex"});
    return unhex(text_of(object->at("hex")));
  }
  fail("not a text");
}

std::vector<TextPair> pairs_of(const json::value& value) {
  std::vector<TextPair> pairs;
  for (const json::value& item : value.as_array()) {
    const json::array& pair = item.as_array();
    if (pair.size() != 2) fail("not a [name, value]");
    pairs.emplace_back(text_of(pair[0]), text_of(pair[1]));
  }
  return pairs;
}

/// {"name": text, ...}
std::vector<TextPair> variables_of(const json::value& value) {
  std::vector<TextPair> variables;
  for (const auto& variable : value.as_object()) {
    variables.emplace_back(variable.key(), text_of(variable.value()));
  }
  return variables;
}

/// [key, value] or [key, value, [[key, value or null], ...]], or {"members", "from"}, numbered
/// members of one pattern.
std::vector<MemberSpec> baggage_of(const json::value& value) {
  std::vector<MemberSpec> members;
  for (const json::value& item : value.as_array()) {
    const json::array& parts = item.as_array();
    if (parts.size() < 2 || parts.size() > 3) fail("not a [key, value, properties]");
    MemberSpec member{text_of(parts[0]), text_of(parts[1]), {}};
    if (parts.size() == 3) {
      for (const json::value& property : parts[2].as_array()) {
        const json::array& pair = property.as_array();
        if (pair.size() != 2) fail("not a [key, value or null]");
        PropertySpec spec{text_of(pair[0]), std::nullopt};
        if (!pair[1].is_null()) spec.value = text_of(pair[1]);
        member.properties.push_back(std::move(spec));
      }
    }
    members.push_back(std::move(member));
  }
  return members;
}

/// {"repeat": [item], "times": n, "from": m}: n items, in whose texts the number replaces "{n}".
json::array expanded(const json::value& value) {
  json::array out;
  for (const json::value& item : value.as_array()) {
    const auto* object = item.if_object();
    if (object == nullptr) {
      out.push_back(item);
      continue;
    }
    only_keys(*object, {"repeat", "times", "from"});
    const std::size_t from = object->contains("from") ? number_of(object->at("from")) : 0;
    for (std::size_t i = 0; i < number_of(object->at("times")); ++i) {
      json::array copy;
      for (const json::value& part : object->at("repeat").as_array()) {
        copy.emplace_back(numbered(text_of(part), from + i));
      }
      out.push_back(std::move(copy));
    }
  }
  return out;
}

Sampling sampling_of(const json::value& value) {
  const std::string name = text_of(value);
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

ContextSpec context_of(const json::value& value, bool is_remote) {
  const json::object& object = value.as_object();
  only_keys(object,
            {"trace_id", "span_id", "flags", "remote", "tracestate", "baggage", "sampling"});
  ContextSpec spec;
  if (object.contains("trace_id")) spec.trace_id = text_of(object.at("trace_id"));
  if (object.contains("span_id")) {
    if (spec.trace_id.empty()) fail("\"span_id\" needs \"trace_id\"");
    spec.span_id = text_of(object.at("span_id"));
    spec.flags = static_cast<std::uint8_t>(unhex(text_of(object.at("flags"))).at(0));
    spec.remote = is_remote;
    spec.sampling = (spec.flags & 1U) != 0 ? Sampling::sample : Sampling::drop;
  }
  if (const auto* remote = object.if_contains("remote")) spec.remote = remote->as_bool();
  if (const auto* state = object.if_contains("tracestate")) {
    spec.trace_state = pairs_of(expanded(*state));
  }
  if (const auto* baggage = object.if_contains("baggage")) {
    spec.baggage = baggage_of(expanded(*baggage));
  }
  if (const auto* sampling = object.if_contains("sampling")) spec.sampling = sampling_of(*sampling);
  return spec;
}

std::vector<IssueSpec> issues_of(const json::value& value) {
  std::vector<IssueSpec> issues;
  for (const json::value& item : value.as_array()) {
    const json::array& parts = item.as_array();
    if (parts.size() != 3) fail("not a [field, error, offset]");
    issues.push_back({text_of(parts[0]), error_of(text_of(parts[1])),
                      static_cast<std::uint32_t>(number_of(parts[2]))});
  }
  return issues;
}

void read_options(const json::value& value, ChainSpec& chain) {
  const json::object& options = value.as_object();
  only_keys(options, {"baggage_max_members", "baggage_max_bytes", "tracestate_max_bytes",
                      "b3_short_trace_ids", "sampling_in_tracestate"});
  if (const auto* n = options.if_contains("baggage_max_members")) {
    chain.baggage_limits.max_members = number_of(*n);
  }
  if (const auto* n = options.if_contains("baggage_max_bytes")) {
    chain.baggage_limits.max_bytes = number_of(*n);
  }
  if (const auto* n = options.if_contains("tracestate_max_bytes")) {
    chain.max_tracestate_bytes = number_of(*n);
  }
  if (const auto* b = options.if_contains("b3_short_trace_ids")) {
    chain.options.b3_short_trace_ids = b->as_bool();
  }
  if (const auto* b = options.if_contains("sampling_in_tracestate")) {
    chain.options.sampling_in_tracestate = b->as_bool();
  }
}

ExtractionPolicy policy_of(const json::value& value) {
  const std::string name = text_of(value);
  if (name == "first_match") return ExtractionPolicy::first_match;
  if (name == "last_wins") return ExtractionPolicy::last_wins;
  fail("unknown policy \"" + name + "\"");
}

std::vector<std::string> texts_of(const json::value& value) {
  std::vector<std::string> texts;
  for (const json::value& text : value.as_array()) texts.push_back(text_of(text));
  return texts;
}

PropagationVector propagation_of(const json::object& object, const std::string& propagators) {
  only_keys(object, {"name", "clause", "propagators", "policy", "options", "environment", "given",
                     "fields", "context", "issues", "format", "disagreeing_format", "outgoing",
                     "inject", "inject_with"});
  PropagationVector vector;
  vector.chain.propagators = propagators;
  if (const auto* names = object.if_contains("propagators")) {
    vector.chain.propagators = text_of(*names);
  }
  if (const auto* policy = object.if_contains("policy")) {
    vector.chain.policy = policy_of(*policy);
  }
  if (const auto* options = object.if_contains("options")) read_options(*options, vector.chain);
  if (const auto* environment = object.if_contains("environment")) {
    vector.environment = variables_of(*environment);
  }
  if (const auto* given = object.if_contains("given")) vector.given = context_of(*given, false);

  if (const auto* fields = object.if_contains("fields")) {
    vector.extracts = true;
    vector.fields = pairs_of(*fields);
    vector.expected = context_of(object.at("context"), true);
    if (const auto* issues = object.if_contains("issues")) vector.issues = issues_of(*issues);
    if (const auto* format = object.if_contains("format")) vector.format = text_of(*format);
    if (const auto* format = object.if_contains("disagreeing_format")) {
      vector.disagreeing_format = text_of(*format);
    }
  } else if (object.contains("context") || object.contains("issues")) {
    fail("\"context\" and \"issues\" need \"fields\"");
  }

  vector.inject_chain = vector.chain;
  if (const auto* names = object.if_contains("inject_with")) {
    vector.inject_chain.propagators = text_of(*names);
  }
  if (const auto* out = object.if_contains("outgoing")) vector.outgoing = pairs_of(*out);
  if (const auto* inject = object.if_contains("inject")) {
    vector.injects = true;
    vector.injected = pairs_of(*inject);
  }
  if (!vector.extracts && !vector.injects) fail("neither \"fields\" nor \"inject\"");
  return vector;
}

ConfigurationVector configuration_of(const json::object& object) {
  only_keys(object, {"name", "clause", "environment", "chain", "written", "policy",
                     "error_mentions", "leaves", "accepted"});
  ConfigurationVector vector;
  const json::value& environment = object.at("environment");
  if (environment.is_object()) {
    vector.environment = variables_of(environment);
  } else if (!environment.is_null()) {
    vector.environment.emplace_back("OTEL_PROPAGATORS", text_of(environment));
  }
  vector.read = texts_of(object.at("chain"));
  const auto* written = object.if_contains("written");
  vector.written = written != nullptr ? texts_of(*written) : vector.read;
  if (const auto* policy = object.if_contains("policy")) vector.policy = policy_of(*policy);
  if (const auto* mentions = object.if_contains("error_mentions")) {
    vector.error_mentions = texts_of(*mentions);
  }
  if (const auto* leaves = object.if_contains("leaves")) vector.leaves = variables_of(*leaves);
  if (const auto* accepted = object.if_contains("accepted")) vector.accepted = text_of(*accepted);
  return vector;
}

SamplingVector sampling_vector_of(const json::object& object) {
  only_keys(object,
            {"name", "clause", "environment", "given", "decision", "tracestate", "error_mentions"});
  SamplingVector vector;
  vector.environment = variables_of(object.at("environment"));
  if (const auto* given = object.if_contains("given")) vector.given = context_of(*given, true);
  vector.decision = sampling_of(object.at("decision"));
  if (const auto* state = object.if_contains("tracestate")) {
    vector.trace_state = pairs_of(expanded(*state));
  }
  if (const auto* mentions = object.if_contains("error_mentions")) {
    vector.error_mentions = texts_of(*mentions);
  }
  return vector;
}

json::value parse_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot read " + path);
  return json::parse(
      std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
}

}  // namespace

std::vector<Vector> load_vectors(const std::string& path) {
  const json::value root = parse_file(path);
  only_keys(root.as_object(), {"about", "propagators", "vectors"});
  const auto* propagators = root.as_object().if_contains("propagators");

  std::vector<Vector> vectors;
  for (const json::value& value : root.at("vectors").as_array()) {
    const json::object& object = value.as_object();
    Vector vector;
    try {
      vector.name = text_of(object.at("name"));
      vector.clause = text_of(object.at("clause"));
      if (vector.clause.empty()) fail("no clause");
      if (propagators != nullptr) {
        vector.propagation = propagation_of(object, text_of(*propagators));
      } else if (object.contains("decision")) {
        vector.sampling = sampling_vector_of(object);
      } else {
        vector.configuration = configuration_of(object);
      }
    } catch (const std::exception& error) {
      fail(path + ": vector " + std::to_string(vectors.size()) + " \"" + vector.name +
           "\": " + error.what());
    }
    const auto has_that_name = [&](const Vector& other) { return other.name == vector.name; };
    if (std::any_of(vectors.begin(), vectors.end(), has_that_name)) {
      fail(path + ": two vectors \"" + vector.name + "\"");
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::vector<std::pair<std::string, std::size_t>> load_manifest(const std::string& folder) {
  constexpr std::string_view manifest_name = "manifest.json";
  std::vector<std::pair<std::string, std::size_t>> manifest;
  const json::value root = parse_file(folder + "/" + std::string(manifest_name));
  for (const auto& entry : root.as_object()) {
    manifest.emplace_back(entry.key(), number_of(entry.value()));
  }
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".json" || file.path().filename() == manifest_name) continue;
    const std::string format = file.path().stem().string();
    const auto has_that_name = [&](const auto& known) { return known.first == format; };
    if (std::none_of(manifest.begin(), manifest.end(), has_that_name)) {
      fail(file.path().string() + " is not in the manifest");
    }
  }
  return manifest;
}

}  // namespace baton::test
