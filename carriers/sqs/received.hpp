// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "baton/options.hpp"
#include "json/decoded_texts.hpp"
#include "json/object.hpp"

namespace baton::sqs {

/// A carrier of the attributes, of a message or of the notification in it, that have a text.
class Attributes {
 public:
  /// Reads an object or null.
  bool read(json::Scanner& scanner, json::Value& value) {
    return members_.read_or_null(scanner, value);
  }
  /// Whether an object was read.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(members_); }

  [[nodiscard]] bool has_field_of(const PropagatorChain& chain) const;
  void report_wrong_types(const PropagatorChain& chain, ExtractReport& report) const;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
  void get_all(std::string_view name, TextVisitor visit) const;
  /// Leaves out those of the chain's families that have no text: a family is read by its names. Of
  /// others, it also shows those without a text: to exclude them, it would have to read each.
  void keys(const PropagatorChain& chain, TextVisitor visit) const;

  // The list of `lookup`.

  class MaybeText {
   public:
    MaybeText(const Attributes& attributes, json::Member& member) noexcept
        : attributes_(&attributes), member_(&member) {}
    explicit operator bool() const { return read().has_value(); }
    std::string_view operator*() const { return read().value_or(std::string_view()); }
    operator std::optional<std::string_view>() const { return read(); }

   private:
    const std::optional<std::string_view>& read() const {
      if (!is_read_) text_ = attributes_->text_of(*member_);
      is_read_ = true;
      return text_;
    }

    const Attributes* attributes_;
    json::Member* member_;
    mutable std::optional<std::string_view> text_;
    mutable bool is_read_ = false;
  };
  struct Header {
    std::string_view name;
    MaybeText value;
  };
  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] Header at(std::size_t i) const noexcept {
    return {members_[i].name, {*this, members_[i]}};
  }

 private:
  /// Finds the text of an attribute, which was checked before, except for repeated names.
  static ParseError read_attribute(const json::Member& attribute, json::Value& text);
  /// Reads it only once.
  [[nodiscard]] std::optional<std::string_view> text_of(json::Member& attribute) const;

  mutable json::Object members_;
  mutable json::DecodedTexts decoded_;
};

/// One received message: from ReceiveMessage, a record of a Lambda event, from SQS or from SNS, or
/// a notification of SNS by itself.
class ReceivedMessage {
 public:
  /// Error: `missing_field` at the `{` of an object that is none of these.
  bool read(json::Scanner& scanner);

  [[nodiscard]] Context extract(const ExtractOptions& options);

 private:
  class Carrier;

  [[nodiscard]] bool is_message() const;
  /// Reads the notification of SNS that the body may be. False if it is none, or does not count
  /// because the message has its own fields.
  bool read_notification(const PropagatorChain& chain);

  json::Object members_;
  Attributes attributes_;
  json::Object system_;
  Attributes notification_;
  std::string notification_text_;  // decoded
};

}  // namespace baton::sqs
