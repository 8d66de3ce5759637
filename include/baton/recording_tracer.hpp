// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "baton/sampler.hpp"
#include "baton/tracer.hpp"

namespace baton {

/// A span as a RecordingTracer keeps it.
struct RecordedSpan {
  using Value = std::variant<std::string, std::int64_t>;

  Context parent;
  Context context;
  SpanKind kind = SpanKind::internal;
  std::string name;
  std::map<std::string, Value, std::less<>> attributes;  ///< those of its end included
  std::vector<SpanContext> links;
  bool is_error = false;
  std::string error_type;
};

/// Keeps all spans in memory, sampled or not: for tests of the code that makes them.
///
///     baton::RecordingTracer tracer;
///     baton::http::serve(request, handler, {.tracer = &tracer});
///     EXPECT_EQ(tracer.ended().at(0).name, "GET");
class RecordingTracer final : public Tracer {
 public:
  /// Has the sampler `parent_based(always_on())`, whatever the environment says: a test should not
  /// depend on it.
  RecordingTracer();
  /// The sampler must not be null.
  explicit RecordingTracer(std::shared_ptr<const Sampler> sampler) : sampler_(std::move(sampler)) {}
  ~RecordingTracer() override;

  [[nodiscard]] Started start(const SpanStart& start) noexcept override;
  void end(const Started& started, const SpanEnd& end) noexcept override;

  /// The spans that have ended, in the order of their ends.
  [[nodiscard]] std::vector<RecordedSpan> ended() const;
  /// How many spans have started and not ended.
  [[nodiscard]] std::size_t open() const;
  /// Those, in the order of their starts.
  [[nodiscard]] std::vector<RecordedSpan> open_spans() const;
  /// How often a span was ended that had ended. That is a mistake of its code: unless a test asks
  /// for this number, the destructor asserts that it is zero, if the library has assertions. A
  /// release has none (`NDEBUG`): say `EXPECT_THAT(tracer, baton::testing::AllEnded())`.
  [[nodiscard]] std::size_t ended_again() const;
  /// Forgets the spans that have ended.
  void clear();

  struct Snapshot {
    std::vector<RecordedSpan> ended;
    std::vector<RecordedSpan> open;
    std::size_t ended_again = 0;
  };
  /// What `ended`, `open_spans` and `ended_again` return at one moment: between two calls, a span
  /// may end on another thread.
  [[nodiscard]] Snapshot snapshot() const;

 private:
  /// The caller must hold the lock.
  [[nodiscard]] std::vector<RecordedSpan> copy_open() const;

  std::shared_ptr<const Sampler> sampler_;
  std::vector<RecordedSpan> ended_;
  std::map<std::uintptr_t, RecordedSpan> open_;  // by number; none is used twice
  std::uintptr_t started_ = 0;
  std::size_t ended_again_ = 0;
  mutable bool is_asked_ = false;
};

}  // namespace baton
