// SPDX-License-Identifier: Apache-2.0
#include "carriers/sqs/received.hpp"

#include <array>

#include "baton/carriers/sqs/attributes.hpp"
#include "carriers/sqs/names.hpp"
#include "core/reported_name.hpp"
#include "json/carrier.hpp"
#include "json/strings.hpp"

namespace baton::sqs {
namespace {

/// The names for the type and the text of an attribute: in the result of ReceiveMessage, in a
/// record of a Lambda event, and in a notification of SNS.
struct AttributeNames {
  std::string_view type;
  std::string_view text;
};
constexpr std::array<AttributeNames, 3> attribute_names{
    {{"DataType", "StringValue"}, {"dataType", "stringValue"}, {"Type", "Value"}}};

bool is_attributes(std::string_view name) noexcept {
  return name == attributes_member || name == record_attributes_member;
}
bool is_system(std::string_view name) noexcept {
  return name == received_system_member || name == record_system_member;
}

/// Whether it is a notification of SNS, delivered to a queue or by HTTP.
bool is_notification(const json::Object& members) {
  return members.text_of("Type") == "Notification";
}

}  // namespace

// ---- Attributes ----

std::optional<std::string_view> Attributes::get(std::string_view name) const {
  const std::size_t exact = members_.index_of(name);
  const auto text = exact == json::Object::none ? std::nullopt : text_of(members_[exact]);
  return text ? text : lookup::find_last(*this, name);
}

void Attributes::get_all(std::string_view name, TextVisitor visit) const {
  lookup::visit_values(*this, name, visit);
}

void Attributes::keys(const PropagatorChain& chain, TextVisitor visit) const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const std::string_view name = members_[i].name;
    if (chain.owns_by_prefix(name) && !text_of(members_[i])) continue;
    if (!visit(name)) return;
  }
}

bool Attributes::has_field_of(const PropagatorChain& chain) const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (chain.owns(members_[i].name) && text_of(members_[i])) return true;
  }
  return false;
}

void Attributes::report_wrong_types(const PropagatorChain& chain, ExtractReport& report) const {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const std::string_view field = lookup::reported_name(chain, members_[i].name);
    if (field.empty() || members_[i].value.type == json::Type::null) continue;
    json::Value text;
    const ParseError error = read_attribute(members_[i], text);
    if (error) report.add(field, {error.code, 0});
  }
}

ParseError Attributes::read_attribute(const json::Member& attribute, json::Value& text) {
  constexpr ParseError wrong_type{ErrorCode::wrong_type, 0};
  if (attribute.value.type != json::Type::object) return wrong_type;
  json::Scanner scanner(attribute.value.text);
  json::Object members;
  if (!members.read(scanner)) return scanner.error();
  for (const AttributeNames& names : attribute_names) {
    const std::size_t type = members.index_of(names.type);
    if (type == json::Object::none) continue;
    const auto type_text = members.text_of(type);
    const json::Member* const value = members.find(names.text);
    const bool is_text = type_text && internal::is_text_type(*type_text) && value != nullptr &&
                         value->value.type == json::Type::string;
    if (!is_text) return wrong_type;
    text = value->value;
    return {};
  }
  return wrong_type;
}

std::optional<std::string_view> Attributes::text_of(json::Member& attribute) const {
  if (attribute.decoded.data() == nullptr) {
    json::Value text;
    if (read_attribute(attribute, text)) return std::nullopt;
    attribute.decoded = text.has_escapes ? decoded_.add(text.inside()) : text.inside();
  }
  return attribute.decoded;
}

// ---- Messages ----

/// The fields of a message, from its system attributes and its attributes.
class ReceivedMessage::Carrier {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;
  static constexpr bool prefers_exact_names = true;

  Carrier(const json::Object& system, const Attributes& attributes,
          const PropagatorChain& chain) noexcept
      : system_(&system), attributes_(&attributes), chain_(&chain) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const auto header = trace_header(name);
    return header ? header : attributes_->get(name);
  }
  void get_all(std::string_view name, TextVisitor visit) const {
    if (const auto header = trace_header(name)) {
      visit(*header);
    } else {
      attributes_->get_all(name, visit);
    }
  }
  void keys(TextVisitor visit) const {
    if (!trace_header(xray_field) || visit(xray_field)) attributes_->keys(*chain_, visit);
  }

 private:
  [[nodiscard]] std::optional<std::string_view> trace_header(std::string_view name) const {
    if (lookup::compare(name, xray_field) == lookup::Match::none) return std::nullopt;
    return system_->text_of(xray_attribute);
  }

  const json::Object* system_;
  const Attributes* attributes_;
  const PropagatorChain* chain_;
};

bool ReceivedMessage::read(json::Scanner& scanner) {
  json::Object sns;
  const auto read_fields = [&](std::string_view name, json::Value& value) {
    if (is_attributes(name) && !attributes_) return attributes_.read(scanner, value);
    if (is_system(name) && !system_) return system_.read_or_null(scanner, value);
    return scanner.read(value);
  };
  const auto read_value = [&](std::string_view name, json::Value& value) {
    return name == record_sns_member ? sns.read_or_null(scanner, value, read_fields)
                                     : read_fields(name, value);
  };
  return members_.read(scanner, read_value) &&
         (is_message() || scanner.fail(ErrorCode::missing_field, members_.inside() - 1));
}

bool ReceivedMessage::is_message() const {
  // `body` and `attributes` are names that others also use: Kombu, API Gateway, Pub/Sub.
  for (const std::string_view name : {attributes_member, received_system_member, body_member,
                                      record_attributes_member, record_sns_member}) {
    if (members_.find(name) != nullptr) return true;
  }
  return members_.text_of(record_source_member) == queue_source || is_notification(members_);
}

Context ReceivedMessage::extract(const ExtractOptions& options) {
  const PropagatorChain& chain = options.chain;
  ExtractReport* const report = options.report;
  const Attributes& attributes = read_notification(chain) ? notification_ : attributes_;
  if (report != nullptr) {
    json::ObjectReader(system_).visit_wrong_types([&](std::string_view name) {
      if (name == xray_attribute) lookup::report_wrong_type(xray_field, chain, *report);
    });
    attributes_.report_wrong_types(chain, *report);
    if (&attributes == &notification_) notification_.report_wrong_types(chain, *report);
  }
  return options.extract(Carrier(system_, attributes, chain));
}

bool ReceivedMessage::read_notification(const PropagatorChain& chain) {
  const json::Member* body = members_.find(body_member);
  if (body == nullptr) body = members_.find(record_body_member);
  if (body == nullptr || body->value.type != json::Type::string) return false;
  std::string_view text = body->value.inside();
  // This rules out most bodies, without an allocation.
  if (!text.starts_with('{') || text.find(attributes_member) == std::string_view::npos) {
    return false;
  }
  if (attributes_.has_field_of(chain)) return false;
  if (body->value.has_escapes) {
    json::append_decoded(text, notification_text_);
    text = notification_text_;
  }
  json::Scanner scanner(text);
  json::Object members;
  const auto read_value = [&](std::string_view name, json::Value& value) {
    return name == attributes_member ? notification_.read(scanner, value) : scanner.read(value);
  };
  return members.read(scanner, read_value) && scanner.finish() && is_notification(members);
}

}  // namespace baton::sqs
