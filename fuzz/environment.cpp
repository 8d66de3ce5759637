// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/environment.hpp"

#include <algorithm>

#include "fuzz/input.hpp"
#include "laws/chain_laws.hpp"

namespace {

using laws::require;
using laws::require_same;
using Entries = std::vector<std::string>;

std::string variable_of(const std::string& field) {
  std::string name;
  for (const char c : field) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const bool is_kept = (upper >= 'A' && upper <= 'Z') || oracle::contains(oracle::digits, c);
    name += is_kept ? upper : '_';
  }
  return name.empty() || oracle::contains(oracle::digits, name.front()) ? "_" + name : name;
}

/// A slow carrier over entries `NAME=value`.
class Model {
 public:
  explicit Model(Entries entries) : entries_(std::move(entries)) {}

  [[nodiscard]] const Entries& entries() const { return entries_; }
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const std::string begin = variable_of(std::string(name)) + "=";
    for (const std::string& entry : entries_) {
      if (entry.starts_with(begin)) return std::string_view(entry).substr(begin.size());
    }
    return std::nullopt;
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    if (const auto value = get(name)) visit(*value);
  }
  void keys(baton::TextVisitor visit) const {
    for (const std::string& name : names()) {
      if (!visit(name)) return;
    }
  }
  [[nodiscard]] Entries names() const {
    Entries names;
    for (const std::string& entry : entries_) {
      std::string name;
      std::string value;
      if (oracle::cut(entry, '=', name, value) && variable_of(name) == name) names.push_back(name);
    }
    return names;
  }
  void set(std::string_view name, std::string_view value) {
    erase(name);
    if (value.find('\0') != std::string_view::npos) return;
    entries_.push_back(variable_of(std::string(name)) + "=" + std::string(value));
  }
  void erase(std::string_view name) {
    const std::string begin = variable_of(std::string(name)) + "=";
    std::erase_if(entries_, [&](const std::string& entry) { return entry.starts_with(begin); });
  }

 private:
  Entries entries_;
};

Entries entries_of(const baton::environment::Environment& environment) {
  Entries entries;
  for (const char* const entry : environment.list()) entries.emplace_back(entry);
  return entries;
}

void check_same(baton::CarrierReader carrier, const Model& model, const std::string& name) {
  for (const std::string& asked : {name, std::string("traceparent"), std::string("x-b3-traceid")}) {
    require(carrier.get(asked) == model.get(asked), "get " + asked);
  }
  Entries names;
  carrier.keys([&](std::string_view key) {
    names.emplace_back(key);
    return true;
  });
  require(names == model.names(), "keys");
}

}  // namespace

/// A line with a name and one with a value, to set and to erase; then entries, up to a NUL each.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const baton::PropagatorChain chain = laws::chain_of(laws::all_formats(), false);
  std::vector<std::string> lines = oracle::split(fuzz::Input(data, size).text(), '\n');
  const std::string name = fuzz::take(lines);
  const std::string value = fuzz::take(lines);
  for (std::string& line : lines) line = line.substr(0, line.find('\0'));
  std::vector<const char*> list;
  for (const std::string& line : lines) list.push_back(line.c_str());

  Model model(lines);
  const std::string variable = baton::environment::variable_name(name);
  require_same(variable, variable_of(name), "the name of a variable");
  require_same(baton::environment::variable_name(variable), variable, "it does not change again");
  const baton::environment::ListCarrier carrier(list);
  check_same(carrier, model, name);
  const baton::Context context = chain.extract(carrier);
  require(context == chain.extract(model), "reads what the model reads");

  baton::environment::Environment environment{std::span<const char* const>(list)};
  require(entries_of(environment) == lines, "a copy has the same, in order");
  chain.inject(context, environment);
  chain.inject(context, model);
  require(entries_of(environment) == model.entries(), "writes what the model writes");
  environment.set(name, value);
  model.set(name, value);
  require(entries_of(environment) == model.entries(), "sets what the model sets");
  check_same(environment, model, name);
  const baton::environment::Environment copy = environment;
  environment.erase(name);
  require(!environment.get(name), "nothing of it is left");
  require(entries_of(copy) == model.entries(), "a copy is independent");
  require(environment.envp()[environment.list().size()] == nullptr, "the list has its end");
  return 0;
}
