// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::test {

/// A text in a heap buffer of exactly its size, so that AddressSanitizer sees every read beyond it.
class ExactText {
 public:
  explicit ExactText(std::string_view text)
      : bytes_(std::make_unique<char[]>(text.size())), size_(text.size()) {
    std::copy(text.begin(), text.end(), bytes_.get());
  }

  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

[[nodiscard]] inline bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

/// A carrier with fields as in HTTP: in order, with separate instances of a name, and names
/// compared without case.
class Fields {
 public:
  using Pair = std::pair<std::string, std::string>;

  Fields() = default;
  Fields(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
    for (const auto& [name, value] : fields) add(name, value);
  }

  void add(std::string_view name, std::string_view value) {
    fields_.push_back({ExactText(name), ExactText(value)});
  }

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    for (const Field& field : fields_) {
      if (equals_ignoring_case(field.name.view(), name)) return field.value.view();
    }
    return std::nullopt;
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    for (const Field& field : fields_) {
      if (equals_ignoring_case(field.name.view(), name) && !visit(field.value.view())) return;
    }
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const Field& field : fields_) {
      if (!visit(field.name.view())) return;
    }
  }

  void set(std::string_view name, std::string_view value) {
    erase(name);
    add(name, value);
  }

  void erase(std::string_view name) {
    std::erase_if(
        fields_, [&](const Field& field) { return equals_ignoring_case(field.name.view(), name); });
  }

  [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }

  /// Its fields, in the order of the names; instances of one name keep their order.
  [[nodiscard]] std::vector<Pair> sorted() const {
    std::multimap<std::string, std::string> by_name;
    for (const Field& field : fields_) by_name.emplace(field.name.view(), field.value.view());
    return {by_name.begin(), by_name.end()};
  }

 private:
  struct Field {
    ExactText name;
    ExactText value;
  };
  std::vector<Field> fields_;
};

}  // namespace baton::test
