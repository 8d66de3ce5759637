// SPDX-License-Identifier: Apache-2.0
// Mutations of lists and of values of baggage.
#include <algorithm>

#include "baton/baggage.hpp"
#include "baton/tracestate.hpp"
#include "testing/characters.hpp"
#include "testing/names.hpp"
#include "testing/site.hpp"

namespace baton::testing {
namespace {

/// One member of the chosen list: where it begins and ends, and where its "=" is, if it has one.
struct Member {
  std::size_t begin = 0;
  std::size_t equals = 0;
  std::size_t end = 0;
};

std::vector<Member> members_of(const std::string& value) {
  std::vector<Member> members;
  for (std::size_t begin = 0; begin < value.size();) {
    const std::size_t end = std::min(value.find(',', begin), value.size());
    const std::size_t equals = std::string_view(value).substr(0, end).find('=', begin);
    if (equals != value.npos) {
      const std::size_t key = value.find_first_not_of(" \t", begin);
      members.push_back({key, equals, value.find_last_not_of(" \t", end - 1) + 1});
    }
    begin = end + 1;
  }
  return members;
}

template <class Predicate>
bool choose_member(Site& site, Member& chosen, Predicate&& fits_name) {
  const auto has_members = [&](const std::string& name, const std::string& value) {
    return is_list(name) && fits_name(name) && !members_of(value).empty();
  };
  if (!site.choose_field(has_members)) return false;
  const std::vector<Member> members = members_of(site.value());
  chosen = members[site.draw.number(0, members.size() - 1)];
  site.offset = chosen.begin;
  return true;
}

bool choose_member(Site& site, Member& chosen) {
  return choose_member(site, chosen, [](const std::string&) { return true; });
}

bool choose_tracestate_member(Site& site, Member& chosen) {
  return choose_member(site, chosen,
                       [](const std::string& name) { return is_named(name, "tracestate"); });
}

/// The member of baggage whose value and properties may change.
bool choose_baggage_member(Site& site, Member& chosen) {
  return choose_member(site, chosen, [](const std::string& name) { return is_baggage_list(name); });
}

/// Where the last member of a list ends, in all its fields, joined by one comma each.
std::size_t end_of_list(const FieldList& fields, std::string_view name) {
  std::size_t end = 0;
  std::size_t begin = 0;
  for (const auto& [other, value] : fields) {
    if (!is_named(other, name)) continue;
    const std::vector<Member> members = members_of(value);
    if (!members.empty()) end = begin + members.back().end;
    begin += value.size() + 1;
  }
  return end;
}

std::size_t count_members(const FieldList& fields, std::string_view name) {
  std::size_t count = 0;
  for (const auto& [other, value] : fields) {
    if (is_named(other, name)) count += members_of(value).size();
  }
  return count;
}

bool choose_list(Site& site) {
  return site.choose_field([](const std::string& name, const std::string& value) {
    return is_list(name) && !value.empty();
  });
}

bool choose_comma(Site& site) {
  const auto has_comma = [](const std::string& name, const std::string& value) {
    return is_list(name) && value.find(',') != value.npos;
  };
  return site.choose_field(has_comma) && site.choose_character([](char c) { return c == ','; });
}

std::size_t max_members(std::string_view name) {
  return is_named(name, "tracestate") ? TraceState::max_members : BaggageLimits().max_members;
}

/// Short members with keys of their own, until all fields of that name have `count`.
bool fill_list(Site& site, std::size_t excess) {
  if (!choose_list(site)) return false;
  const std::size_t wanted = max_members(site.name()) + excess;
  const std::size_t present = count_members(site.fields, site.name());
  if (present >= wanted) return false;
  site.offset = site.value().size();
  for (std::size_t i = present; i < wanted; ++i) {
    site.value() += ",n" + std::to_string(i) + "=v";
  }
  return true;
}

/// `size` of the key or the value of a tracestate's member.
bool fill_part(Site& site, bool is_key, std::size_t size) {
  Member member;
  if (!choose_tracestate_member(site, member)) return false;
  site.offset = is_key ? member.equals : member.end;
  const std::size_t present =
      is_key ? member.equals - member.begin : member.end - member.equals - 1;
  if (present >= size) return false;
  site.value().insert(site.offset, size - present, 'x');
  return true;
}

bool grow_list(Site& site, std::size_t excess) {
  const auto fits = [](const std::string& name, const std::string& value) {
    return is_baggage_list(name) && !members_of(value).empty();
  };
  if (!site.choose_field(fits)) return false;
  const std::size_t wanted = BaggageLimits().max_bytes + excess;
  const std::size_t present = end_of_list(site.fields, site.name());
  if (present >= wanted) return false;
  const std::size_t end = members_of(site.value()).back().end;
  site.offset = end;
  site.value().insert(end, wanted - present, 'x');
  return true;
}

bool choose_entry(Site& site) {
  return site.choose_field(
      [](const std::string& name, const std::string&) { return is_baggage_entry(name); });
}

/// Puts a text behind the value of a member of baggage.
bool add_to_value(Site& site, std::string_view text) {
  Member member;
  const bool is_entry_chosen = site.draw.one_in(2) && choose_entry(site);
  if (!is_entry_chosen && choose_baggage_member(site, member)) {
    site.offset = std::min(site.value().find(';', member.equals), member.end);
  } else if (is_entry_chosen || choose_entry(site)) {
    site.offset = site.value().size();
  } else {
    return false;
  }
  site.value().insert(site.offset, text);
  return true;
}

bool add_property(Site& site, std::string_view text) {
  Member member;
  if (!choose_baggage_member(site, member)) return false;
  site.offset = member.end;
  site.value().insert(site.offset, text);
  return true;
}

}  // namespace

bool add_empty_member(Site& site) {
  Member member;
  if (!choose_member(site, member)) return false;
  site.value().insert(member.begin, site.draw.one_in(2) ? "," : " ,");
  return true;
}

bool add_comma_at_end(Site& site) {
  if (!choose_list(site)) return false;
  site.offset = site.value().size();
  site.value() += ',';
  return true;
}

bool replace_comma(Site& site) {
  if (!choose_comma(site)) return false;
  site.value()[site.offset] = site.draw.one_in(2) ? ';' : ' ';
  return true;
}

bool repeat_member(Site& site) {
  Member member;
  if (!choose_member(site, member)) return false;
  site.offset = member.end;
  const std::string key = site.value().substr(member.begin, member.equals - member.begin);
  site.value().insert(member.end, "," + key + "=again");
  return true;
}

bool drop_equals(Site& site) {
  Member member;
  if (!choose_member(site, member)) return false;
  site.offset = member.equals;
  site.value().erase(member.equals, 1);
  return true;
}

bool empty_key(Site& site) {
  Member member;
  if (!choose_member(site, member)) return false;
  site.value().erase(member.begin, member.equals - member.begin);
  return true;
}

bool uppercase_key(Site& site) {
  Member member;
  if (!choose_member(site, member)) return false;
  for (std::size_t i = member.begin; i < member.equals; ++i) {
    char& c = site.value()[i];
    if (!detail::is_lower_letter(c)) continue;
    site.offset = i;
    c = detail::to_upper(c);
    return true;
  }
  return false;
}

bool spoil_key(Site& site) {
  Member member;
  if (!choose_member(site, member)) return false;
  constexpr std::string_view bad = "()[]{}<>?:\\\"";
  site.offset = member.equals;
  site.value().insert(site.offset, 1, bad[site.draw.number(0, bad.size() - 1)]);
  return true;
}

bool empty_member_value(Site& site) {
  Member member;
  if (!choose_member(site, member)) return false;
  site.offset = member.equals + 1;
  site.value().erase(site.offset, member.end - site.offset);
  return true;
}

bool fill_key(Site& site) { return fill_part(site, true, TraceState::max_key_size); }
bool overfill_key(Site& site) { return fill_part(site, true, TraceState::max_key_size + 1); }
bool fill_value(Site& site) { return fill_part(site, false, TraceState::max_value_size); }
bool overfill_value(Site& site) { return fill_part(site, false, TraceState::max_value_size + 1); }
bool fill_members(Site& site) { return fill_list(site, 0); }
bool overfill_members(Site& site) { return fill_list(site, 1); }
bool fill_bytes(Site& site) { return grow_list(site, 0); }
bool overfill_bytes(Site& site) { return grow_list(site, 1); }

bool add_cut_escape(Site& site) { return add_to_value(site, site.draw.one_in(2) ? "%" : "%4"); }
bool add_bad_escape(Site& site) { return add_to_value(site, site.draw.one_in(2) ? "%zz" : "%-1"); }
bool add_escaped_nul(Site& site) { return add_to_value(site, "%00"); }
bool add_escaped_line_break(Site& site) { return add_to_value(site, "%0D%0AInjected:%201"); }
bool add_overlong_escape(Site& site) { return add_to_value(site, "%C0%AF"); }
bool add_surrogate_escape(Site& site) { return add_to_value(site, "%ED%A0%80"); }
bool add_raw_utf8(Site& site) { return add_to_value(site, "\xC3\xA9"); }
bool add_plus_sign(Site& site) { return add_to_value(site, "a+b"); }

bool add_quotes(Site& site) {
  Member member;
  if (!choose_baggage_member(site, member)) return false;
  const std::size_t end = std::min(site.value().find(';', member.equals), member.end);
  site.offset = member.equals + 1;
  site.value().insert(end, 1, '"');
  site.value().insert(site.offset, 1, '"');
  return true;
}

bool add_empty_property(Site& site) { return add_property(site, ";"); }
bool add_bad_property(Site& site) { return add_property(site, ";a b=1"); }

}  // namespace baton::testing
