// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>

#include "journal.hpp"

namespace relay {

/// A service's tracer: lets another one make the spans, and notes them in the journal.
class JournalTracer final : public baton::Tracer {
 public:
  JournalTracer(std::string_view service, Journal& journal, std::shared_ptr<Tracer> maker)
      : service_(service), journal_(journal), maker_(std::move(maker)) {}

  [[nodiscard]] Started start(const baton::SpanStart& start) noexcept override;
  void end(const Started& started, const baton::SpanEnd& end) noexcept override;

 private:
  std::string_view service_;
  Journal& journal_;
  std::shared_ptr<Tracer> maker_;
};

/// What the four services have in common: a name, and a tracer of their own.
class Service {
 public:
  Service(std::string_view name, Journal& journal, std::shared_ptr<baton::Tracer> maker)
      : name_(name), journal_(journal), tracer_(name, journal, std::move(maker)) {}

  [[nodiscard]] baton::Tracer* tracer() { return &tracer_; }

  /// Notes a message that is being handled, with the fields that its carrier has.
  template <class Carrier>
  void received(std::string_view transport, std::string_view order, const Carrier& carrier,
                const baton::ExtractReport& report) {
    add({.service = name_,
         .transport = transport,
         .order = std::string(order),
         .fields = fields_of(carrier),
         .context = baton::current()},
        report);
  }

 private:
  template <class Carrier>
  static Fields fields_of(const Carrier& carrier) {
    Fields fields;
    std::set<std::string, ChainOrder> names;
    carrier.keys([&](std::string_view name) {
      if (baton::global_chain().owns(name)) names.insert(lowercase(name));
      return true;
    });
    for (const std::string& name : names) {
      carrier.get_all(name, [&](std::string_view value) {
        fields.emplace_back(name, printable(value));
        return true;
      });
    }
    return fields;
  }

  /// The fields that the chain writes come first, in its order.
  struct ChainOrder {
    bool operator()(const std::string& a, const std::string& b) const;
  };
  static std::string lowercase(std::string_view name);
  static std::string printable(std::string_view value);
  void add(Hop hop, const baton::ExtractReport& report);

  std::string_view name_;
  Journal& journal_;
  JournalTracer tracer_;
};

}  // namespace relay
