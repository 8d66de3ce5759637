// SPDX-License-Identifier: Apache-2.0
#include "baton/recording_tracer.hpp"

#include <cassert>
#include <span>
#include <string_view>

#include "baton/id_tracer.hpp"
#include "baton/samplers.hpp"

namespace baton {
namespace {

void add(RecordedSpan& span, std::span<const Attribute> attributes) {
  for (const Attribute& attribute : attributes) {
    RecordedSpan::Value& value = span.attributes[std::string(attribute.key)];
    if (const auto* text = std::get_if<std::string_view>(&attribute.value)) {
      value = std::string(*text);
    } else if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
      value = *number;
    }
  }
}

}  // namespace

RecordingTracer::RecordingTracer() : RecordingTracer(parent_based(always_on())) {}

RecordingTracer::~RecordingTracer() = default;

Tracer::Started RecordingTracer::start(const SpanStart& start) noexcept {
  auto span = std::make_unique<RecordedSpan>();
  span->parent = start.parent;
  span->context = IdTracer::context_of(start, *sampler_);
  span->kind = start.kind;
  span->name = start.name;
  span->links.assign(start.links.begin(), start.links.end());
  add(*span, start.attributes);
  Started started{span->context, span.get()};
  const std::lock_guard lock(mutex_);
  open_.emplace(span.get(), std::move(span));
  return started;
}

void RecordingTracer::end(const Started& started, const SpanEnd& end) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(started.span);
  assert(found != open_.end() && "a span ends twice");
  if (found == open_.end()) return;
  RecordedSpan& span = *found->second;
  span.is_error = end.is_error;
  span.error_type = end.error_type;
  add(span, end.attributes);
  ended_.push_back(std::move(span));
  open_.erase(found);
}

std::vector<RecordedSpan> RecordingTracer::ended() const {
  const std::lock_guard lock(mutex_);
  return ended_;
}

std::size_t RecordingTracer::open() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

void RecordingTracer::clear() {
  const std::lock_guard lock(mutex_);
  ended_.clear();
}

}  // namespace baton
