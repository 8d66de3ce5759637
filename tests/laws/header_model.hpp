// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "laws/require.hpp"
#include "oracle/text.hpp"

namespace laws {

/// The headers of a message, with the rule for names of docs/wire-formats.md: a slow carrier. A
/// header without a value counts as absent, and `set` and `erase` remove it.
class HeaderModel {
 public:
  static constexpr bool last_field_counts = true;

  using Header = std::pair<std::string, std::optional<std::string>>;
  using Headers = std::vector<Header>;

  HeaderModel() = default;
  explicit HeaderModel(Headers headers) : headers_(std::move(headers)) {}

  [[nodiscard]] const Headers& headers() const { return headers_; }

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const auto values = find(name);
    return values.empty() ? std::nullopt : std::optional(values.back());
  }
  void get_all(std::string_view name, baton::TextVisitor visit) const {
    for (const std::string_view value : find(name)) {
      if (!visit(value)) return;
    }
  }
  void keys(baton::TextVisitor visit) const {
    for (const auto& [name, value] : headers_) {
      if (value && !visit(name)) return;
    }
  }
  void set(std::string_view name, std::string_view value) {
    erase(name);
    headers_.emplace_back(oracle::ascii_lower(std::string(name)), value);
  }
  void erase(std::string_view name) {
    std::erase_if(headers_, [&](const Header& header) { return is_same(header.first, name); });
  }

 private:
  static bool is_same(std::string_view a, std::string_view b) {
    return oracle::ascii_lower(std::string(a)) == oracle::ascii_lower(std::string(b));
  }

  [[nodiscard]] std::vector<std::string_view> find(std::string_view name) const {
    std::vector<std::string_view> exact;
    std::vector<std::string_view> others;
    for (const auto& [header, value] : headers_) {
      if (value && header == name) exact.emplace_back(*value);
      if (value && is_same(header, name)) others.emplace_back(*value);
    }
    return exact.empty() ? others : exact;
  }

  Headers headers_;
};

/// Reads and writes several formats.
inline const baton::PropagatorChain& header_chain() {
  static const baton::PropagatorChain chain =
      baton::make_chain({"tracecontext,baggage,b3,jaeger",
                         "tracecontext,baggage,b3multi",
                         baton::ExtractionPolicy::first_match,
                         {}})
          .chain;
  return chain;
}

/// Both carriers show the same for the chain's names, and for the existing ones.
inline void check_reading(baton::CarrierReader carrier, const HeaderModel& model) {
  std::vector<std::string> names = {"traceparent", "tracestate", "Baggage", "b3", "B", "trace", ""};
  for (std::size_t i = 0; i < std::min<std::size_t>(model.headers().size(), 8); ++i) {
    names.push_back(model.headers()[i].first);
  }
  const auto all_of = [](baton::CarrierReader reader, const std::string& name) {
    std::string all;
    reader.get_all(name, [&](std::string_view value) {
      all.append(value).append("\n");
      return true;
    });
    return all;
  };
  for (const std::string& name : names) {
    require(carrier.get(name) == baton::CarrierReader(model).get(name), "get " + name);
    require_same(all_of(carrier, name), all_of(model, name), "get_all");
  }
  baton::ExtractReport ours;
  baton::ExtractReport theirs;
  require(header_chain().extract(carrier, &ours) == header_chain().extract(model, &theirs),
          "the context is that of the model");
  require(ours.issue_count() == theirs.issue_count() &&
              std::ranges::equal(ours.issues(), theirs.issues()),
          "the issues are those of the model");
}

}  // namespace laws
