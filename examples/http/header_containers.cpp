// SPDX-License-Identifier: Apache-2.0
/// Reads and writes contexts in the header containers of HTTP libraries.

#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// Received fields: names may be repeated, and in any case.
using Incoming = std::multimap<std::string, std::string>;
/// Fields to send.
using Outgoing = std::vector<std::pair<std::string, std::string>>;

/// A field of a library that Baton does not know.
struct Slice {
  const char* data;
  std::size_t size;
};
struct LibraryField {
  Slice key;
  Slice content;
};

}  // namespace

template <>
struct baton::http::FieldTraits<LibraryField> {
  static std::string_view name(const LibraryField& field) {
    return {field.key.data, field.key.size};
  }
  static std::string_view value(const LibraryField& field) {
    return {field.content.data, field.content.size};
  }
};

namespace {

Outgoing answer(const Incoming& headers) {
  return baton::http::serve(headers, [] {
    // Here, baton::current() is the context of this request.
    Outgoing outgoing{{"accept", "application/json"}};
    baton::http::inject(outgoing);
    return outgoing;
  });
}

void explain(const std::vector<LibraryField>& fields) {
  baton::ExtractReport report;
  const baton::Context context = baton::http::extract(fields, {.report = &report});
  std::cout << "trace " << context.span_context().trace_id << '\n';
  for (const auto& issue : report.issues()) {
    std::cout << issue.field << ": " << issue.error.message() << '\n';
  }
}

}  // namespace

int main() {
  const Incoming headers{{"Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
                         {"Baggage", "user=Am%C3%A9lie"},
                         {"Baggage", "plan=gold"}};
  for (const auto& [name, value] : answer(headers)) std::cout << name << ": " << value << '\n';

  constexpr std::string_view name = "traceparent";
  constexpr std::string_view value = "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01";
  explain({{{name.data(), name.size()}, {value.data(), value.size()}}});
}
