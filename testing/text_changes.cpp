// SPDX-License-Identifier: Apache-2.0
// Mutations of the characters of any value, and of fields.
#include <algorithm>

#include "testing/characters.hpp"
#include "testing/names.hpp"
#include "testing/site.hpp"

namespace baton::testing {
namespace {

bool choose_value(Site& site, std::size_t least = 1) {
  return site.choose_field(
      [least](const std::string&, const std::string& value) { return value.size() >= least; });
}

bool choose_place(Site& site) {
  if (!choose_value(site)) return false;
  site.offset = site.draw.number(0, site.value().size() - 1);
  return true;
}

bool add_at_start(Site& site, char c) {
  if (!choose_value(site)) return false;
  site.value().insert(0, 1, c);
  return true;
}

/// Between two characters.
bool add_inside(Site& site, char c) {
  if (!choose_value(site, 2)) return false;
  site.offset = site.draw.number(1, site.value().size() - 1);
  site.value().insert(site.offset, 1, c);
  return true;
}

char other_than(char c, Draw& draw) {
  char other = c;
  while (other == c) other = odd_bytes[draw.number(0, odd_bytes.size() - 1)];
  return other;
}

/// Changes the name of a field, one that `change` does not leave as it is.
template <class Function>
bool rename(Site& site, Function&& change) {
  const auto changes = [&](std::string name, const std::string&) {
    const std::string before = name;
    change(name);
    return name != before;
  };
  if (!site.choose_field(changes)) return false;
  change(site.name());
  return true;
}

}  // namespace

bool drop_character(Site& site) {
  if (!choose_place(site)) return false;
  site.value().erase(site.offset, 1);
  return true;
}

bool insert_character(Site& site) {
  if (!choose_place(site)) return false;
  site.value().insert(site.offset, 1, other_than('\n', site.draw));
  return true;
}

bool replace_character(Site& site) {
  if (!choose_place(site)) return false;
  char& c = site.value()[site.offset];
  c = other_than(c, site.draw);
  return true;
}

bool swap_characters(Site& site) {
  const auto differ = [](char a, char b) { return a != b; };
  const auto has_two = [&](const std::string&, const std::string& value) {
    return std::adjacent_find(value.begin(), value.end(), differ) != value.end();
  };
  if (!site.choose_field(has_two)) return false;
  std::string& value = site.value();
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i + 1 < value.size(); ++i) {
    if (value[i] != value[i + 1]) places.push_back(i);
  }
  if (!site.pick(places, site.offset)) return false;
  std::swap(value[site.offset], value[site.offset + 1]);
  return true;
}

bool cut_value(Site& site) {
  if (!choose_value(site, 2)) return false;
  site.offset = site.draw.number(1, site.value().size() - 1);
  site.value().resize(site.offset);
  return true;
}

bool double_value(Site& site) {
  if (!choose_value(site)) return false;
  site.offset = site.value().size();
  site.value() += std::string(site.value());
  return true;
}

bool add_blank_before(Site& site) { return add_at_start(site, ' '); }

bool add_blank_after(Site& site) {
  if (!choose_value(site)) return false;
  site.offset = site.value().size();
  site.value() += ' ';
  return true;
}

bool add_blank_inside(Site& site) { return add_inside(site, ' '); }
bool add_tab_before(Site& site) { return add_at_start(site, '\t'); }
bool add_tab_inside(Site& site) { return add_inside(site, '\t'); }
bool add_nul_byte(Site& site) { return add_inside(site, '\0'); }
bool add_carriage_return(Site& site) { return add_inside(site, '\r'); }

bool add_control_byte(Site& site) {
  constexpr std::string_view controls = "\x01\x07\x08\x0b\x0c\x1b\x1f\x7f";
  return add_inside(site, controls[site.draw.number(0, controls.size() - 1)]);
}

bool add_high_byte(Site& site) {
  return add_inside(site, static_cast<char>(site.draw.number(0x80, 0xff)));
}

bool empty_value(Site& site) {
  if (!choose_value(site)) return false;
  site.value().clear();
  return true;
}

bool blank_value(Site& site) {
  const auto is_more = [](const std::string&, const std::string& value) { return value != "   "; };
  if (!site.choose_field(is_more)) return false;
  site.value() = "   ";
  return true;
}

bool remove_field(Site& site) {
  if (!site.choose_field([](const auto&, const auto&) { return true; })) return false;
  site.fields.erase(site.fields.begin() + static_cast<std::ptrdiff_t>(site.field));
  return true;
}

bool repeat_field(Site& site) {
  if (!choose_value(site)) return false;
  const auto copy = site.fields[site.field];
  site.fields.insert(site.fields.begin() + static_cast<std::ptrdiff_t>(site.field) + 1, copy);
  return true;
}

bool contradict_field(Site& site) {
  const auto has_digit = [](const std::string& name, const std::string& value) {
    return is_ids(name) && value.find_first_of(hex_digits) != value.npos;
  };
  if (!site.choose_field(has_digit)) return false;
  auto copy = site.fields[site.field];
  // The last digit of the longest run, which is that of an id.
  std::size_t longest = 0;
  for (std::size_t i = 0, run = 0; i < copy.second.size(); ++i) {
    run = hex_digits.find(copy.second[i]) == hex_digits.npos ? 0 : run + 1;
    if (run > longest) {
      longest = run;
      site.offset = i;
    }
  }
  char& digit = copy.second[site.offset];
  digit = digit == '1' ? '2' : '1';
  site.fields.insert(site.fields.begin() + static_cast<std::ptrdiff_t>(site.field) + 1,
                     std::move(copy));
  return true;
}

bool capitalize_name(Site& site) {
  return rename(site, [](std::string& name) {
    bool begins = true;
    for (char& c : name) {
      c = begins ? detail::to_upper(c) : detail::to_lower(c);
      begins = c == '-';
    }
  });
}

bool uppercase_name(Site& site) {
  return rename(site, [](std::string& name) {
    std::transform(name.begin(), name.end(), name.begin(), detail::to_upper);
  });
}

bool underscore_name(Site& site) {
  return rename(site, [](std::string& name) { std::replace(name.begin(), name.end(), '-', '_'); });
}

}  // namespace baton::testing
