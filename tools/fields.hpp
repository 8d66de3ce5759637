// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/carrier.hpp"
#include "baton/chain.hpp"

namespace baton::tool {

struct Field {
  std::string_view name;
  std::string_view value;
};

/// Fields in the order of their arrival, as a carrier to read from. Holds views: the text that they
/// point into must outlive it.
class Fields {
 public:
  Fields() = default;

  void add(Field field) { fields_.push_back(field); }
  [[nodiscard]] std::span<const Field> all() const noexcept { return fields_; }

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  void get_all(std::string_view name, TextVisitor visit) const;
  void keys(TextVisitor visit) const;

 private:
  std::vector<Field> fields_;
};

/// More fields than any request has; bounds the memory.
inline constexpr std::size_t max_fields = 100'000;

/// Parses lines `Name: value`, up to the end or an empty line. One space after the colon is not
/// part of the value. All other bytes up to the newline are, a carriage return included. A line
/// that begins with `# `, as no name does, is a comment. The error is a sentence that names the
/// line.
[[nodiscard]] tl::expected<Fields, std::string> parse_fields(std::string_view lines);

/// Fields to write to.
class FieldWriter {
 public:
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

  /// Lines `name: value` in the order of `names`; fields with other names are last.
  [[nodiscard]] std::string lines(std::span<const std::string_view> names) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// The fields that a chain sends for a context, as lines.
[[nodiscard]] std::string inject_lines(const PropagatorChain& chain, const Context& context);

}  // namespace baton::tool
