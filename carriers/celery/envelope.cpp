// SPDX-License-Identifier: Apache-2.0
#include "carriers/celery/envelope.hpp"

#include "baton/carriers/celery/envelope.hpp"
#include "carriers/celery/body.hpp"
#include "carriers/celery/nested.hpp"
#include "json/carrier.hpp"

namespace baton::celery {

namespace detail {

Envelope::Envelope(std::string_view text) {
  json::Scanner scanner(text);
  const auto read_header = [&](std::string_view name, json::Value& value) {
    const bool has_more = name == nested_name && scanner.peek() == '{';
    return has_more ? nested_.read_or_null(scanner, value) : scanner.read(value);
  };
  const auto read_value = [&](std::string_view name, json::Value& value) {
    return name == "headers" ? headers_.read_or_null(scanner, value, read_header)
                             : scanner.read(value);
  };
  if (!members_.read(scanner, read_value) || !scanner.finish()) error_ = scanner.error();
  member_edits_.nest("headers", edits_);
  if (nested_) edits_.nest(nested_name, nested_edits_);
}

bool Envelope::names_task() const noexcept {
  const json::Member* const task = headers_.find("task");
  return task != nullptr && task->value.type != json::Type::null;
}

bool Envelope::is_nested(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < nested_.size(); ++i) {
    if (nested_[i].value.type != json::Type::null &&
        lookup::compare(nested_[i].name, name) != lookup::Match::none) {
      return true;
    }
  }
  return false;
}

void Envelope::set(std::string_view name, std::string_view value) {
  json::ObjectWriter(edits_).set(name, value);
  if (is_nested(name)) json::ObjectWriter(nested_edits_).set(name, value);
}

void Envelope::erase(std::string_view name) {
  json::ObjectWriter(edits_).erase(name);
  if (is_nested(name)) json::ObjectWriter(nested_edits_).erase(name);
}

void Envelope::erase_fields_of(const PropagatorChain& chain) {
  const auto is_owned = [&](std::string_view name) { return chain.owns(name); };
  edits_.erase_if(is_owned);
  nested_edits_.erase_if(is_owned);
}

void Envelope::apply(std::string& text) {
  member_edits_.write();
  splice_.apply(text);
}

}  // namespace detail

namespace {

using detail::Body;
using detail::Envelope;

expected<void> inject_into_kwargs(Envelope& envelope, std::string& text, const Context& context,
                                  const PropagatorChain& chain) {
  Body body(envelope, text);
  if (body.error()) return tl::unexpected(body.error());
  // Headers count for more: what is stale there must not hide the arguments.
  envelope.erase_fields_of(chain);
  envelope.set_body(std::move(body).inject(context, chain));
  envelope.apply(text);
  return {};
}

}  // namespace

expected<void> inject(std::string& envelope, const Context& context,
                      const EnvelopeOptions& options) {
  Envelope read(envelope);
  if (read.error()) return tl::unexpected(read.error());
  if (options.protocol1 == Protocol1::kwargs && !read.names_task()) {
    return inject_into_kwargs(read, envelope, context, options.chain);
  }
  options.chain.inject(context, read);
  read.apply(envelope);
  return {};
}

Context extract(std::string_view envelope, const ExtractOptions& options) {
  const auto& [chain, report] = options;
  const Envelope read(envelope);
  if (read.error()) {
    if (report != nullptr) report->add("envelope", read.error());
    return {};
  }
  const json::ObjectReader headers(read.headers());
  const json::ObjectReader nested(read.nested());
  if (!read.names_task() && !detail::has_fields_of(chain, headers) &&
      !detail::has_fields_of(chain, nested)) {
    Body body(read, envelope);
    if (!body.error()) {
      if (report != nullptr) {
        detail::report_wrong_types(headers, chain, *report);
        detail::report_wrong_types(nested, chain, *report);
      }
      const json::ObjectReader kwargs(body.kwargs());
      return detail::extract<json::ObjectReader>(kwargs, nullptr, options);
    }
    if (body.begins_as_object() && report != nullptr) report->add("envelope", body.error());
  }
  return detail::extract(headers, read.nested() ? &nested : nullptr, options);
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

void EnvelopeCarrier::set(std::string_view name, std::string_view value) {
  if (is_readable()) envelope_->set(name, value);
}

void EnvelopeCarrier::erase(std::string_view name) {
  if (is_readable()) envelope_->erase(name);
}

expected<void> EnvelopeCarrier::apply() {
  if (error()) return tl::unexpected(error());
  if (envelope_ != nullptr) envelope_->apply(*text_);
  envelope_.reset();  // what it read has moved
  return {};
}

}  // namespace baton::celery
