// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "baton/testing/vectors.hpp"

namespace baton::testing {
namespace {

namespace json = boost::json;

/// What a text may have when it is expanded, and a list.
constexpr std::size_t max_bytes = std::size_t{1} << 20U;
constexpr std::size_t max_members = std::size_t{1} << 16U;
constexpr std::size_t max_list_bytes = std::size_t{1} << 24U;

/// Boost.JSON throws as well: `guarded` makes a result of both.
[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

template <class Function>
auto guarded(Function function) -> VectorResult<decltype(function())> {
  try {
    return function();
  } catch (const std::exception& error) {
    return tl::unexpected(std::string(error.what()));
  }
}

const json::value& member_of(const json::object& object, std::string_view key) {
  const auto* member = object.if_contains(json::string_view(key.data(), key.size()));
  if (member == nullptr) fail("there is no \"" + std::string(key) + "\"");
  return *member;
}

const json::array& array_of(const json::value& value) {
  const auto* array = value.if_array();
  if (array == nullptr) fail("not an array");
  return *array;
}

const json::object& object_of(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) fail("not an object");
  return *object;
}

bool bool_of(const json::value& value) {
  if (!value.is_bool()) fail("neither true nor false");
  return value.get_bool();
}

void only_keys(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& entry : object) {
    const std::string_view key(entry.key().data(), entry.key().size());
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail("unknown key \"" + std::string(key) + "\"");
    }
  }
}

std::size_t number_of(const json::value& value) {
  if (!value.is_int64() || value.get_int64() < 0) fail("not a number");
  return static_cast<std::size_t>(value.get_int64());
}

