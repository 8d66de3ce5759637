// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "baton/baggage.hpp"
#include "core/key_index.hpp"
#include "core/stored_baggage.hpp"
#include "text/chars.hpp"
#include "text/percent.hpp"

namespace baton {
namespace {

using detail::count_members;
using detail::fail;
using detail::is_token;
using detail::KeyIndex;
using detail::member_at;

/// `key=value;property;property`, percent-encoded as needed.
expected<std::string> write_member(std::string_view key, std::string_view value,
                                   std::span<const BaggageBuilder::Property> properties) {
  if (!is_token(key)) return fail(ErrorCode::bad_key, detail::token_chars.find_outside(key));
  std::string member(key);
  member += '=';
  detail::append_percent_encoded(value, member);
  for (const BaggageBuilder::Property& property : properties) {
    if (!is_token(property.key)) {
      return fail(ErrorCode::bad_property, detail::token_chars.find_outside(property.key));
    }
    member += ';';
    member += property.key;
    if (!property.value) continue;
    member += '=';
    detail::append_percent_encoded(*property.value, member);
  }
  return member;
}

void append_member(std::string& text, std::string_view member) {
  if (!text.empty()) text += ',';
  text += member;
}

/// The size of a list: its bytes, commas included, and its members.
struct Extent {
  std::size_t bytes = 0;
  std::size_t members = 0;

  void add(std::size_t member_size) noexcept {
    bytes += member_size + (members == 0 ? 0 : 1);
    ++members;
  }
  void remove(std::size_t member_size) noexcept {
    --members;
    bytes -= member_size + (members == 0 ? 0 : 1);
  }
};

/// A list that is already over a limit may change, but not grow.
ParseError check_growth(const Extent& from, const Extent& to,
                        const BaggageLimits& limits) noexcept {
  if (to.bytes > std::max(std::min(limits.max_bytes, detail::max_stored_bytes), from.bytes)) {
    return {ErrorCode::too_many_bytes, 0};
  }
  if (to.members > std::max(limits.max_members, from.members)) {
    return {ErrorCode::too_many_members, 0};
  }
  return {};
}

/// `text` with `member` at the place of the key's first one, or at the end, and without the key's
/// other members; an empty member removes the key.
std::string with_member(std::string_view text, std::string_view key, std::string_view member) {
  std::string changed;
  changed.reserve(text.size() + 1 + member.size());
  for (std::size_t begin = 0; begin < text.size();) {
    const std::string_view old = member_at(text, begin);
    begin += old.size() + 1;
    if (!detail::has_key(old, key)) {
      append_member(changed, old);
    } else if (const auto first = std::exchange(member, {}); !first.empty()) {
      append_member(changed, first);
    }
  }
  if (!member.empty()) append_member(changed, member);
  return changed;
}

}  // namespace

expected<Baggage> Baggage::set(std::string_view key, std::string_view value,
                               const BaggageLimits& limits) const {
  const auto member = write_member(key, value, {});
  if (!member) return tl::unexpected(member.error());
  const std::string_view old = header();
  const std::string text = with_member(old, key, *member);
  const ParseError error =
      check_growth({old.size(), count_members(old)}, {text.size(), count_members(text)}, limits);
  if (error) return tl::unexpected(error);
  Baggage baggage = detail::baggage_of(text);
  if (baggage.empty()) return fail(ErrorCode::out_of_memory, 0);
  return baggage;
}

Baggage Baggage::erase(std::string_view key) const {
  if (!find(key)) return *this;
  return detail::baggage_of(with_member(header(), key, {}));
}

/// The members as pieces of one text; each change appends to it.
class BaggageBuilder::Members {
 public:
  Members(std::string_view text, const BaggageLimits& limits) : text_(text), limits_(limits) {
    pieces_.reserve(count_members(text));
    for (std::size_t begin = 0; begin < text_.size() && !failed_;) {
      const std::string_view member = member_at(text_, begin);
      failed_ = !add_piece(begin, member.size(), detail::key_of(member).size());
      begin += member.size() + 1;
    }
  }

  [[nodiscard]] const BaggageLimits& limits() const noexcept { return limits_; }

  /// Whether there was no memory for all of `text`.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

  ParseError set(std::string_view key, std::string_view member) {
    if (failed_) return {ErrorCode::out_of_memory, 0};
    const std::uint32_t number = keys_.find(text_, key);
    Extent extent = without(number);
    extent.add(member.size());
    if (const ParseError error = check_growth(extent_, extent, limits_)) return error;
    const std::size_t begin = text_.size();
    text_ += member;
    if (number == KeyIndex::none) {
      if (add_piece(begin, member.size(), key.size())) return {};
      return {ErrorCode::out_of_memory, 0};
    }
    clear(number);
    pieces_[twins_[number].first] = {static_cast<std::uint32_t>(begin),
                                     static_cast<std::uint32_t>(member.size()), KeyIndex::none};
    extent_ = extent;
    return {};
  }

