// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/spans.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "baton/testing/shown.hpp"

namespace baton::testing {
namespace {

using Key = std::pair<std::string, std::string>;

Key key_of(const SpanContext& context) {
  return {context.trace_id.to_string(), context.span_id.to_string()};
}

std::string count_of(std::size_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

std::string name_of(const RecordedSpan& span) {
  return (span.name.empty() ? "(no name)" : span.name) + " (" + std::string(to_string(span.kind)) +
         ")";
}

}  // namespace

Spans::Spans(std::vector<RecordedSpan> spans) : spans_(std::move(spans)) {
  std::map<Key, std::size_t> places;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    places.emplace(key_of(spans_[i].context.span_context()), i);
  }
  parents_.assign(spans_.size(), none);
  children_.resize(spans_.size());
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const auto found = places.find(key_of(spans_[i].parent.span_context()));
    if (found == places.end()) continue;
    parents_[i] = found->second;
    children_[found->second].push_back(i);
  }
}

Spans::Spans(const RecordingTracer& tracer) : Spans(std::vector<RecordedSpan>()) {
  RecordingTracer::Snapshot snapshot = tracer.snapshot();
  *this = Spans(std::move(snapshot.ended));
  open_ = std::move(snapshot.open);
  ended_again_ = snapshot.ended_again;
}

Spans::List Spans::named(std::string_view name) const {
  List found;
  for (const RecordedSpan& span : spans_) {
    if (span.name == name) found.push_back(&span);
  }
  return found;
}

Spans::List Spans::of_kind(SpanKind kind) const {
  List found;
  for (const RecordedSpan& span : spans_) {
    if (span.kind == kind) found.push_back(&span);
  }
  return found;
}

const RecordedSpan* Spans::open_parent_of(std::size_t span) const {
  if (parents_[span] != none) return nullptr;
  const SpanContext& parent = spans_[span].parent.span_context();
  const auto found = std::find_if(open_.begin(), open_.end(), [&](const RecordedSpan& open) {
    const SpanContext& own = open.context.span_context();
    return own.trace_id == parent.trace_id && own.span_id == parent.span_id;
  });
  return found != open_.end() ? &*found : nullptr;
}

Spans::List Spans::roots() const {
  List found;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const SpanContext& parent = spans_[i].parent.span_context();
    if (parents_[i] == none && open_parent_of(i) == nullptr &&
        (!parent.is_valid() || parent.is_remote)) {
      found.push_back(&spans_[i]);
    }
  }
  return found;
}

Spans::List Spans::orphans() const {
  List found;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const SpanContext& parent = spans_[i].parent.span_context();
    if (parents_[i] == none && open_parent_of(i) == nullptr && parent.is_valid() &&
        !parent.is_remote) {
      found.push_back(&spans_[i]);
    }
  }
  return found;
}

std::size_t Spans::place_of(const RecordedSpan* span) const {
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    if (&spans_[i] == span) return i;
  }
  return none;
}

Spans::List Spans::children_of(const RecordedSpan* span) const {
  List found;
  const std::size_t place = place_of(span);
  if (place == none) return found;
  for (const std::size_t child : children_[place]) found.push_back(&spans_[child]);
  return found;
}

const RecordedSpan* Spans::parent_of(const RecordedSpan* span) const {
  const std::size_t place = place_of(span);
  if (place == none || parents_[place] == none) return nullptr;
  return &spans_[parents_[place]];
}

std::string Spans::path_to(const RecordedSpan* span) const {
  std::string path;
  std::size_t place = place_of(span);
  // Bounded: parents may form a circle.
  for (std::size_t steps = 0; place != none && steps < spans_.size(); ++steps) {
    path.insert(0, path.empty() ? "" : " > ").insert(0, spans_[place].name);
    place = parents_[place];
  }
  return path;
}

