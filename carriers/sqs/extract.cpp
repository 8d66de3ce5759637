#include <forward_list>
#include <optional>

#include "baton/carriers/sqs.hpp"
#include "carrier.hpp"
#include "names.hpp"
#include "strings.hpp"

namespace baton::sqs {
namespace {

/// One message that has arrived.
class Message {
 public:
  bool read(json::Scanner& scanner) {
    return members_.read(scanner, [&](std::string_view name, json::Value& value) {
      if (name == attributes_member) return attributes_.read_or_null(scanner, value);
      if (name == received_system_member) return system_.read_or_null(scanner, value);
      return scanner.read(value);
    });
  }

  [[nodiscard]] Context extract(const PropagatorChain& chain, ExtractReport* report) const {
    if (report != nullptr) report_types(chain, *report);
    return chain.extract(*this, report);
  }

  // The carrier.

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    if (name == xray_field) {
      if (const auto header = json::ObjectReader(system_).get(xray_attribute)) return header;
    }
    std::optional<std::string_view> text;
    if (const json::Member* const attribute = attributes_.find(name)) {
      if (attribute->value.type == json::Type::object) read_attribute(*attribute, &text);
    }
    return text;
  }
  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    if (const auto value = get(name)) visit(*value);
  }
  template <class Visitor>
  void keys(Visitor&& visit) const {
    if (system_.find(xray_attribute) != nullptr && !visit(xray_field)) return;
    for (std::size_t i = 0; i < attributes_.size(); ++i) {
      if (!visit(attributes_[i].name)) return;
    }
  }

 private:
  /// Reads the text of an attribute. It was read before, but for names that come twice in it.
  ParseError read_attribute(const json::Member& attribute,
                            std::optional<std::string_view>* text) const {
    json::Scanner scanner(attribute.value.text);
    json::Object members;
    if (!members.read(scanner)) return scanner.error();
    const json::ObjectReader reader(members);
    const auto type = reader.get("DataType");
    const json::Member* const value = members.find("StringValue");
    const bool is_text = type && (*type == "String" || type->starts_with("String.")) &&
                         value != nullptr && value->value.type == json::Type::string;
    if (!is_text) return {ErrorCode::wrong_type, 0};
    if (text != nullptr) *text = lasting(value->value);
    return {};
  }

  /// The text of a string, for as long as the message lives.
  [[nodiscard]] std::string_view lasting(const json::Value& value) const {
    if (!value.has_escapes) return value.inside();
    json::append_decoded(value.inside(), decoded_.emplace_front());
    return decoded_.front();
  }

  void report_types(const PropagatorChain& chain, ExtractReport& report) const {
    const json::Member* const header = system_.find(xray_attribute);
    if (header != nullptr && header->value.type != json::Type::string &&
        header->value.type != json::Type::null) {
      const std::string_view field = json::reported_name(chain, xray_field);
      if (!field.empty()) report.add(field, {ErrorCode::wrong_type, 0});
    }
    for (std::size_t i = 0; i < attributes_.size(); ++i) {
      const json::Member& attribute = attributes_[i];
      const std::string_view field = json::reported_name(chain, attribute.name);
      if (field.empty() || attribute.value.type == json::Type::null) continue;
      const ParseError error = attribute.value.type == json::Type::object
                                   ? read_attribute(attribute, nullptr)
                                   : ParseError(ErrorCode::wrong_type, 0);
      if (error != ParseError()) report.add(field, {error.code, 0});
    }
  }

  json::Object members_;
  json::Object attributes_;
  json::Object system_;
  mutable std::forward_list<std::string> decoded_;
};

}  // namespace

expected<std::vector<Context>> extract(std::string_view response, const PropagatorChain& chain,
                                       ExtractReport* report) {
  std::vector<Context> contexts;
  json::Scanner scanner(response);
  json::Object members;
  const auto read_value = [&](std::string_view name, json::Value& value) {
    if (name != "Messages" || scanner.peek() == 'n') return scanner.read(value);
    if (!scanner.enter_array()) return false;
    while (scanner.next_element()) {
      Message message;
      if (!message.read(scanner)) return false;
      contexts.push_back(message.extract(chain, report));
    }
    return !scanner.failed();
  };
  if (!members.read(scanner, read_value) || !scanner.finish()) {
    return tl::unexpected(scanner.error());
  }
  return contexts;
}

expected<Context> extract_message(std::string_view text, const PropagatorChain& chain,
                                  ExtractReport* report) {
  json::Scanner scanner(text);
  Message message;
  if (!message.read(scanner) || !scanner.finish()) return tl::unexpected(scanner.error());
  return message.extract(chain, report);
}

}  // namespace baton::sqs