  bool erase(std::string_view key) {
    if (failed_) return false;
    const std::uint32_t number = keys_.find(text_, key);
    if (number == KeyIndex::none) return false;
    extent_ = without(number);
    clear(number);
    keys_.forget(number);
    return true;
  }

  /// Whether most of the text is no longer needed.
  [[nodiscard]] bool is_wasteful() const noexcept {
    return text_.size() > 2 * extent_.bytes + 1024 || pieces_.size() > 2 * extent_.members + 64;
  }

  [[nodiscard]] std::string join() const {
    std::string text;
    text.reserve(extent_.bytes);
    for (const Piece& piece : pieces_) {
      if (piece.size != 0)
        append_member(text, std::string_view(text_).substr(piece.begin, piece.size));
    }
    return text;
  }

 private:
  struct Piece {
    std::uint32_t begin;
    std::uint32_t size;  // zero if it was removed
    std::uint32_t next_twin;
  };
  struct Twins {  // the pieces of one key
    std::uint32_t first;
    std::uint32_t last;  // as long as the base is read: later, no piece becomes a twin
  };

  /// What may throw comes first: a key has a piece as soon as it is in the index.
  bool add_piece(std::size_t begin, std::size_t size, std::size_t key_size) {
    make_room(pieces_);
    make_room(twins_);
    const std::string_view text = text_;
    const auto [number, is_new] = keys_.insert(text, text.substr(begin, key_size));
    if (number == KeyIndex::none) return false;
    const auto piece = static_cast<std::uint32_t>(pieces_.size());
    if (is_new) {
      twins_.push_back({piece, piece});
    } else {
      pieces_[std::exchange(twins_[number].last, piece)].next_twin = piece;
    }
    pieces_.push_back(
        {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(size), KeyIndex::none});
    extent_.add(size);
    return true;
  }

  template <class T>
  static void make_room(std::vector<T>& all) {
    if (all.size() == all.capacity()) all.reserve(2 * all.size() + 1);
  }

  template <class Visitor>
  void for_each_twin(std::uint32_t number, Visitor visit) {
    if (number == KeyIndex::none) return;
    for (std::uint32_t i = twins_[number].first; i != KeyIndex::none; i = pieces_[i].next_twin) {
      visit(pieces_[i]);
    }
  }

  [[nodiscard]] Extent without(std::uint32_t number) {
    Extent extent = extent_;
    for_each_twin(number, [&extent](const Piece& piece) { extent.remove(piece.size); });
    return extent;
  }

  void clear(std::uint32_t number) {
    for_each_twin(number, [](Piece& piece) { piece.size = 0; });
  }

  std::string text_;
  BaggageLimits limits_;
  std::vector<Piece> pieces_;
  std::vector<Twins> twins_;  // by the number of the key
  Extent extent_;
  KeyIndex keys_;
  bool failed_ = false;
};

BaggageBuilder::BaggageBuilder(const Baggage& base, const BaggageLimits& limits)
    : members_(std::make_unique<Members>(base.header(), limits)) {}

BaggageBuilder::BaggageBuilder(BaggageBuilder&&) noexcept = default;
BaggageBuilder& BaggageBuilder::operator=(BaggageBuilder&&) noexcept = default;
BaggageBuilder::~BaggageBuilder() = default;

expected<void> BaggageBuilder::set(std::string_view key, std::string_view value,
                                   std::span<const Property> properties) {
  const auto member = write_member(key, value, properties);
  if (!member) return tl::unexpected(member.error());
  if (members_ == nullptr) *this = BaggageBuilder();
  if (const ParseError error = members_->set(key, *member)) return tl::unexpected(error);
  drop_waste();
  return {};
}

bool BaggageBuilder::erase(std::string_view key) {
  if (members_ == nullptr || !members_->erase(key)) return false;
  drop_waste();
  return true;
}

void BaggageBuilder::drop_waste() {
  if (!members_->is_wasteful()) return;
  auto fewer = std::make_unique<Members>(members_->join(), members_->limits());
  if (!fewer->failed()) members_ = std::move(fewer);
}

Baggage BaggageBuilder::build() const {
  if (members_ == nullptr || members_->failed()) return {};
  return detail::baggage_of(members_->join());
}

}  // namespace baton
