// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "baton/detail/shared_text.hpp"
#include "baton/function_ref.hpp"
#include "baton/parse_error.hpp"

namespace baton {

class Baggage;

namespace detail {
class BaggageJoiner;
class BaggageParser;
const SharedText& shared_text_of(const Baggage& value) noexcept;
SharedText& shared_text_of(Baggage& value) noexcept;
}  // namespace detail

/// The limits of baggage, over all instances of the field together. Beyond a limit, whole members
/// are dropped, and the members before it are kept.
struct BaggageLimits {
  /// The limit of valid members, and of invalid ones. Reading stops at the first member over
  /// either.
  std::size_t max_members = 180;
  /// Bytes as they arrive, white space and joining commas included. At most 2^30 are ever read.
  std::size_t max_bytes = 8192;
};

/// One property of a member: `key` or `key=value`. Views into its baggage.
class BaggageProperty {
 public:
  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  /// As on the wire; none for a property that is only a key.
  [[nodiscard]] std::optional<std::string_view> raw_value() const noexcept { return raw_value_; }
  /// Percent-decoded; bytes that are not UTF-8 become U+FFFD.
  [[nodiscard]] std::optional<std::string> value() const;

 private:
  friend class BaggageMember;
  std::string_view key_;
  std::optional<std::string_view> raw_value_;
};

/// One member: `key=value;property;property`. Views into its baggage.
class BaggageMember {
 public:
  class PropertyIterator;
  class Properties;

  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  /// As on the wire, percent-encoded.
  [[nodiscard]] std::string_view raw_value() const noexcept { return raw_value_; }
  /// Percent-decoded; bytes that are not UTF-8 become U+FFFD.
  [[nodiscard]] std::string value() const;
  /// In order.
  [[nodiscard]] Properties properties() const noexcept;

 private:
  friend class Baggage;
  friend class detail::BaggageJoiner;
  explicit BaggageMember(std::string_view text) noexcept;
  BaggageMember() noexcept = default;
  static BaggageProperty read_property(std::string_view& rest) noexcept;

  std::string_view key_;
  std::string_view raw_value_;
  std::string_view properties_;  // what follows the first ";", or nothing
};

class BaggageMember::PropertyIterator {
 public:
  using iterator_category = std::input_iterator_tag;  // `operator*` returns a value
  using iterator_concept = std::forward_iterator_tag;
  using value_type = BaggageProperty;
  using difference_type = std::ptrdiff_t;
  using pointer = const BaggageProperty*;
  using reference = BaggageProperty;

  PropertyIterator() noexcept = default;
  reference operator*() const noexcept { return property_; }
  pointer operator->() const noexcept { return &property_; }
  PropertyIterator& operator++() noexcept {
    property_ = read_property(rest_);
    return *this;
  }
  PropertyIterator operator++(int) noexcept {
    PropertyIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const PropertyIterator& a, const PropertyIterator& b) noexcept {
    return a.property_.key().data() == b.property_.key().data();
  }

 private:
  friend class Properties;
  explicit PropertyIterator(std::string_view text) noexcept : rest_(text) { ++*this; }

  std::string_view rest_;
  BaggageProperty property_;
};

class BaggageMember::Properties {
 public:
  [[nodiscard]] PropertyIterator begin() const noexcept { return PropertyIterator(text_); }
  [[nodiscard]] PropertyIterator end() const noexcept { return {}; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

 private:
  friend class BaggageMember;
  explicit Properties(std::string_view text) noexcept : text_(text) {}
  std::string_view text_;
};

/// The `baggage` field: the application's own data that travels with a request.
///
///     baton::Baggage baggage = baton::Baggage::parse("userId=Am%C3%A9lie,isProduction=false");
///     baggage.get("userId");                         // "Amélie"
///     auto more = baggage.set("serverNode", "DF 28");  // …,serverNode=DF%2028
///
///     baggage-string = list-member 0*179( OWS "," OWS list-member )
///     list-member    = key OWS "=" OWS value *( OWS ";" OWS property )
///     property       = key OWS [ "=" OWS value ]
///     key            = token            ; RFC 7230 §3.2.6, never decoded
///     value          = *baggage-octet   ; percent-encoded UTF-8
///
/// W3C Baggage, §3. Forwarded members keep their bytes; values are decoded when they are read. If a
/// key is repeated, its value is the last one, at the place of the first.
/// Immutable; a copy costs one reference count, and any thread may read or copy it. The views that
/// it returns are valid as long as a copy of it exists.
class Baggage {
 public:
  static constexpr std::string_view field = "baggage";

  class const_iterator;

  Baggage() noexcept = default;

  /// Reads one field. Drops invalid members, and keeps the others. `on_error` (if any) is called
  /// for each error: `bad_key`, `missing_equals`, `bad_value`, `bad_property`, `too_many_members`,
  /// `too_many_bytes`, `out_of_memory`. Ignores empty members.
  [[nodiscard]] static Baggage parse(std::string_view value, const BaggageLimits& limits = {},
                                     FunctionRef<void(ParseError)> on_error = {});

  [[nodiscard]] std::optional<BaggageMember> find(std::string_view key) const noexcept;
  /// The member's value, percent-decoded.
  [[nodiscard]] std::optional<std::string> get(std::string_view key) const;

  /// A copy with the value at the key's place, or at the end. See BaggageBuilder::set, also for its
  /// errors. Throws std::bad_alloc.
  [[nodiscard]] expected<Baggage> set(std::string_view key, std::string_view value,
                                      const BaggageLimits& limits = {}) const;

  /// A copy without the key; the same baggage if the key is absent. Empty if there is no memory for
  /// the other members. Throws std::bad_alloc.
  [[nodiscard]] Baggage erase(std::string_view key) const;

