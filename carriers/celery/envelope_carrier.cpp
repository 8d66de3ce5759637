// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/envelope.hpp"

#include "carriers/celery/body.hpp"
#include "carriers/celery/envelope_edits.hpp"
#include "carriers/celery/nested.hpp"
#include "json/carrier.hpp"

namespace baton::celery {
namespace {

using internal::Body;
using internal::Envelope;
using internal::EnvelopeEdits;

expected<void> inject_into_kwargs(Envelope& envelope, std::string& text, const Context& context,
                                  const EnvelopeOptions& options) {
  Body body(envelope);
  if (body.error()) return tl::unexpected(body.error());
  EnvelopeEdits edits(envelope);
  // Readers prefer the headers: stale fields there must not hide the arguments.
  edits.erase_if([&](std::string_view name) { return options.chain.owns(name); });
  edits.set_body(std::move(body).inject(context, options.chain, options.destination));
  edits.apply(text);
  return {};
}

}  // namespace

expected<void> inject(std::string& envelope, const Context& context,
                      const EnvelopeOptions& options) {
  Envelope read(envelope);
  if (read.error()) return tl::unexpected(read.error());
  if (options.protocol1 == Protocol1::kwargs && !read.names_task()) {
    return inject_into_kwargs(read, envelope, context, options);
  }
  EnvelopeEdits edits(read);
  options.chain.inject(context, edits, options.destination);
  edits.erase_if([&](std::string_view name) { return options.chain.owns_by_prefix(name); });
  edits.apply(envelope);
  return {};
}

Context extract(std::string_view envelope, const ExtractOptions& options) {
  const PropagatorChain& chain = options.chain;
  ExtractReport* const report = options.report;
  const Envelope read(envelope);
  if (read.error()) {
    if (report != nullptr) report->add("envelope", read.error());
    return {};
  }
  const json::ObjectReader headers(read.headers());
  const json::ObjectReader nested(read.nested());
  if (!read.names_task() && !internal::has_fields_of(chain, headers) &&
      !internal::has_fields_of(chain, nested)) {
    const Body body(read);
    if (!body.error()) {
      if (report != nullptr) {
        internal::report_wrong_types(headers, chain, *report);
        internal::report_wrong_types(nested, chain, *report);
      }
      const json::ObjectReader kwargs(body.kwargs());
      return internal::extract<json::ObjectReader>(kwargs, nullptr, options);
    }
    if (body.begins_as_object() && report != nullptr) report->add("envelope", body.error());
  }
  return internal::extract(headers, read.nested() ? &nested : nullptr, options);
}

ConstEnvelopeCarrier::ConstEnvelopeCarrier(std::string_view envelope)
    : envelope_(std::make_unique<Envelope>(envelope)) {}
ConstEnvelopeCarrier::ConstEnvelopeCarrier(ConstEnvelopeCarrier&&) noexcept = default;
ConstEnvelopeCarrier& ConstEnvelopeCarrier::operator=(ConstEnvelopeCarrier&&) noexcept = default;
ConstEnvelopeCarrier::~ConstEnvelopeCarrier() = default;

const ParseError& ConstEnvelopeCarrier::error() const noexcept {
  static constexpr ParseError none;
  return envelope_ == nullptr ? none : envelope_->error();
}

std::optional<std::string_view> ConstEnvelopeCarrier::get(std::string_view name) const {
  if (!is_readable()) return std::nullopt;
  return json::ObjectReader(envelope_->headers()).get(name);
}

void ConstEnvelopeCarrier::get_all(std::string_view name, TextVisitor visit) const {
  if (is_readable()) json::ObjectReader(envelope_->headers()).get_all(name, visit);
}

void ConstEnvelopeCarrier::keys(TextVisitor visit) const {
  if (is_readable()) json::ObjectReader(envelope_->headers()).keys(visit);
}

bool ConstEnvelopeCarrier::is_readable() const noexcept {
  return envelope_ != nullptr && !envelope_->error();
}

EnvelopeCarrier::EnvelopeCarrier(std::string& envelope)
    : ConstEnvelopeCarrier(envelope), text_(&envelope) {
  if (is_readable()) edits_ = std::make_unique<EnvelopeEdits>(*envelope_);
}
EnvelopeCarrier::EnvelopeCarrier(EnvelopeCarrier&&) noexcept = default;
EnvelopeCarrier& EnvelopeCarrier::operator=(EnvelopeCarrier&&) noexcept = default;
EnvelopeCarrier::~EnvelopeCarrier() = default;

void EnvelopeCarrier::set(std::string_view name, std::string_view value) {
  if (edits_ != nullptr) edits_->set(name, value);
}

void EnvelopeCarrier::erase(std::string_view name) {
  if (edits_ != nullptr) edits_->erase(name);
}

expected<void> EnvelopeCarrier::apply() {
  if (error()) return tl::unexpected(error());
  if (edits_ != nullptr) edits_->apply(*text_);
  edits_.reset();
  envelope_.reset();  // its views are no longer valid
  return {};
}

}  // namespace baton::celery
