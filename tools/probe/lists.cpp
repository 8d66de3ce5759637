// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/ascii.hpp"
#include "baton/tracestate.hpp"
#include "text/chars.hpp"
#include "text/percent.hpp"
#include "tools/join.hpp"
#include "tools/probe/verdict.hpp"

namespace baton::tool::probe {
namespace {

std::vector<std::string_view> split(std::string_view list, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = std::min(list.find(separator), list.size());
    parts.push_back(detail::trim(list.substr(0, end)));
    if (end == list.size()) return parts;
    list.remove_prefix(end + 1);
  }
}

std::string_view key_of(std::string_view member) noexcept {
  return detail::trim(member.substr(0, member.find_first_of("=;")));
}

/// A member without blanks around its parts: as sent, and with its values decoded.
struct Member {
  std::string key;
  std::string text;
  std::string meaning;

  explicit Member(std::string_view raw) : key(key_of(raw)) {
    for (const std::string_view part : split(raw, ';')) {
      if (!text.empty()) {
        text += ';';
        meaning += '\0';
      }
      const std::size_t equals = part.find('=');
      text += detail::trim(part.substr(0, equals));
      meaning += detail::trim(part.substr(0, equals));
      if (equals == part.npos) continue;
      const std::string_view value = detail::trim(part.substr(equals + 1));
      text.append("=").append(value);
      meaning += '=';
      detail::append_percent_decoded(value, meaning);  // what is not UTF-8 becomes U+FFFD
    }
  }
};

template <class T>
std::vector<T> members_as(std::string_view list) {
  const std::vector<std::string_view> members = members_of(list);
  return {members.begin(), members.end()};
}

/// All keys in fields of that name that were sent: whoever adds members of other keys may do so.
std::unordered_set<std::string> sent_keys(const Case& expected, std::string_view name,
                                          const ExpectedList& list) {
  std::unordered_set<std::string> keys;
  for (const std::string& member : list.members) keys.emplace(key_of(member));
  for (const std::string& line : expected.lines) {
    const Header field = split_line(line);
    if (!detail::equals_ignoring_case(field.first, name)) continue;
    for (const std::string_view member : split(field.second, ',')) keys.emplace(key_of(member));
  }
  keys.erase("");
  return keys;
}

std::size_t count_lines(const Case& sent, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(sent.lines.begin(), sent.lines.end(), [name](const std::string& line) {
        return detail::equals_ignoring_case(split_line(line).first, name);
      }));
}

std::string joined(const std::vector<std::string>& members) {
  return members.empty() ? "none" : join(members);
}

