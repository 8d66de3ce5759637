#pragma once

#include <optional>
#include <string_view>

#include "baton/chain.hpp"
#include "edits.hpp"
#include "object.hpp"

namespace baton::json {

/// Reads the members of an object that are strings. Names are matched exactly; any other value
/// counts as absent.
class ObjectReader {
 public:
  explicit ObjectReader(const Object& object) noexcept : object_(&object) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const std::size_t index = object_->index_of(name);
    return index == Object::none ? std::nullopt : object_->text_of(index);
  }
  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    if (const auto value = get(name)) visit(*value);
  }
  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (std::size_t i = 0; i < object_->size(); ++i) {
      const Member& member = (*object_)[i];
      if (member.value.type == Type::string && !visit(member.name)) return;
    }
  }

 private:
  const Object* object_;
};

/// Notes what is to become of an object's members, all of them strings.
class ObjectWriter {
 public:
  explicit ObjectWriter(Edits& edits) noexcept : edits_(&edits) {}
  void set(std::string_view name, std::string_view value) { edits_->set(name, value); }
  void erase(std::string_view name) { edits_->erase(name); }

 private:
  Edits* edits_;
};

/// The name by which a chain's report may call a field that one of its readers reads, the prefix
/// for one of a family; empty where none does.
inline std::string_view reported_name(const PropagatorChain& chain, std::string_view name) {
  for (const PropagatorChain::Link& reader : chain.readers()) {
    for (const std::string_view field : reader->read_fields()) {
      if (field == name) return field;
    }
    for (const std::string_view prefix : reader->prefixes()) {
      if (name.starts_with(prefix)) return prefix;
    }
  }
  return {};
}

/// Reports the members that a chain would read if they were strings. Null is no value at all.
inline void report_wrong_types(const Object& object, const PropagatorChain& chain,
                               ExtractReport& report) {
  for (std::size_t i = 0; i < object.size(); ++i) {
    const Member& member = object[i];
    if (member.value.type == Type::string || member.value.type == Type::null) continue;
    const std::string_view name = reported_name(chain, member.name);
    if (!name.empty()) report.add(name, {ErrorCode::wrong_type, 0});
  }
}

}  // namespace baton::json