std::string unhex(std::string_view digits) {
  constexpr std::string_view known = "0123456789abcdef";
  if (digits.size() % 2 != 0) fail("an odd number of digits");
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const std::size_t high = known.find(digits[i]);
    const std::size_t low = known.find(digits[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) fail("not lowercase hex");
    bytes += static_cast<char>(high << 4U | low);
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
  const std::string pattern = text_of(member_of(object, "repeat"));
  const std::string join = object.contains("join") ? text_of(member_of(object, "join")) : "";
  const std::size_t from = object.contains("from") ? number_of(member_of(object, "from")) : 0;
  const std::size_t times = number_of(member_of(object, "times"));
  if (times > max_bytes) fail("a text of too many bytes");

  std::string text;
  for (std::size_t i = 0; i < times; ++i) {
    if (i != 0) text += join;
    text += numbered(pattern, from + i);
    if (text.size() > max_bytes) fail("a text of too many bytes");
  }
  return text;
}

/// A string, a list of texts to be joined, {"repeat", "times"} or {"hex"}.
std::string text_of(const json::value& value) {
  if (const auto* string = value.if_string()) return {string->data(), string->size()};
  if (const auto* parts = value.if_array()) {
    std::string text;
    for (const json::value& part : *parts) {
      text += text_of(part);
      if (text.size() > max_bytes) fail("a text of too many bytes");
    }
    return text;
  }
  if (const auto* object = value.if_object()) {
    if (!object->contains("hex")) return repeated_text(*object);
    only_keys(*object, {"hex"});
    return unhex(text_of(member_of(*object, "hex")));
  }
  fail("not a text");
}

std::vector<TextPair> pairs_of(const json::value& value) {
  std::vector<TextPair> pairs;
  for (const json::value& item : array_of(value)) {
    const json::array& pair = array_of(item);
    if (pair.size() != 2) fail("not a [name, value]");
    pairs.emplace_back(text_of(pair[0]), text_of(pair[1]));
  }
  return pairs;
}

/// {"name": text, ...}
std::vector<TextPair> variables_of(const json::value& value) {
  std::vector<TextPair> variables;
  for (const auto& variable : object_of(value)) {
    variables.emplace_back(variable.key(), text_of(variable.value()));
  }
  return variables;
}

/// [key, value] or [key, value, [[key, value or null], ...]]
std::vector<MemberSpec> baggage_of(const json::value& value) {
  std::vector<MemberSpec> members;
  for (const json::value& item : array_of(value)) {
    const json::array& parts = array_of(item);
    if (parts.size() < 2 || parts.size() > 3) fail("not a [key, value, properties]");
    MemberSpec member{text_of(parts[0]), text_of(parts[1]), {}};
    if (parts.size() == 3) {
      for (const json::value& property : array_of(parts[2])) {
        const json::array& pair = array_of(property);
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
  std::size_t bytes = 0;
  for (const json::value& item : array_of(value)) {
    const auto* object = item.if_object();
    if (object == nullptr) {
      out.push_back(item);
      continue;
    }
    only_keys(*object, {"repeat", "times", "from"});
    const std::size_t from = object->contains("from") ? number_of(member_of(*object, "from")) : 0;
    const std::size_t times = number_of(member_of(*object, "times"));
    if (times > max_members) fail("a list of too many members");
    for (std::size_t i = 0; i < times; ++i) {
      json::array copy;
      for (const json::value& part : array_of(member_of(*object, "repeat"))) {
        const std::string text = numbered(text_of(part), from + i);
        bytes += text.size();
        if (bytes > max_list_bytes) fail("a list of too many bytes");
        copy.emplace_back(text);
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
  const json::object& object = object_of(value);
  only_keys(object,
            {"trace_id", "span_id", "flags", "remote", "tracestate", "baggage", "sampling"});
  ContextSpec spec;
  if (object.contains("trace_id")) spec.trace_id = text_of(member_of(object, "trace_id"));
  if (object.contains("span_id")) {
    if (spec.trace_id.empty()) fail("\"span_id\" needs \"trace_id\"");
    spec.span_id = text_of(member_of(object, "span_id"));
    const std::string flags = unhex(text_of(member_of(object, "flags")));
    if (flags.size() != 1) fail("\"flags\" is not one byte");
    spec.flags = static_cast<std::uint8_t>(flags.front());
    spec.remote = is_remote;
    spec.sampling = (spec.flags & 1U) != 0 ? Sampling::sample : Sampling::drop;
  }
  if (const auto* remote = object.if_contains("remote")) spec.remote = bool_of(*remote);
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
  for (const json::value& item : array_of(value)) {
    const json::array& parts = array_of(item);
    if (parts.size() != 3) fail("not a [field, error, offset]");
    issues.push_back({text_of(parts[0]), error_of(text_of(parts[1])),
                      static_cast<std::uint32_t>(number_of(parts[2]))});
  }
  return issues;
}

void read_options(const json::value& value, ChainSpec& chain) {
  const json::object& options = object_of(value);
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
    chain.options.b3_short_trace_ids = bool_of(*b);
  }
  if (const auto* b = options.if_contains("sampling_in_tracestate")) {
    chain.options.sampling_in_tracestate = bool_of(*b);
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
  for (const json::value& text : array_of(value)) texts.push_back(text_of(text));
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
    vector.expected = context_of(member_of(object, "context"), true);
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
  const json::value& environment = member_of(object, "environment");
  if (environment.is_object()) {
    vector.environment = variables_of(environment);
  } else if (!environment.is_null()) {
    vector.environment.emplace_back("OTEL_PROPAGATORS", text_of(environment));
  }
  vector.read = texts_of(member_of(object, "chain"));
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
  vector.environment = variables_of(member_of(object, "environment"));
  if (const auto* given = object.if_contains("given")) vector.given = context_of(*given, true);
  vector.decision = sampling_of(member_of(object, "decision"));
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
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  json::error_code error;
  json::value value = json::parse(text, error);
  if (error) fail(path + ": " + error.message());
  return value;
}

Vector vector_of(const json::object& object, const std::optional<std::string>& propagators) {
  Vector vector;
  vector.name = text_of(member_of(object, "name"));
  vector.clause = text_of(member_of(object, "clause"));
  if (vector.clause.empty()) fail("no clause");
  if (propagators) {
    vector.propagation = propagation_of(object, *propagators);
  } else if (object.contains("decision")) {
    vector.sampling = sampling_vector_of(object);
  } else {
    vector.configuration = configuration_of(object);
  }
  return vector;
}

/// The vector's name, if it has one, for an error.
std::string place_of(const json::value& value, std::size_t number) {
  std::string place = "vector " + std::to_string(number);
  const auto* object = value.if_object();
  const auto* name = object != nullptr ? object->if_contains("name") : nullptr;
  if (name != nullptr && name->is_string()) place.append(" \"").append(name->get_string()) += '"';
  return place;
}

std::vector<Vector> vectors_of(const json::value& root) {
  const json::object& file = object_of(root);
  only_keys(file, {"about", "propagators", "vectors"});
  std::optional<std::string> propagators;
  if (const auto* names = file.if_contains("propagators")) propagators = text_of(*names);

  std::vector<Vector> vectors;
  std::set<std::string> names;
  for (const json::value& value : array_of(member_of(file, "vectors"))) {
    auto vector = guarded([&] { return vector_of(object_of(value), propagators); });
    if (!vector) fail(place_of(value, vectors.size()) + ": " + vector.error());
    if (!names.insert(vector->name).second) fail("two vectors \"" + vector->name + '"');
    vectors.push_back(*std::move(vector));
  }
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
    if (!std::filesystem::exists(std::filesystem::path(folder) / (format + ".json"))) {
      fail("the manifest names " + format + ", which is not there");
    }
  }
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
