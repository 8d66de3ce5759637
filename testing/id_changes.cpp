// SPDX-License-Identifier: Apache-2.0
// Mutations of ids, numbers and what separates them.
#include <algorithm>

#include "testing/characters.hpp"
#include "testing/names.hpp"
#include "testing/site.hpp"

namespace baton::testing {
namespace {

constexpr std::size_t shortest_id = 16;

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// Neighbors of these characters, at least that many.
std::vector<Run> runs_of(const std::string& value, std::string_view characters, std::size_t least) {
  std::vector<Run> runs;
  for (std::size_t begin = 0; begin < value.size();) {
    const std::size_t end = std::min(value.find_first_not_of(characters, begin), value.size());
    if (end - begin >= least) runs.push_back({begin, end - begin});
    begin = std::max(end, begin + 1);
  }
  return runs;
}

template <class Find>
bool choose_run(Site& site, Run& chosen, Find&& find) {
  const auto has_runs = [&](const std::string& name, const std::string& value) {
    return is_ids(name) && !find(name, value).empty();
  };
  if (!site.choose_field(has_runs)) return false;
  const std::vector<Run> runs = find(site.name(), site.value());
  chosen = runs[site.draw.number(0, runs.size() - 1)];
  site.offset = chosen.begin;
  return true;
}

/// Ids in hexadecimal digits.
bool choose_id(Site& site, Run& chosen) {
  return choose_run(site, chosen, [](const std::string& name, const std::string& value) {
    // Those of Datadog are decimal, and OpenCensus has base64.
    if (begins_with(name, "x-datadog-") || name.ends_with("-bin")) return std::vector<Run>();
    return runs_of(value, hex_digits, shortest_id);
  });
}

/// Ids in decimal digits.
bool choose_number(Site& site, Run& chosen) {
  return choose_run(site, chosen, [](const std::string& name, const std::string& value) {
    std::vector<Run> runs;
    if (begins_with(name, "x-datadog-") && !is_named(name, "x-datadog-tags") &&
        !is_named(name, "x-datadog-origin")) {
      runs = runs_of(value, decimal_digits, 1);
    } else if (const std::size_t slash = value.find('/');
               is_named(name, "x-cloud-trace-context") && slash != value.npos) {
      runs = runs_of(value, decimal_digits, 1);
      std::erase_if(runs, [slash](const Run& run) { return run.begin < slash; });
    }
    return runs;
  });
}

/// Datadog's ids.
bool choose_decimal_id(Site& site, Run& chosen) {
  return choose_run(site, chosen, [](const std::string& name, const std::string& value) {
    const bool is_id =
        is_named(name, "x-datadog-trace-id") || is_named(name, "x-datadog-parent-id");
    return is_id ? runs_of(value, decimal_digits, 1) : std::vector<Run>();
  });
}

bool choose_delimiter(Site& site) {
  constexpr std::string_view delimiters = "-:/;=";
  const auto has_delimiter = [&](const std::string& name, const std::string& value) {
    return is_ids(name) && value.find_first_of(delimiters) != value.npos;
  };
  const auto is_delimiter = [&](char c) { return delimiters.find(c) != delimiters.npos; };
  return site.choose_field(has_delimiter) && site.choose_character(is_delimiter);
}

std::size_t start_of(const std::string& value) {
  return std::min(value.find_first_not_of(" \t"), value.size());
}

/// A traceparent that has its parts.
bool choose_traceparent(Site& site) {
  return site.choose_field([](const std::string& name, const std::string& value) {
    return is_named(name, "traceparent") && start_of(value) + 55 <= value.size();
  });
}

bool write_version(Site& site, std::string_view version) {
  if (!choose_traceparent(site)) return false;
  site.offset = start_of(site.value());
  if (site.value().compare(site.offset, 2, version) == 0) return false;
  site.value().replace(site.offset, 2, version);
  return true;
}

bool add_tail(Site& site, std::string_view tail) {
  site.offset = start_of(site.value()) + 55;
  site.value().insert(site.offset, tail);
  return true;
}

constexpr std::string_view future_versions[] = {"01", "02", "0f", "10", "cc", "fe"};

std::string_view future_version(Draw& draw) {
  return future_versions[draw.number(0, std::size(future_versions) - 1)];
}

}  // namespace

bool uppercase_digit(Site& site) {
  const auto is_small = [](char c) { return c >= 'a' && c <= 'f'; };
  const auto has_small = [&](const std::string& name, const std::string& value) {
    return is_ids(name) && !name.ends_with("-bin") && !runs_of(value, hex_digits, 8).empty() &&
           std::any_of(value.begin(), value.end(), is_small);
  };
  if (!site.choose_field(has_small)) return false;
  std::vector<std::size_t> places;
  for (const Run& run : runs_of(site.value(), hex_digits, 8)) {
    for (std::size_t i = run.begin; i < run.begin + run.size; ++i) {
      if (is_small(site.value()[i])) places.push_back(i);
    }
  }
  if (!site.pick(places, site.offset)) return false;
  char& digit = site.value()[site.offset];
  digit = detail::to_upper(digit);
  return true;
}

bool uppercase_value(Site& site) {
  const auto has_letter = [](const std::string& name, const std::string& value) {
    return is_ids(name) && std::any_of(value.begin(), value.end(), detail::is_lower_letter);
  };
  if (!site.choose_field(has_letter)) return false;
  std::string& value = site.value();
  std::transform(value.begin(), value.end(), value.begin(), detail::to_upper);
  return true;
}

bool spoil_digit(Site& site) {
  Run id;
  if (!choose_id(site, id)) return false;
  site.offset = id.begin + site.draw.number(0, id.size - 1);
  constexpr std::string_view letters = "gxzoO";
  site.value()[site.offset] = letters[site.draw.number(0, letters.size() - 1)];
  return true;
}

bool zero_id(Site& site) {
  Run id;
  if (!choose_id(site, id) && !choose_decimal_id(site, id)) return false;
  const std::string before = site.value();
  site.value().replace(id.begin, id.size, id.size, '0');
  // X-Ray writes a trace-id in two parts: 8 digits, "-", 24 digits.
  if (is_named(site.name(), "x-amzn-trace-id") && id.size == 24 && id.begin >= 9) {
    site.value().replace(id.begin - 9, 8, 8, '0');
  }
  return site.value() != before;
}

bool shorten_id(Site& site) {
  Run id;
  if (!choose_id(site, id)) return false;
  site.value().erase(id.begin, site.draw.one_in(2) ? 1 : id.size / 2);
  return true;
}

bool lengthen_id(Site& site) {
  Run id;
  if (!choose_id(site, id)) return false;
  const std::size_t more = site.draw.one_in(2) ? 1 : id.size;
  site.value().insert(id.begin, more, site.draw.one_in(2) ? '0' : 'a');
  return true;
}

bool prefix_id(Site& site) {
  Run id;
  if (!choose_id(site, id)) return false;
  site.value().insert(id.begin, "0x");
  return true;
}

bool dash_id(Site& site) {
  Run id;
  if (!choose_id(site, id)) return false;
  if (id.size == 32) {
    for (const std::size_t at : {20U, 16U, 12U, 8U}) site.value().insert(id.begin + at, 1, '-');
  } else {
    site.offset = id.begin + id.size / 2;
    site.value().insert(site.offset, 1, '-');
  }
  return true;
}

bool overflow_number(Site& site) {
  Run number;
  if (!choose_number(site, number)) return false;
  site.value().replace(number.begin, number.size, "18446744073709551616");
  return true;
}

bool negate_number(Site& site) {
  Run number;
  if (!choose_number(site, number)) return false;
  site.value().insert(number.begin, 1, '-');
  return true;
}

bool write_number_in_hex(Site& site) {
  Run number;
  if (!choose_number(site, number)) return false;
  site.value().insert(number.begin, "0x");
  return true;
}

bool replace_delimiter(Site& site) {
  if (!choose_delimiter(site)) return false;
  char& delimiter = site.value()[site.offset];
  constexpr std::string_view others = "_.,| ";
  delimiter = others[site.draw.number(0, others.size() - 1)];
  return true;
}

bool double_delimiter(Site& site) {
  if (!choose_delimiter(site)) return false;
  site.value().insert(site.offset, 1, site.value()[site.offset]);
  return true;
}

bool drop_delimiter(Site& site) {
  if (!choose_delimiter(site)) return false;
  site.value().erase(site.offset, 1);
  return true;
}

bool write_unknown_state(Site& site) {
  const auto has_state = [](const std::string& name, const std::string& value) {
    if (is_named(name, "x-b3-sampled") || is_named(name, "ot-tracer-sampled") ||
        is_named(name, "x-datadog-sampling-priority")) {
      return true;
    }
    if (is_named(name, "x-amzn-trace-id")) return value.find("Sampled=") != value.npos;
    return is_named(name, "b3") && !value.empty();
  };
  if (!site.choose_field(has_state)) return false;
  std::string& value = site.value();
  constexpr std::string_view states[] = {"y", "yes", "on", "D", "2", "-1"};
  // Datadog knows any number.
  const bool is_priority = is_named(site.name(), "x-datadog-sampling-priority");
  const std::size_t count = is_priority ? 4 : std::size(states);
  const std::string state(states[site.draw.number(0, count - 1)]);
  if (is_named(site.name(), "x-amzn-trace-id")) {
    site.offset = value.find("Sampled=") + 8;
  } else if (is_named(site.name(), "b3")) {
    const std::vector<Run> ids = runs_of(value, hex_digits, shortest_id);
    if (ids.size() < 2) {
      value.clear();
    } else {
      site.offset = ids[1].begin + ids[1].size;
      value.resize(site.offset);
      value += '-';
      ++site.offset;
    }
    value += state;
    return true;
  } else {
    value.clear();
  }
  value.replace(site.offset, 1, state);
  return true;
}

bool write_version_ff(Site& site) { return write_version(site, "ff"); }

bool write_future_version(Site& site) {
  const std::string_view version = future_version(site.draw);
  return write_version(site, version);
}

bool write_longer_future_version(Site& site) {
  const std::string_view version = future_version(site.draw);
  return write_version(site, version) &&
         add_tail(site, site.draw.one_in(2) ? "-00" : "-what-the-future-will-be-like");
}

bool write_longer_version_00(Site& site) {
  if (!choose_traceparent(site)) return false;
  return add_tail(site, site.draw.one_in(2) ? "-00" : "-what-the-future-will-be-like");
}

bool set_all_flags(Site& site) {
  if (!choose_traceparent(site)) return false;
  site.offset = start_of(site.value()) + 53;
  site.value().replace(site.offset, 2, "ff");
  return true;
}

bool drop_flags(Site& site) {
  if (!choose_traceparent(site)) return false;
  site.offset = start_of(site.value()) + 52;
  site.value().erase(site.offset, 3);
  return true;
}

}  // namespace baton::testing
