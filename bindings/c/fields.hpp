// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include "baton/baton.h"
#include "baton/carrier.hpp"
#include "baton/detail/found_fields.hpp"
#include "bindings/c/handle.hpp"

namespace baton::c {

/// The fields of a request of C. A chain passes over them once; it asks for names only if it cannot
/// keep all that it found.
class Fields {
 public:
  explicit Fields(const baton_reader& reader) noexcept : reader_(reader) {}

  template <class Visitor>
  void fields(Visitor&& visit) const {
    if (reader_.each != nullptr) {
      using Target = std::remove_reference_t<Visitor>;
      return reader_.each(
          reader_.carrier,
          [](void* sink, const char* name, std::size_t name_size, const char* value,
             std::size_t value_size) {
            return (*static_cast<Target*>(sink))(text(name, name_size), text(value, value_size))
                       ? std::int32_t{0}
                       : std::int32_t{1};
          },
          &visit);
    }
    for (std::size_t i = 0; i < reader_.field_count; ++i) {
      const baton_field& field = reader_.fields[i];
      if (!visit(text(field.name, field.name_size), text(field.value, field.value_size))) return;
    }
  }

  void keys(TextVisitor visit) const;

 protected:
  /// The first value of a name, or the last.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name,
                                                    detail::NameComparison comparison,
                                                    bool is_last) const;
  void get_all(std::string_view name, detail::NameComparison comparison, TextVisitor visit) const;

 private:
  const baton_reader& reader_;
};

}  // namespace baton::c
