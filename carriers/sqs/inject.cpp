// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "baton/carriers/sqs.hpp"
#include "carriers/sqs/names.hpp"
#include "core/lookup.hpp"
#include "json/edits.hpp"

namespace baton::sqs {
namespace {

/// One message to send: an entry of a batch, or all of a request.
class OutgoingMessage {
 public:
  explicit OutgoingMessage(json::Splice& splice) noexcept
      : edits_(members_, splice),
        attribute_edits_(attributes_, splice),
        system_edits_(system_, splice) {}

  /// Reads the message; `read_other` reads the members that this class does not use.
  template <class ReadOther>
  bool read(json::Scanner& scanner, ReadOther&& read_other) {
    return members_.read(scanner, [&](std::string_view name, json::Value& value) {
      if (name == attributes_member) return attributes_.read_or_null(scanner, value);
      if (name == sent_system_member) return system_.read_or_null(scanner, value);
      return read_other(name, value);
    });
  }

  // The carrier.

  void set(std::string_view name, std::string_view value) {
    lookup::with_lowercase(name, [&](std::string_view key) { set_lowercase(key, value); });
  }
  void erase(std::string_view name) {
    lookup::with_lowercase(name, [&](std::string_view key) {
      attribute_edits_.erase(key);
      if (key == xray_field) system_edits_.erase(xray_attribute);
    });
  }

  /// Removes the fields of the chain that were not written: families of an older context.
  void erase_others_of(const PropagatorChain& chain) {
    attribute_edits_.erase_if([&](std::string_view name) { return chain.owns(name); });
  }

  /// Removes fields for which there is no room.
  void make_fit(const PropagatorChain& chain, std::size_t entry, std::vector<LeftOut>& left_out) {
    const std::size_t others = attribute_edits_.untouched();
    const std::size_t room = max_attributes - std::min(others, max_attributes);
    std::size_t count = 0;
    attribute_edits_.filter([&](std::string_view) { return ++count != 0; });
    if (count <= room && refused_.empty()) return;
    std::vector<internal::Candidate> chosen;
    chosen.reserve(refused_.size() + count);
    for (const std::string& name : refused_) chosen.push_back({name, false});
    attribute_edits_.filter([&](std::string_view name) {
      chosen.push_back({name, true});
      return true;
    });
    internal::choose(chosen, chain, room);
    for (const auto& [name, is_taken] : chosen) {
      if (!is_taken) left_out.push_back({entry, std::string(name), others});
    }
    std::size_t next = refused_.size();
    attribute_edits_.filter([&](std::string_view) { return chosen[next++].is_taken; });
  }

  void write() {
    edits_.nest(attributes_member, attribute_edits_);
    edits_.nest(sent_system_member, system_edits_);
    edits_.write();
  }

 private:
  void set_lowercase(std::string_view name, std::string_view value) {
    constexpr std::string_view before = R"({"DataType":"String","StringValue":)";
    if (name == xray_field) {
      attribute_edits_.erase(name);
      system_edits_.set(xray_attribute, value, before, "}");
    } else if (is_attribute_name(name) && is_attribute_value(value)) {
      attribute_edits_.set(name, value, before, "}");
      std::erase(refused_, name);
    } else {
      attribute_edits_.erase(name);
      refused_.emplace_back(name);
    }
  }

  json::Object members_;
  json::Object attributes_;
  json::Object system_;
  json::Edits edits_;
  json::Edits attribute_edits_;
  json::Edits system_edits_;
  std::vector<std::string> refused_;
};

class Injection {
 public:
  Injection(ContextOfEntry context_of, const InjectOptions& options)
      : context_of_(context_of), options_(&options) {}

  expected<std::vector<LeftOut>> run(std::string& request) {
    json::Scanner scanner(request);
    OutgoingMessage single(splice_);
    bool is_batch = false;
    const auto read_other = [&](std::string_view name, json::Value& value) {
      if (name != "Entries" || scanner.peek() == 'n') return scanner.read(value);
      is_batch = true;
      return read_entries(scanner);
    };
    if (!single.read(scanner, read_other) || !scanner.finish()) {
      return tl::unexpected(scanner.error());
    }
    if (!is_batch) inject(single, 0);
    splice_.apply(request);
    return std::move(left_out_);
  }

 private:
  bool read_entries(json::Scanner& scanner) {
    scanner.enter_array();
    for (std::size_t entry = 0; scanner.next_element(); ++entry) {  // none after an error
      OutgoingMessage message(splice_);
      const auto read_other = [&](std::string_view, json::Value& value) {
        return scanner.read(value);
      };
      if (message.read(scanner, read_other)) inject(message, entry);
    }
    return !scanner.failed();
  }

  void inject(OutgoingMessage& message, std::size_t entry) {
    const PropagatorChain& chain = options_->chain;
    chain.inject(context_of_(entry), message, options_->destination);
    message.erase_others_of(chain);
    message.make_fit(chain, entry, left_out_);
    message.write();
  }

  ContextOfEntry context_of_;
  const InjectOptions* options_;
  json::Splice splice_;
  std::vector<LeftOut> left_out_;
};

}  // namespace

expected<std::vector<LeftOut>> inject(std::string& request, const Context& context,
                                      const InjectOptions& options) {
  const auto same = [given = &context](std::size_t) -> const Context& { return *given; };
  return inject_each(request, same, options);
}

expected<std::vector<LeftOut>> inject_each(std::string& request, ContextOfEntry context_of,
                                           const InjectOptions& options) {
  return Injection(context_of, options).run(request);
}

}  // namespace baton::sqs
