// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/string_ref.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/carrier.hpp"
#include "baton/detail/ascii.hpp"

namespace baton::grpc {

/// Received metadata: views of memory that gRPC keeps as long as the call.
using ReceivedMetadata = std::multimap<::grpc::string_ref, ::grpc::string_ref>;
/// Metadata to send.
using SentMetadata = std::multimap<std::string, std::string>;

namespace internal {

[[nodiscard]] constexpr bool is_binary_key(std::string_view key) noexcept {
  return key.ends_with("-bin");
}

}  // namespace internal

/// Whether gRPC accepts it as a key: `1*( %x30-39 / %x61-7A / "_" / "-" / "." )`.
[[nodiscard]] constexpr bool is_key(std::string_view key) noexcept {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return detail::is_digit(c) || detail::is_lower_letter(c) || c == '_' || c == '-' || c == '.';
  });
}

/// Whether gRPC accepts it as the value of a key that does not end in "-bin": `*( %x20-7E )`. A
/// call with any other value fails in the client.
[[nodiscard]] constexpr bool is_text_value(std::string_view value) noexcept {
  return std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

/// The size of an entry for the limit of a peer, RFC 9113, §6.5.2: both lengths and 32 bytes.
/// Binary values are sent as base64.
[[nodiscard]] constexpr std::size_t entry_size(std::string_view key,
                                               std::string_view value) noexcept {
  const bool is_binary = internal::is_binary_key(key);
  return key.size() + (is_binary ? (value.size() + 2) / 3 * 4 : value.size()) + 32;
}

/// A carrier over gRPC's metadata: ReceivedMetadata, which is read-only, or SentMetadata. They must
/// outlive it.
///
///     baton::Context context =
///         baton::global_chain().extract(baton::grpc::MetadataCarrier(server.client_metadata()));
///
/// Keys are found in any case and written in lowercase. Several values of one key remain separate,
/// in the order of their arrival. Values of keys that end in "-bin" are raw bytes. Reading copies
/// nothing. `set` leaves one value of the key, `erase` none.
///
/// An entry that gRPC would refuse is not written, since it would fail the call: an invalid key or
/// value, or an entry with which the metadata would exceed `max_size`. Older values of that key are
/// removed in any case. Tabs in a text value become spaces, which are equivalent in every field.
template <class Metadata>
class MetadataCarrier {
 public:
  static constexpr bool names_without_case = true;
  static constexpr bool has_binary_fields = true;
  static constexpr bool writable = std::is_same_v<Metadata, SentMetadata>;

  explicit MetadataCarrier(Metadata& metadata) noexcept : metadata_(&metadata) {}
  MetadataCarrier(Metadata& metadata, std::size_t max_size) noexcept
    requires writable
      : metadata_(&metadata), max_size_(max_size) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> first;
    get_all(name, [&](std::string_view value) {
      first = value;
      return false;
    });
    return first;
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    std::string lowercase;
    name = to_lowercase(name, lowercase);
    for (auto entry = find(name); entry != metadata_->end(); ++entry) {
      if (view(entry->first) != name || !visit(view(entry->second))) return;
    }
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const auto& entry : *metadata_) {
      if (!visit(view(entry.first))) return;
    }
  }

  void set(std::string_view name, std::string_view value)
    requires writable
  {
    std::string lowercase;
    name = to_lowercase(name, lowercase);
    std::string mended;
    if (!internal::is_binary_key(name) && !is_text_value(value)) {
      mended = value;
      std::replace(mended.begin(), mended.end(), '\t', ' ');
      value = mended;
    }
    const bool is_legal = is_key(name) && (internal::is_binary_key(name) || is_text_value(value));
    if (!is_legal || !has_room(name, value)) {
      erase(name);
      return;
    }
    const auto first = find(name);
    if (first == metadata_->end() || first->first != name) {
      metadata_->emplace_hint(first, name, value);
      return;
    }
    first->second.assign(value);
    erase_from(std::next(first), first->first);
  }

  void erase(std::string_view name)
    requires writable
  {
    std::string lowercase;
    name = to_lowercase(name, lowercase);
    erase_from(find(name), name);
  }

 private:
  static std::string_view view(const std::string& text) noexcept { return text; }
  static std::string_view view(const ::grpc::string_ref& text) noexcept {
    return {text.data(), text.size()};
  }

  static std::string_view to_lowercase(std::string_view name, std::string& buffer) {
    if (detail::is_lowercase(name)) return name;
    buffer = name;
    for (char& c : buffer) c = detail::to_lower(c);
    return buffer;
  }

  /// The first entry of that name, or another entry if there is none.
  auto find(std::string_view name) const {
    if constexpr (std::is_same_v<std::remove_const_t<Metadata>, SentMetadata>) {
      // Its own lookup would make a string of each name, which may allocate.
      return std::lower_bound(
          metadata_->begin(), metadata_->end(), name,
          [](const auto& entry, std::string_view sought) { return entry.first < sought; });
    } else {
      return metadata_->lower_bound(::grpc::string_ref(name.data(), name.size()));
    }
  }

  template <class Iterator>
  void erase_from(Iterator entry, std::string_view name) {
    auto end = entry;
    while (end != metadata_->end() && end->first == name) ++end;
    metadata_->erase(entry, end);
  }

  bool has_room(std::string_view name, std::string_view value) const {
    if (max_size_ == no_limit) return true;
    std::size_t size = entry_size(name, value);
    for (const auto& [key, other] : *metadata_) {
      if (key != name) size += entry_size(key, other);
    }
    return size <= max_size_;
  }

  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

  Metadata* metadata_;
  std::size_t max_size_ = no_limit;
};

