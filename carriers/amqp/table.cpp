// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <new>
#include <span>

#include "baton/carriers/amqp.hpp"
#include "core/lookup.hpp"
#include "core/reported_name.hpp"

namespace baton::amqp {
namespace {

using internal::entries_of;
using internal::is_text;
using internal::to_text;
using lookup::Match;

/// Reports the fields that a chain would read if they were text.
void report_wrong_types(const amqp_table_t& table, const PropagatorChain& chain,
                        ExtractReport& report) {
  for (const auto& [name, value] : entries_of(table)) {
    if (is_text(value) || value.kind == AMQP_FIELD_KIND_VOID) continue;
    lookup::report_wrong_type(to_text(name), chain, report);
  }
}

/// Memory of the pool, valid until the pool is recycled or emptied. It must not be freed.
void* allocate(amqp_pool_t& pool, std::size_t size) {
  void* const memory = amqp_pool_alloc(&pool, size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

constexpr std::size_t longest_name = 255;

}  // namespace

void TableCarrier::own(std::size_t more) {
  const std::span<const amqp_table_entry_t> there = entries_of(*table_);
  const std::size_t size = there.size();
  if (own_ != nullptr && own_ == table_->entries && size + more <= capacity_) return;
  constexpr std::size_t usual = 4;  // one more than the fields of the usual formats
  const std::size_t capacity = std::max(size + std::max(more, usual), capacity_ * 2);
  auto* const entries =
      static_cast<amqp_table_entry_t*>(allocate(*pool_, capacity * sizeof(amqp_table_entry_t)));
  std::copy(there.begin(), there.end(), entries);
  *table_ = {static_cast<int>(size), entries};
  own_ = entries;
  capacity_ = capacity;
}

void TableCarrier::set(std::string_view name, std::string_view value) {
  if (name.size() > longest_name) return;
  // Copied first: name and value may be views into entries that are erased below.
  auto* const text =
      static_cast<char*>(allocate(*pool_, std::max<std::size_t>(name.size() + value.size(), 1)));
  char* const end =
      std::transform(name.begin(), name.end(), text, [](char c) { return lookup::to_lower(c); });
  std::copy(value.begin(), value.end(), end);
  erase({text, name.size()});
  own(1);
  table_->entries[table_->num_entries++] = {
      .key = {name.size(), text},
      .value = {.kind = AMQP_FIELD_KIND_UTF8, .value = {.bytes = {value.size(), end}}}};
}

template <class Test>
void TableCarrier::erase_if(Test is_one) {
  const std::span<const amqp_table_entry_t> there = entries_of(*table_);
  const auto first = std::ranges::find_if(there, is_one);
  if (first == there.end()) return;
  const auto before = static_cast<std::size_t>(first - there.begin());
  own(0);
  const auto gone = std::ranges::remove_if(entries_of(*table_).subspan(before), is_one);
  table_->num_entries -= static_cast<int>(gone.size());
}

void TableCarrier::erase(std::string_view name) {
  erase_if([name](const amqp_table_entry_t& entry) {
    return lookup::compare(to_text(entry.key), name) != Match::none;
  });
}

void TableCarrier::erase_fields_of(const PropagatorChain& chain) {
  erase_if([&](const amqp_table_entry_t& entry) { return chain.owns(to_text(entry.key)); });
}

Context extract(const amqp_table_t& headers, const ExtractOptions& options) {
  if (options.report != nullptr) report_wrong_types(headers, options.chain, *options.report);
  return options.extract(ConstTableCarrier(headers));
}

void inject(amqp_table_t& headers, amqp_pool_t& pool, const Context& context,
            const InjectOptions& options) {
  amqp_table_t changed = headers;
  TableCarrier carrier(changed, pool);
  carrier.erase_fields_of(options.chain);
  options.chain.inject(context, carrier, options.destination);
  headers = changed;
}

void inject(amqp_basic_properties_t& properties, amqp_pool_t& pool, const Context& context,
            const InjectOptions& options) {
  amqp_table_t headers = headers_of(properties);
  inject(headers, pool, context, options);
  if (headers.num_entries <= 0 && (properties._flags & AMQP_BASIC_HEADERS_FLAG) == 0) return;
  properties.headers = headers;
  properties._flags |= AMQP_BASIC_HEADERS_FLAG;
}

}  // namespace baton::amqp
