// SPDX-License-Identifier: Apache-2.0
#include "baton/recording_tracer.hpp"

#include <pthread.h>

#include <cassert>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include "baton/id_tracer.hpp"
#include "baton/samplers.hpp"

namespace baton {
namespace {

// Of all such tracers, so that a child of `fork` finds it unlocked.
constinit std::mutex mutex;
// NOLINTNEXTLINE(cert-err58-cpp): C does not throw, and a mutex is locked
[[maybe_unused]] const int fork_handlers =
    ::pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, [] { mutex.unlock(); });

void add(RecordedSpan& span, std::span<const Attribute> attributes) {
  for (const Attribute& attribute : attributes) {
    RecordedSpan::Value& value = span.attributes[std::string(attribute.key)];
    if (const auto* text = std::get_if<std::string_view>(&attribute.value)) {
      value = std::string(*text);
    } else {
      value = std::get<std::int64_t>(attribute.value);
    }
  }
}

}  // namespace

RecordingTracer::RecordingTracer() : RecordingTracer(parent_based(always_on())) {}

RecordingTracer::~RecordingTracer() {
  assert((ended_again_ == 0 || is_asked_) && "a span ends twice");
}

Tracer::Started RecordingTracer::start(const SpanStart& start) noexcept {
  RecordedSpan span;
  span.parent = start.parent;
  span.context = IdTracer::context_of(start, *sampler_);
  span.kind = start.kind;
  span.name = start.name;
  span.links.assign(start.links.begin(), start.links.end());
  add(span, start.attributes);
  Started started{span.context, nullptr};
  const std::lock_guard lock(mutex);
  ++started_;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a number, which a pointer would not be for ever.
  started.span = reinterpret_cast<void*>(started_);
  open_.emplace(started_, std::move(span));
  return started;
}

void RecordingTracer::end(const Started& started, const SpanEnd& end) noexcept {
  const std::lock_guard lock(mutex);
  const auto found = open_.find(reinterpret_cast<std::uintptr_t>(started.span));
  if (found == open_.end()) {
    ++ended_again_;
    return;
  }
  RecordedSpan& span = found->second;
  span.is_error = end.is_error;
  span.error_type = end.error_type;
  add(span, end.attributes);
  ended_.push_back(std::move(span));
  open_.erase(found);
}

std::vector<RecordedSpan> RecordingTracer::ended() const {
  const std::lock_guard lock(mutex);
  return ended_;
}

std::size_t RecordingTracer::open() const {
  const std::lock_guard lock(mutex);
  return open_.size();
}

std::vector<RecordedSpan> RecordingTracer::copy_open() const {
  std::vector<RecordedSpan> spans;
  spans.reserve(open_.size());
  for (const auto& [number, span] : open_) spans.push_back(span);
  return spans;
}

std::vector<RecordedSpan> RecordingTracer::open_spans() const {
  const std::lock_guard lock(mutex);
  return copy_open();
}

std::size_t RecordingTracer::ended_again() const {
  const std::lock_guard lock(mutex);
  is_asked_ = true;
  return ended_again_;
}

void RecordingTracer::clear() {
  const std::lock_guard lock(mutex);
  ended_.clear();
}

RecordingTracer::Snapshot RecordingTracer::snapshot() const {
  const std::lock_guard lock(mutex);
  is_asked_ = true;
  return {ended_, copy_open(), ended_again_};
}

}  // namespace baton
