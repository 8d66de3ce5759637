// SPDX-License-Identifier: Apache-2.0
#include "exporter/span_record.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <variant>

#include "baton/exporter/exporting_tracer.hpp"
#include "exporter/clean_text.hpp"

namespace baton::detail {
namespace {

constexpr std::string_view error_type_key = "error.type";
constexpr std::size_t max_size = ExportingTracer::max_span_size;

/// What stands before the key and the value of an attribute.
struct Entry {
  static constexpr std::uint32_t is_number = UINT32_MAX;

  std::int64_t number;
  std::uint32_t key_size;
  std::uint32_t value_size;

  explicit Entry(const Attribute& attribute) noexcept
      : number(0), key_size(static_cast<std::uint32_t>(cut(attribute.key).size())), value_size(0) {
    if (const auto* value = std::get_if<std::int64_t>(&attribute.value)) {
      number = *value;
      value_size = is_number;
    } else if (const auto* text = std::get_if<std::string_view>(&attribute.value)) {
      value_size = static_cast<std::uint32_t>(cut(*text).size());
    }
  }
  Entry() noexcept = default;

  [[nodiscard]] std::size_t size() const noexcept {
    return sizeof(Entry) + key_size + (value_size == is_number ? 0 : value_size);
  }
};

/// An empty view may be null, which `memcpy` must not get.
char* write(std::string_view text, std::size_t size, char* out) noexcept {
  return std::copy_n(text.data(), size, out);
}

std::size_t size_of(std::span<const Attribute> attributes) noexcept {
  std::size_t size = 0;
  for (const Attribute& attribute : attributes) size += Entry(attribute).size();
  return std::min(size, max_size);
}

/// Appends what it reads, without the keys that are there.
void read(const char* at, const char* last, std::vector<Attribute>& out) {
  while (at != last) {
    Entry entry;
    std::memcpy(&entry, at, sizeof(entry));
    const char* const key = at + sizeof(entry);
    Attribute attribute{{key, entry.key_size}, entry.number};
    if (entry.value_size != Entry::is_number) {
      attribute.value = std::string_view(key + entry.key_size, entry.value_size);
    }
    at += entry.size();
    const auto same = std::find_if(
        out.begin(), out.end(), [&](const Attribute& other) { return other.key == attribute.key; });
    if (same != out.end()) {
      *same = attribute;
    } else {
      out.push_back(attribute);
    }
  }
}

}  // namespace

void DestroySpan::operator()(SpanRecord* span) const noexcept {
  span->~SpanRecord();
  ::operator delete(span);  // with the texts behind it
}

SpanPointer SpanRecord::make(const SpanStart& start, const Context& context,
                             unsigned generation) noexcept {
  // Room for what most spans get at their end: a status.
  constexpr std::size_t room_for_end = 96;
  const std::size_t capacity =
      std::min(cut(start.name).size() + size_of(start.attributes) + room_for_end, max_size);
  void* const memory = ::operator new(sizeof(SpanRecord) + capacity, std::nothrow);
  if (memory == nullptr) return nullptr;
  return SpanPointer(new (memory) SpanRecord(start, context, generation, capacity));
}

SpanRecord::SpanRecord(const SpanStart& start, const Context& context, unsigned generation,
                       std::size_t capacity) noexcept
    : context_(context.span_context()),
      parent_id_(start.parent.span_context().span_id),
      capacity_(static_cast<std::uint32_t>(capacity)),
      generation_(generation),
      kind_(start.kind),
      parent_is_remote_(start.parent.span_context().is_remote) {
  const std::string_view name = cut(start.name);
  name_size_ = static_cast<std::uint32_t>(name.size());
  write(name, name.size(), room_for(name.size()));
  add(start.attributes);
  const std::size_t links = std::min(start.links.size(), ExportingTracer::max_links);
  try {
    links_.assign(start.links.begin(), start.links.begin() + static_cast<std::ptrdiff_t>(links));
  } catch (const std::bad_alloc&) {
    links_.clear();
  }
  dropped_links_ = static_cast<std::uint32_t>(start.links.size() - links_.size());
  // Last, so that the span does not contain the cost of its own start.
  system_begin_ = SystemClock::now();
  steady_begin_ = SteadyClock::now();
}

void SpanRecord::finish(const SpanEnd& end) noexcept {
  duration_ = SteadyClock::now() - steady_begin_;
  is_error_ = end.is_error;
  const Attribute error{error_type_key, end.error_type};
  const bool has_type = end.is_error && !end.error_type.empty();
  const std::size_t size = size_of(end.attributes) + (has_type ? Entry(error).size() : 0);
  if (size > capacity_ - used_) {
    overflow_.reset(new (std::nothrow) char[size]);
    if (overflow_ != nullptr) overflow_capacity_ = static_cast<std::uint32_t>(size);
  }
  if (has_type) add(error);
  add(end.attributes);
}

char* SpanRecord::room_for(std::size_t size) noexcept {
  char* room = nullptr;
  if (overflow_ == nullptr && size <= capacity_ - used_) {
    room = texts() + used_;
    used_ += static_cast<std::uint32_t>(size);
  } else if (size <= overflow_capacity_ - overflow_used_ &&
             used_ + overflow_used_ + size <= max_size) {
    room = overflow_.get() + overflow_used_;
    overflow_used_ += static_cast<std::uint32_t>(size);
  }
  return room;
}

void SpanRecord::add(std::span<const Attribute> attributes) noexcept {
  for (const Attribute& attribute : attributes) add(attribute);
}

void SpanRecord::add(const Attribute& attribute) noexcept {
  const Entry entry(attribute);
  char* const room = count_ < ExportingTracer::max_attributes ? room_for(entry.size()) : nullptr;
  if (room == nullptr) {
    ++dropped_attributes_;
    return;
  }
  ++count_;
  std::memcpy(room, &entry, sizeof(entry));
  char* const value = write(attribute.key, entry.key_size, room + sizeof(entry));
  if (const auto* text = std::get_if<std::string_view>(&attribute.value)) {
    write(*text, entry.value_size, value);
  }
}

std::chrono::nanoseconds SpanRecord::begin() const noexcept {
  return system_begin_.time_since_epoch();
}

std::vector<Attribute> SpanRecord::attributes() const {
  std::vector<Attribute> all;
  all.reserve(count_);
  read(texts() + name_size_, texts() + used_, all);
  read(overflow_.get(), overflow_.get() + overflow_used_, all);
  return all;
}

}  // namespace baton::detail
