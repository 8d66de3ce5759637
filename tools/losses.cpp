// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <vector>

#include "baton/registry.hpp"
#include "tools/commands.hpp"
#include "tools/padded.hpp"

namespace baton::tool {
namespace {

/// A part of a context that a format may be unable to carry.
struct Aspect {
  char letter;
  std::string_view name;
  std::string_view words;
  bool (*is_said_by)(const FormatTraits& format, bool has_ids);
};

constexpr Aspect aspects[] = {
    {'i', "ids", "trace id and span id", [](const FormatTraits& f, bool) { return f.says.ids; }},
    {'h', "trace_id_high", "the first 64 bits of the trace id",
     [](const FormatTraits& f, bool) { return f.says.trace_id_high; }},
    {'r', "random", "that the trace id is random",
     [](const FormatTraits& f, bool) { return f.says.random; }},
    {'t', "tracestate", "tracestate",
     [](const FormatTraits& f, bool) { return f.says.trace_state; }},
    {'x', "datadog", "Datadog's priority, origin and tags (dd of tracestate)",
     [](const FormatTraits& f, bool) { return f.says.trace_state || f.state_key == "dd"; }},
    {'f', "defer", "a deferred decision (becomes: not sampled)",
     [](const FormatTraits& f, bool) { return f.says.defer; }},
    {'g', "debug", "debug (becomes: sampled)",
     [](const FormatTraits& f, bool) { return f.says.debug; }},
    {'a', "trace_id", "a trace id alone",
     [](const FormatTraits& f, bool) { return f.says.lone_trace_id; }},
    {'d', "decision", "a decision without ids",
     [](const FormatTraits& f, bool) { return f.says.lone_decision; }},
    {'D', "debug_decision", "a debug decision without ids",
     [](const FormatTraits& f, bool) { return f.says.lone_debug; }},
    {'b', "baggage", "baggage",
     [](const FormatTraits& f, bool has_ids) {
       return has_ids ? f.says.baggage : f.says.lone_baggage;
     }},
    {'p', "properties", "the properties of baggage",
     [](const FormatTraits& f, bool) { return f.says.properties; }},
    {'u', "any_bytes", "values of baggage with unprintable bytes",
     [](const FormatTraits& f, bool) { return f.says.any_bytes; }},
};

std::vector<const Aspect*> losses(const Propagator& from, const Propagator& to) {
  std::vector<const Aspect*> lost;
  for (const Aspect& aspect : aspects) {
    const bool has_ids = from.traits().says.ids;
    if (aspect.is_said_by(from.traits(), has_ids) && !aspect.is_said_by(to.traits(), has_ids)) {
      lost.push_back(&aspect);
    }
  }
  return lost;
}

std::string to_table(std::span<const PropagatorChain::Entry> formats) {
  std::size_t first_width = 0;
  for (const auto& format : formats)
    first_width = std::max(first_width, format->traits().name.size());
  const auto end_line = [](std::string& out) {
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
  };

  std::string out = padded("", first_width);
  for (const auto& to : formats) out.append("  ").append(padded(to->traits().name, 6));
  end_line(out);
  for (const auto& from : formats) {
    out += padded(from->traits().name, first_width);
    for (const auto& to : formats) {
      std::string letters;
      for (const Aspect* aspect : losses(*from, *to)) letters += aspect->letter;
      if (letters.empty()) letters = "-";
      out.append("  ").append(padded(letters, std::max<std::size_t>(to->traits().name.size(), 6)));
    }
    end_line(out);
  }
  out += "\nA translation from the format of a line to the format of a column loses:\n";
  for (const Aspect& aspect : aspects) {
    out.append("  ").append(1, aspect.letter).append("  ").append(aspect.words) += '\n';
  }
  return out;
}

std::string to_json(std::span<const PropagatorChain::Entry> formats) {
  boost::json::object table;
  for (const auto& from : formats) {
    boost::json::object line;
    for (const auto& to : formats) {
      boost::json::array names;
      for (const Aspect* aspect : losses(*from, *to)) names.emplace_back(aspect->name);
      line.emplace(to->traits().name, std::move(names));
    }
    table.emplace(from->traits().name, std::move(line));
  }
  return boost::json::serialize(table) + "\n";
}

}  // namespace

Outcome run_losses(std::span<const PropagatorChain::Entry> formats, bool json) {
  return {Status::done, json ? to_json(formats) : to_table(formats), {}};
}

}  // namespace baton::tool
