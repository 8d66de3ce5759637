// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/libfuzzer.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/registry.hpp"
#include "baton/testing/mutation.hpp"
#include "testing/names.hpp"

namespace baton::testing {
namespace {

/// More than most targets look at.
constexpr std::size_t many_fields = 12;

/// As many whole lines as fit; if not one does, the beginning of the first.
std::size_t store(const FieldList& fields, std::uint8_t* out, std::size_t max_size) {
  std::string lines;
  for (const auto& field : fields) {
    const std::string line = lines_of({field});
    if (lines.size() + line.size() > max_size) {
      if (lines.empty()) lines = line.substr(0, max_size);
      break;
    }
    lines += line;
  }
  std::copy(lines.begin(), lines.end(), out);
  return lines.size();
}

std::size_t any_field(const FieldList& fields, Draw& draw) {
  return draw.number(0, fields.size() - 1);
}

std::string_view any_format(Draw& draw) {
  const auto known = registered_propagators();
  return known[draw.number(0, known.size() - 1)].traits.name;
}

/// A format whose fields are there, or else any one.
std::string_view format_of(const FieldList& fields, Draw& draw) {
  if (!fields.empty() && !draw.one_in(4)) {
    const std::string& name = fields[any_field(fields, draw)].first;
    for (const RegisteredPropagator& known : registered_propagators()) {
      if (known.traits.owns(name)) return known.traits.name;
    }
  }
  return any_format(draw);
}

void add_valid_field(FieldList& fields, Draw& draw) {
  const std::string_view format = format_of(fields, draw);
  FieldList valid = draw_valid_fields(format, draw).fields;
  if (draw.one_in(2)) valid = {valid[any_field(valid, draw)]};
  const std::size_t at = draw.number(0, fields.size());
  fields.insert(fields.begin() + static_cast<std::ptrdiff_t>(at), valid.begin(), valid.end());
}

/// Gives a field the value that a sender of its format would send.
void replace_value(FieldList& fields, Draw& draw) {
  auto& [name, value] = fields[any_field(fields, draw)];
  for (const RegisteredPropagator& known : registered_propagators()) {
    if (!known.traits.owns(name)) continue;
    for (const auto& [other, fresh] : draw_valid_fields(known.traits.name, draw).fields) {
      if (is_named(name, other)) value = fresh;
    }
    return;
  }
}

void mutate_value(FieldList& fields, std::size_t max_size, Draw& draw, ByteMutator mutate_bytes) {
  std::string& value = fields[any_field(fields, draw)].second;
  const std::size_t limit = std::min(max_size, value.size() + 64);
  const std::size_t size = std::min(value.size(), limit);
  std::vector<std::uint8_t> bytes(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(size));
  bytes.resize(std::max<std::size_t>(limit, 1));
  bytes.resize(std::min(mutate_bytes(bytes.data(), size, bytes.size()), bytes.size()));
  value.assign(bytes.begin(), bytes.end());
}

/// Those that make inputs long, and so slow.
bool is_long(Mutation mutation) noexcept {
  return mutation >= Mutation::key_at_limit && mutation <= Mutation::bytes_over_limit;
}

void make_mutation(FieldList& fields, Draw& draw) {
  const auto mutations = all_mutations();
  const bool may_be_long = draw.one_in(8);
  for (int attempt = 0; attempt < 16; ++attempt) {
    const Mutation mutation = mutations[draw.number(0, mutations.size() - 1)];
    if (is_long(mutation) && !may_be_long) continue;
    if (auto mutated = mutate(fields, mutation, draw)) {
      fields = std::move(mutated->fields);
      return;
    }
  }
}

void drop_field(FieldList& fields, Draw& draw) {
  if (fields.size() > 1) {
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(any_field(fields, draw)));
  }
}

void change(FieldList& fields, std::size_t max_size, Draw& draw, ByteMutator mutate_bytes) {
  if (fields.empty()) {
    add_valid_field(fields, draw);
    return;
  }
  switch (draw.number(0, 11)) {
    case 0:
    case 1: add_valid_field(fields, draw); break;
    case 2: replace_value(fields, draw); break;
    case 3: drop_field(fields, draw); break;
    case 4: {
      const std::size_t one = any_field(fields, draw);
      const std::size_t other = any_field(fields, draw);
      std::swap(fields[one], fields[other]);
      break;
    }
    case 5:
    case 6:
    case 7: mutate_value(fields, max_size, draw, mutate_bytes); break;
    default: make_mutation(fields, draw);
  }
}

std::vector<std::string> members_of(const std::string& list) {
  std::vector<std::string> members;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    members.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return members;
}

/// The list with members of another one at some places. Ends behind `max_size`: the other one's
/// members, at each place of this one, would be the product of both.
void cross_lists(std::string& list, const std::string& other, std::size_t max_size, Draw& draw) {
  const std::vector<std::string> more = members_of(other);
  std::string crossed;
  for (const std::string& member : members_of(list)) {
    if (crossed.size() > max_size) break;
    if (!crossed.empty()) crossed += ',';
    crossed += member;
    if (draw.one_in(3)) crossed += "," + more[draw.number(0, more.size() - 1)];
  }
  list = std::move(crossed);
}

}  // namespace

FieldList fields_of(const std::uint8_t* data, std::size_t size) {
  FieldList fields;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    fields.emplace_back(line.substr(0, colon), value);
  }
  return fields;
}

std::string lines_of(const FieldList& fields) {
  std::string lines;
  for (const auto& [name, value] : fields) {
    const std::size_t begin = lines.size();
    lines += name;
    std::replace(lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end(), ':', ' ');
    lines += ": ";
    lines += value;
    std::replace(lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.end(), '\n', ' ');
    lines += "\r\n";
  }
  return lines;
}

std::size_t mutate_fields(std::uint8_t* data, std::size_t size, std::size_t max_size,
                          std::uint32_t seed, ByteMutator mutate_bytes) {
  Draw draw(seed);
  size = std::min(size, max_size);
  if (max_size == 0) return 0;
  if (draw.one_in(8)) return std::min(mutate_bytes(data, size, max_size), max_size);
  FieldList fields = fields_of(data, size);
  const FieldList before = fields;
  for (std::size_t changes = draw.number(1, 3); changes > 0; --changes) {
    change(fields, max_size, draw, mutate_bytes);
    if (fields.size() > many_fields) drop_field(fields, draw);
  }
  if (fields == before) change(fields, max_size, draw, mutate_bytes);
  return store(fields, data, max_size);
}

std::size_t cross_fields(const std::uint8_t* one, std::size_t one_size, const std::uint8_t* other,
                         std::size_t other_size, std::uint8_t* out, std::size_t max_size,
                         std::uint32_t seed) {
  Draw draw(seed);
  FieldList crossed = fields_of(one, one_size);
  const FieldList more = fields_of(other, other_size);
  for (const auto& field : more) {
    const auto same = std::find_if(crossed.begin(), crossed.end(), [&](const auto& each) {
      return is_named(each.first, field.first);
    });
    if (same == crossed.end() || draw.one_in(8)) {
      if (draw.one_in(2)) {
        const std::size_t at = draw.number(0, crossed.size());
        crossed.insert(crossed.begin() + static_cast<std::ptrdiff_t>(at), field);
      }
    } else if (is_list(field.first) && draw.one_in(2)) {
      cross_lists(same->second, field.second, max_size, draw);
    } else if (draw.one_in(2)) {
      same->second = field.second;
    }
  }
  return store(crossed, out, max_size);
}

}  // namespace baton::testing