  [[nodiscard]] bool empty() const noexcept { return text_.view().empty(); }
  /// The number of different keys. Linear.
  [[nodiscard]] std::size_t size() const noexcept;

  [[nodiscard]] const_iterator begin() const noexcept;
  [[nodiscard]] const_iterator end() const noexcept;

  /// The field's value. If it is empty, send no field.
  [[nodiscard]] std::string_view header() const noexcept { return text_.view(); }

  /// As many of the first members as the limits allow, as the field's value. If a key is repeated,
  /// the member that `get` reads may be cut off, and an earlier one not.
  [[nodiscard]] std::string_view header(const BaggageLimits& limits) const noexcept;

  friend bool operator==(const Baggage& a, const Baggage& b) noexcept {
    return a.header() == b.header();
  }

 private:
  friend class detail::BaggageParser;
  friend const detail::SharedText& detail::shared_text_of(const Baggage& value) noexcept;
  friend detail::SharedText& detail::shared_text_of(Baggage& value) noexcept;
  explicit Baggage(detail::SharedText text) noexcept : text_(std::move(text)) {}

  detail::SharedText text_;  // valid members joined by one comma; white space only inside members
};

/// Iterates over the different keys, in the order of their first occurrence. Linear. Allocates only
/// for baggage that repeats keys or has more than 256 members; if there is no memory, a repeated
/// key appears repeatedly: see `may_repeat_keys`.
class Baggage::const_iterator {
 public:
  using iterator_category = std::input_iterator_tag;  // `operator*` returns a value
  using iterator_concept = std::forward_iterator_tag;
  using value_type = BaggageMember;
  using difference_type = std::ptrdiff_t;
  using pointer = const BaggageMember*;
  using reference = BaggageMember;

  const_iterator() noexcept = default;
  // No moves: an iterator that was moved from would lose its order, but keep its place in it.
  const_iterator(const const_iterator&) noexcept = default;
  const_iterator& operator=(const const_iterator&) noexcept = default;
  ~const_iterator() = default;

  reference operator*() const noexcept { return member_; }
  pointer operator->() const noexcept { return &member_; }
  const_iterator& operator++() noexcept;
  const_iterator operator++(int) noexcept {
    const const_iterator before = *this;
    ++*this;
    return before;
  }
  /// Whether there was no memory to find each key's last value: a repeated key then appears with
  /// each of its values, of which the last one counts.
  [[nodiscard]] bool may_repeat_keys() const noexcept { return may_repeat_keys_; }
  friend bool operator==(const const_iterator& a, const const_iterator& b) noexcept {
    return a.member_.key().data() == b.member_.key().data();
  }

 private:
  friend class Baggage;
  explicit const_iterator(std::string_view text) noexcept;

  std::string_view text_;
  std::size_t next_ = 0;      // a place in `text_` or, if there is an order, a number in it
  detail::SharedText order_;  // if keys repeat: where the last member of each key begins
  BaggageMember member_;
  bool may_repeat_keys_ = false;
};

inline Baggage::const_iterator Baggage::begin() const noexcept {
  return const_iterator(text_.view());
}
inline Baggage::const_iterator Baggage::end() const noexcept { return {}; }

/// Makes baggage with several changes.
///
///     baton::BaggageBuilder builder(context.baggage());
///     if (!builder.set("tenant", tenant)) log("too much baggage");
///     if (!builder.set("plan", "gold", {{"ttl", "60"}, {"internal", std::nullopt}})) …
///     context.set_baggage(builder.build());
///
/// The average cost of a change is the size of its member. Baggage has at most 2^30 bytes, whatever
/// the limits are. Two threads must not use a builder at the same time. A builder that was moved
/// from is empty and has the default limits.
class BaggageBuilder {
 public:
  struct Property {
    std::string_view key;
    std::optional<std::string_view> value;
  };

  /// Throws std::bad_alloc. If there is no memory for an index of more than 256 keys, nothing can
  /// be set or erased, and `build` returns empty baggage.
  explicit BaggageBuilder(const Baggage& base = {}, const BaggageLimits& limits = {});
  BaggageBuilder(BaggageBuilder&&) noexcept;
  BaggageBuilder& operator=(BaggageBuilder&&) noexcept;
  ~BaggageBuilder();

  /// Sets the value at the place of the key's first member, or at the end, and removes other
  /// members of the key. Values may be any bytes: those that the wire does not allow are
  /// percent-encoded. Errors, which change nothing: `bad_key` (offset in `key`), `bad_property`
  /// (offset in the property's key), `too_many_members`, `too_many_bytes`, `out_of_memory`. Throws
  /// std::bad_alloc; the change may then be made or not, and the builder can still be used.
  [[nodiscard]] expected<void> set(std::string_view key, std::string_view value,
                                   std::span<const Property> properties);
  [[nodiscard]] expected<void> set(std::string_view key, std::string_view value,
                                   std::initializer_list<Property> properties = {}) {
    return set(key, value, std::span(properties.begin(), properties.size()));
  }

  /// Removes all members of the key. Returns false if there was none. Throws std::bad_alloc after
  /// it has removed them.
  bool erase(std::string_view key);

  /// The baggage as set so far; empty if there is no memory for it. Throws std::bad_alloc.
  [[nodiscard]] Baggage build() const;

 private:
  class Members;
  void drop_waste();

  std::unique_ptr<Members> members_;  // none: it was moved from
};

inline const detail::SharedText& detail::shared_text_of(const Baggage& value) noexcept {
  return value.text_;
}
inline detail::SharedText& detail::shared_text_of(Baggage& value) noexcept { return value.text_; }

}  // namespace baton