namespace internal {

/// gRPC copies each entry, and takes none back. If its memory runs out between two of them, no
/// decision must be without its ids: with the last name first, `x-b3-traceid` precedes
/// `x-b3-sampled`, and so in other formats.
inline void add(::grpc::ClientContext& client_context, const SentMetadata& metadata) {
  for (auto entry = metadata.rbegin(); entry != metadata.rend(); ++entry) {
    client_context.AddMetadata(entry->first, entry->second);
  }
}

}  // namespace internal

/// A carrier that writes the metadata of a call that is about to be made.
///
///     baton::grpc::ClientContextCarrier carrier(client_context);
///     chain.inject(context, carrier);
///
/// A ClientContext accepts metadata, but has no function that reads or removes it. So the carrier
/// keeps what is set, by the rules of MetadataCarrier, and its destructor adds that to the
/// ClientContext, which then owns a copy, whether a call is made or not. Use one carrier for each
/// ClientContext, and one ClientContext for each call. Metadata that was added by other means
/// remains: only an interceptor can replace it.
///
/// If an exception ends its scope, nothing is added. The destructor throws `std::bad_alloc` if gRPC
/// has no memory to copy an entry. Entries that were added before remain, so do not make a call
/// with that ClientContext.
class ClientContextCarrier {
 public:
  static constexpr bool has_binary_fields = true;

  explicit ClientContextCarrier(
      ::grpc::ClientContext& client_context,
      std::size_t max_size = std::numeric_limits<std::size_t>::max()) noexcept
      : client_context_(&client_context), max_size_(max_size) {}
  ~ClientContextCarrier() noexcept(false) {
    if (std::uncaught_exceptions() == exceptions_) internal::add(*client_context_, metadata_);
  }

  ClientContextCarrier(const ClientContextCarrier&) = delete;
  ClientContextCarrier& operator=(const ClientContextCarrier&) = delete;

  void set(std::string_view name, std::string_view value) {
    MetadataCarrier(metadata_, max_size_).set(name, value);
  }
  void erase(std::string_view name) { MetadataCarrier(metadata_).erase(name); }

 private:
  ::grpc::ClientContext* client_context_;
  std::size_t max_size_;
  int exceptions_ = std::uncaught_exceptions();
  SentMetadata metadata_;
};

}  // namespace baton::grpc
