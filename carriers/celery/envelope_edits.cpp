// SPDX-License-Identifier: Apache-2.0
#include "carriers/celery/envelope_edits.hpp"

#include "carriers/celery/nested.hpp"
#include "json/carrier.hpp"

namespace baton::celery::internal {

EnvelopeEdits::EnvelopeEdits(Envelope& envelope) : envelope_(&envelope) {
  members_.nest("headers", headers_);
  if (envelope.nested()) headers_.nest(nested_name, nested_);
}

json::Edits* EnvelopeEdits::find_nested_with(std::string_view name) noexcept {
  const json::Object& nested = envelope_->nested();
  for (std::size_t i = 0; i < nested.size(); ++i) {
    if (nested[i].value.type != json::Type::null &&
        lookup::compare(nested[i].name, name) != lookup::Match::none) {
      return &nested_;
    }
  }
  return nullptr;
}

void EnvelopeEdits::set(std::string_view name, std::string_view value) {
  json::ObjectWriter(headers_).set(name, value);
  if (json::Edits* const nested = find_nested_with(name))
    json::ObjectWriter(*nested).set(name, value);
}

void EnvelopeEdits::erase(std::string_view name) {
  json::ObjectWriter(headers_).erase(name);
  if (json::Edits* const nested = find_nested_with(name)) json::ObjectWriter(*nested).erase(name);
}

void EnvelopeEdits::erase_if(FunctionRef<bool(std::string_view)> is_unwanted) {
  headers_.erase_if(is_unwanted);
  nested_.erase_if(is_unwanted);
}

void EnvelopeEdits::set_body(std::string_view body) {
  members_.set(envelope_->members().index_of("body"), body);
}

void EnvelopeEdits::apply(std::string& text) {
  members_.write();
  splice_.apply(text);
}

}  // namespace baton::celery::internal