template <class T>
bool is_subsequence(const std::vector<T>& part, const std::vector<T>& whole) {
  auto at = whole.begin();
  for (const T& member : part) {
    at = std::find(at, whole.end(), member);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

/// Whether `part` is a part of `whole` in whatever order.
template <class T>
bool is_subset(std::vector<T> part, std::vector<T> whole) {
  std::sort(part.begin(), part.end());
  std::sort(whole.begin(), whole.end());
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

template <class T>
bool is_rearranged(std::vector<T> a, std::vector<T> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

std::vector<std::string> meanings(const std::vector<Member>& members) {
  std::vector<std::string> out;
  out.reserve(members.size());
  for (const Member& member : members) out.push_back(member.meaning);
  return out;
}

std::vector<std::string> texts(const std::vector<Member>& members) {
  std::vector<std::string> out;
  out.reserve(members.size());
  for (const Member& member : members) out.push_back(member.text);
  return out;
}

/// In whatever order the keys are, the members of one key should keep theirs.
void add_reordered(Verdict& verdict, std::vector<Member> wanted, std::vector<Member> got) {
  const std::string wanted_text = joined(texts(wanted));
  const std::string got_text = joined(texts(got));
  const auto by_key = [](const Member& a, const Member& b) { return a.key < b.key; };
  std::stable_sort(wanted.begin(), wanted.end(), by_key);
  std::stable_sort(got.begin(), got.end(), by_key);
  if (is_subsequence(meanings(got), meanings(wanted))) {
    verdict.add(mistakes::baggage_reordered, wanted_text, got_text);
  } else {
    verdict.add(mistakes::baggage_reordered, Level::should, "W3C Baggage §3.3.1.1 (baggage-string)",
                wanted_text, got_text);
  }
}

void judge_exact_baggage(Verdict& verdict, const std::vector<Member>& wanted,
                         const std::vector<Member>& got) {
  const auto add = [&](const Mistake& mistake) {
    verdict.add(mistake, verdict.expected().baggage, joined(texts(wanted)), joined(texts(got)));
  };
  const auto wanted_meanings = meanings(wanted);
  const auto got_meanings = meanings(got);
  if (got_meanings != wanted_meanings) {
    if (got.empty()) {
      add(mistakes::baggage_lost);
    } else if (is_rearranged(got_meanings, wanted_meanings)) {
      add_reordered(verdict, wanted, got);
    } else if (is_subsequence(got_meanings, wanted_meanings)) {
      add(mistakes::baggage_incomplete);
    } else {
      add(mistakes::baggage_changed);
    }
    return;
  }
  // Other formats encode their values otherwise.
  if (verdict.expected().format == "baggage" && texts(got) != texts(wanted)) {
    add(mistakes::baggage_recoded);
  }
}

}  // namespace

void judge_tracestate(Verdict& verdict, std::string_view got) {
  const ExpectedList& list = verdict.expected().tracestate;
  if (list.keep == Keep::any) return;
  const auto keys = sent_keys(verdict.expected(), "tracestate", list);
  const auto all = members_as<std::string>(got);
  std::vector<std::string> ours;
  bool is_foreign_behind_ours = false;
  for (const std::string& member : all) {
    if (keys.contains(std::string(key_of(member)))) {
      ours.push_back(member);
    } else if (!ours.empty()) {
      is_foreign_behind_ours = true;
    }
  }

  const auto add = [&](const Mistake& mistake) {
    verdict.add(mistake, list, joined(list.members), joined(all));
  };
  const auto add_should = [&](const Mistake& mistake) {
    const Level level = std::max({Level::should, verdict.expected().level, list.level});
    verdict.add(mistake, level, std::string(mistakes::tracestate_reordered.clause),
                joined(list.members), joined(all));
  };
  if (list.keep == Keep::at_most) {
    if (!is_subsequence(ours, list.members)) add(mistakes::tracestate_kept);
    return;
  }
  // The last members of a full list make room for those that the service adds.
  const bool is_full = all.size() == TraceState::max_members && !ours.empty() &&
                       ours.size() < list.members.size() &&
                       std::equal(ours.begin(), ours.end(), list.members.begin());
  if (is_full) return;
  if (ours == list.members) {
    if (is_foreign_behind_ours) add_should(mistakes::tracestate_reordered);
  } else if (ours.empty()) {
    add(mistakes::tracestate_lost);
  } else if (is_rearranged(ours, list.members)) {
    add(mistakes::tracestate_reordered);
  } else if (is_subsequence(ours, list.members) &&
             count_lines(verdict.expected(), "tracestate") == 1) {
    add_should(mistakes::tracestate_changed);  // it may delete members, and should not
  } else {
    add(mistakes::tracestate_changed);
  }
}

void judge_baggage(Verdict& verdict, std::string_view got) {
  const ExpectedList& list = verdict.expected().baggage;
  if (list.keep == Keep::any) return;
  const auto keys = sent_keys(verdict.expected(), "baggage", list);
  std::vector<Member> ours;
  for (Member& member : members_as<Member>(got)) {
    if (keys.contains(member.key)) ours.push_back(std::move(member));
  }
  std::vector<Member> wanted;
  wanted.reserve(list.members.size());
  for (const std::string& member : list.members) wanted.emplace_back(member);

  if (list.keep == Keep::exactly) {
    // A member that is not wanted is one mistake, and what happens to the others is another.
    const auto is_wanted = [&wanted](const Member& member) {
      return std::any_of(wanted.begin(), wanted.end(),
                         [&](const Member& other) { return other.key == member.key; });
    };
    const auto kept = std::stable_partition(ours.begin(), ours.end(), is_wanted);
    if (kept != ours.end()) {
      verdict.add(mistakes::baggage_kept, list, joined(list.members), std::string(got));
      ours.erase(kept, ours.end());
    }
    judge_exact_baggage(verdict, wanted, ours);
    return;
  }
  if (!is_subsequence(meanings(ours), meanings(wanted))) {
    if (is_subset(meanings(ours), meanings(wanted))) {
      add_reordered(verdict, std::move(wanted), std::move(ours));
    } else {
      verdict.add(mistakes::baggage_kept, list, joined(list.members), std::string(got));
    }
  }
}

void judge_leaked_baggage(Verdict& verdict, std::string_view got,
                          const std::unordered_set<std::string>& earlier) {
  // A service may change members of this request so that they equal earlier ones.
  const Case& expected = verdict.expected();
  if (!sent_keys(expected, "baggage", expected.baggage).empty()) return;
  for (const Member& member : members_as<Member>(got)) {
    if (!earlier.contains(member.text)) continue;
    verdict.add(mistakes::context_leaked, "nothing of another request", "baggage: " + member.text);
    return;
  }
}

}  // namespace baton::tool::probe
