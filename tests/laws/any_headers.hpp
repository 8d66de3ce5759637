// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <optional>
#include <string>

#include "laws/header_model.hpp"

namespace laws {

/// A value of any bytes, or none.
inline rc::Gen<std::optional<std::string>> any_value() {
  return rc::gen::map(rc::gen::maybe(rc::gen::arbitrary<std::string>()),
                      [](const rc::Maybe<std::string>& maybe) {
                        return maybe ? std::optional<std::string>(*maybe) : std::nullopt;
                      });
}

/// Headers whose names collide.
inline rc::Gen<HeaderModel::Headers> any_headers() {
  return rc::gen::container<HeaderModel::Headers>(
      rc::gen::pair(rc::gen::element<std::string>("a", "A", "b", "traceparent", "TraceParent",
                                                  "tracestate", "traces", ""),
                    any_value()));
}

/// Sets and erases at random, in a carrier and in its model.
template <class Carrier>
void change_both(Carrier&& carrier, HeaderModel& model) {
  const HeaderModel::Headers changes = *rc::gen::container<HeaderModel::Headers>(rc::gen::pair(
      rc::gen::element<std::string>("A", "b", "TraceParent", "c", "d", "e"), any_value()));
  for (const auto& [name, value] : changes) {
    if (value) {
      carrier.set(name, *value);
      model.set(name, *value);
    } else {
      carrier.erase(name);
      model.erase(name);
    }
  }
}

}  // namespace laws