std::string Spans::line_of(std::size_t span) const {
  const RecordedSpan& recorded = spans_[span];
  std::string line = name_of(recorded);
  if (recorded.is_error) line += ", error " + shown(recorded.error_type);
  const SpanContext& parent = recorded.parent.span_context();
  if (const RecordedSpan* const open = open_parent_of(span)) {
    line += "; its parent " + name_of(*open) + " has not ended";
  } else if (parents_[span] == none && parent.is_valid()) {
    line += parent.is_remote ? ", called by " : ", an orphan of ";
    line += parent.span_id.to_string();
  }
  return line;
}

std::string Spans::drawn() const {
  struct Step {
    std::size_t span;
    std::string indent;  // of its children
    std::string lead;    // of its line
  };
  std::string text;
  std::vector<bool> is_drawn(spans_.size());
  const auto draw = [&](std::size_t root) {
    std::vector<Step> stack{{root, "", ""}};
    while (!stack.empty()) {
      const Step step = std::move(stack.back());
      stack.pop_back();
      if (is_drawn[step.span]) continue;
      is_drawn[step.span] = true;
      text += step.lead + line_of(step.span) + "\n";
      const std::vector<std::size_t>& children = children_[step.span];
      for (std::size_t i = children.size(); i > 0; --i) {
        const bool is_last = i == children.size();
        stack.push_back({children[i - 1], step.indent + (is_last ? "   " : "│  "),
                         step.indent + (is_last ? "└─ " : "├─ ")});
      }
    }
  };
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    if (parents_[i] == none) draw(i);
  }
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    if (is_drawn[i]) continue;
    text += "in a circle:\n";
    draw(i);
  }
  return text;
}

std::size_t Spans::unreached() const {
  std::vector<bool> is_reached(spans_.size());
  std::vector<std::size_t> stack;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    if (parents_[i] == none) stack.push_back(i);
  }
  while (!stack.empty()) {
    const std::size_t span = stack.back();
    stack.pop_back();
    is_reached[span] = true;
    stack.insert(stack.end(), children_[span].begin(), children_[span].end());
  }
  return static_cast<std::size_t>(std::count(is_reached.begin(), is_reached.end(), false));
}

std::string Spans::tree_fault() const {
  if (spans_.empty()) return "there is no span";
  std::map<Key, std::size_t> times;
  for (const RecordedSpan& span : spans_) ++times[key_of(span.context.span_context())];
  for (const auto& [key, number] : times) {
    if (number > 1) return std::to_string(number) + " spans have the id " + key.second;
  }
  std::string fault = orphan_fault();
  if (!fault.empty()) return fault;
  const std::size_t circle = unreached();
  const std::size_t number = roots().size();
  std::size_t early = 0;
  for (std::size_t i = 0; i < spans_.size(); ++i) early += open_parent_of(i) != nullptr ? 1 : 0;
  if (early != 0) {
    fault =
        count_of(early, "span") + (early == 1 ? " has" : " have") + " a parent that has not ended";
  } else if (circle != 0) {
    fault = count_of(circle, "span") + (circle == 1 ? " is" : " are") + " in a circle";
  } else if (number != 1) {
    fault = "there are " + count_of(number, "root");
  }
  return fault.empty() ? "" : fault + ":\n" + drawn();
}

std::string Spans::orphan_fault() const {
  const std::size_t number = orphans().size();
  if (number == 0) return "";
  return count_of(number, "span") + (number == 1 ? " has" : " have") +
         " a parent that is not there:\n" + drawn();
}

std::string Spans::end_fault() const {
  std::string fault;
  if (!open_.empty()) {
    fault = count_of(open_.size(), "span") + (open_.size() == 1 ? " has" : " have") + " not ended:";
    for (const RecordedSpan& span : open_) fault += " " + name_of(span);
  }
  if (ended_again_ != 0) {
    if (!fault.empty()) fault += "; ";
    fault += count_of(ended_again_, "end") + (ended_again_ == 1 ? " is" : " are") +
             " of spans that had ended";
  }
  return fault;
}

}  // namespace baton::testing
