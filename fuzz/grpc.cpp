// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "baton/carriers/grpc/metadata.hpp"
#include "fuzz/input.hpp"
#include "laws/chain_laws.hpp"

namespace {

using baton::grpc::MetadataCarrier;
using baton::grpc::ReceivedMetadata;
using baton::grpc::SentMetadata;
using laws::require;

/// Metadata in the order of their keys: a slow carrier.
class Model {
 public:
  static constexpr bool names_without_case = true;
  static constexpr bool has_binary_fields = true;
  using Entries = std::vector<std::pair<std::string, std::string>>;

  Model(const Entries& entries, std::size_t max_size) : max_size_(max_size) {
    for (const auto& [key, value] : entries) add(key, value);
  }

  [[nodiscard]] const Entries& entries() const { return entries_; }
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const std::vector<std::string_view> values = all(name);
    return values.empty() ? std::nullopt : std::optional(values.front());
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    for (const std::string_view value : all(name)) {
      if (!visit(value)) return;
    }
  }
  void keys(baton::TextVisitor visit) const {
    for (const auto& entry : entries_) {
      if (!visit(entry.first)) return;
    }
  }
  void set(std::string_view name, std::string_view value) {
    const std::string key = oracle::ascii_lower(std::string(name));
    std::string text(value);
    const bool is_binary = key.ends_with("-bin");
    if (!is_binary) std::ranges::replace(text, '\t', ' ');
    const auto is_printable = [](char c) { return c >= 0x20 && c < 0x7f; };
    const bool is_key =
        !key.empty() && oracle::all_of(key, "abcdefghijklmnopqrstuvwxyz0123456789_-.");
    const bool is_legal = is_key && (is_binary || std::ranges::all_of(text, is_printable));
    erase(name);
    std::size_t size = size_of(key, text);
    for (const auto& [other, its_value] : entries_) size += size_of(other, its_value);
    if (!is_legal || size > max_size_) return;
    add(key, text);
  }
  void erase(std::string_view name) {
    const std::string key = oracle::ascii_lower(std::string(name));
    std::erase_if(entries_, [&](const auto& entry) { return entry.first == key; });
  }

 private:
  /// Behind all with the same key.
  void add(const std::string& key, const std::string& value) {
    const auto is_behind = [&](const auto& entry) { return entry.first > key; };
    entries_.emplace(std::ranges::find_if(entries_, is_behind), key, value);
  }
  static std::size_t size_of(const std::string& key, const std::string& value) {
    const bool is_binary = key.ends_with("-bin");
    return key.size() + (is_binary ? (value.size() + 2) / 3 * 4 : value.size()) + 32;
  }
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const {
    const std::string key = oracle::ascii_lower(std::string(name));
    std::vector<std::string_view> values;
    for (const auto& [other, value] : entries_) {
      if (other == key) values.emplace_back(value);
    }
    return values;
  }

  Entries entries_;
  std::size_t max_size_;
};

void check_same(baton::CarrierReader carrier, const Model& model, const std::string& name) {
  for (const std::string& asked : {name, std::string("traceparent"), std::string("Baggage")}) {
    require(carrier.get(asked) == model.get(asked), "get " + asked);
  }
  const auto all_of = [&](baton::CarrierReader reader) {
    std::vector<std::string> all;
    reader.get_all(name, [&](std::string_view value) {
      all.emplace_back(value);
      return true;
    });
    reader.keys([&](std::string_view key) {
      all.emplace_back(key);
      return true;
    });
    return all;
  };
  require(all_of(carrier) == all_of(model), "get_all, and keys");
}

}  // namespace

/// The choice is the limit of the metadata's size; none if it is 0. Lines of a name and a value
/// follow; the first one is also set, and erased.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const baton::PropagatorChain chain = laws::chain_of(laws::all_formats(), false);
  const fuzz::Input input(data, size);
  const std::size_t limit = input.choice() == 0 ? std::string::npos : input.choice() % 4096;
  Model::Entries entries;
  for (const std::string& line : input.lines()) {
    std::string name;
    std::string value;
    // gRPC gives keys in lowercase.
    if (oracle::cut(line, ' ', name, value)) entries.emplace_back(oracle::ascii_lower(name), value);
  }
  const auto [name, value] = entries.empty() ? Model::Entries::value_type() : entries.front();
  Model model(entries, limit);
  ReceivedMetadata received;
  SentMetadata sent;
  for (const auto& [key, text] : entries) {
    received.emplace(::grpc::string_ref(key.data(), key.size()),
                     ::grpc::string_ref(text.data(), text.size()));
    sent.emplace(key, text);
  }
  check_same(MetadataCarrier(std::as_const(received)), model, name);
  const baton::Context context = chain.extract(MetadataCarrier(std::as_const(received)));
  require(context == chain.extract(model), "reads what the model reads");

  const auto is_same = [&] { return Model::Entries(sent.begin(), sent.end()) == model.entries(); };
  MetadataCarrier carrier(sent, limit);
  chain.inject(context, carrier);
  chain.inject(context, model);
  require(is_same(), "writes what the model writes");
  carrier.set(name, value);
  model.set(name, value);
  require(is_same(), "sets what the model sets");
  check_same(carrier, model, name);
  carrier.erase(name);
  model.erase(name);
  require(is_same() && !carrier.get(name), "nothing of it is left");
  return 0;
}
