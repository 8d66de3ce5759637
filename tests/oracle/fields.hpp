// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace oracle {

/// A carrier that keeps every instance of a field in order; names are compared exactly.
///
/// Each value is in a heap block of exactly its size, so that a sanitizer sees every read beyond
/// its end.
class Fields {
 public:
  Fields() = default;
  Fields(std::initializer_list<std::pair<std::string, std::string>> entries) {
    for (const auto& [name, value] : entries) add(name, value);
  }

  void add(std::string_view name, std::string_view value) {
    entries_.emplace_back(std::string(name), std::vector<char>(value.begin(), value.end()));
  }

  [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : entries_) {
      if (is_same(key, name)) values.emplace_back(value.begin(), value.end());
    }
    return values;
  }
  [[nodiscard]] std::optional<std::string> first(std::string_view name) const {
    const auto value = get(name);
    return value ? std::optional<std::string>(*value) : std::nullopt;
  }
  [[nodiscard]] const auto& entries() const { return entries_; }
  friend bool operator==(const Fields&, const Fields&) = default;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    for (const auto& [key, value] : entries_) {
      if (is_same(key, name)) return view(value);
    }
    return std::nullopt;
  }
  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    for (const auto& [key, value] : entries_) {
      if (is_same(key, name) && !visit(view(value))) return;
    }
  }
  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const auto& entry : entries_) {
      if (!visit(std::string_view(entry.first))) return;
    }
  }
  void set(std::string_view name, std::string_view value) {
    erase(name);
    add(name, value);
  }
  void erase(std::string_view name) {
    std::erase_if(entries_, [&](const auto& entry) { return is_same(entry.first, name); });
  }

 private:
  /// Most names of one size differ at the end, and memcmp is slow under a fuzzer.
  static bool is_same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && (a.empty() || a.back() == b.back()) && a == b;
  }
  static std::string_view view(const std::vector<char>& value) {
    return {value.data(), value.size()};
  }

  std::vector<std::pair<std::string, std::vector<char>>> entries_;
};

}  // namespace oracle
