// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "baton/carriers/http_field.hpp"

namespace baton::http {

/// The base of a carrier whose library shows its header fields one by one: `Carrier` has `fields`,
/// which visits each field with its value, in order, and gets the rest of what a chain reads.
///
///     class RequestCarrier : public baton::http::FieldsReader<RequestCarrier> {
///      public:
///       explicit RequestCarrier(const Request& request) : request_(&request) {}
///
///       template <class Visitor>
///       void fields(Visitor&& visit) const {
///         for (const auto& field : request_->all()) {
///           if (!visit(field.name(), field.value())) return;
///         }
///       }
///     …
///
/// Names match in any case (ASCII letters only). Each lookup visits all fields at most once. A
/// chain usually visits them once for all its lookups; more often for fields with a prefix
/// (`uberctx-…`), and if a request has more than 16 fields of its formats.
template <class Carrier>
class FieldsReader {
 public:
  static constexpr bool names_without_case = true;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> first;
    carrier().get_all(name, [&](std::string_view value) {
      first = value;
      return false;
    });
    return first;
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    carrier().fields([&](std::string_view other, std::string_view value) {
      return !equal_names(other, name) || visit(value);
    });
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    carrier().fields([&](std::string_view name, std::string_view) { return visit(name); });
  }

 private:
  friend Carrier;
  FieldsReader() = default;

  [[nodiscard]] const Carrier& carrier() const noexcept {
    return *static_cast<const Carrier*>(this);
  }
};

}  // namespace baton::http
