// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/recording_tracer.hpp"

namespace baton::testing {

/// The spans that a test has recorded, and what they are to each other.
///
///     const Spans spans(tracer);
///     EXPECT_EQ(spans.path_to(spans.named("SELECT").at(0)), "GET /order > price > SELECT");
///     std::cout << spans.drawn();
///
/// A span whose parent came from another process is a root, unless that parent was recorded here as
/// well. Pointers are valid as long as the object.
class Spans {
 public:
  using List = std::vector<const RecordedSpan*>;

  explicit Spans(std::vector<RecordedSpan> spans);
  /// Those that have ended; it also knows which have not, and which have twice.
  explicit Spans(const RecordingTracer& tracer);

  /// All of them, in the order of their ends.
  [[nodiscard]] const std::vector<RecordedSpan>& all() const noexcept { return spans_; }

  [[nodiscard]] List named(std::string_view name) const;
  [[nodiscard]] List of_kind(SpanKind kind) const;
  [[nodiscard]] List roots() const;
  /// Those whose parent is of this process, and not there. A parent that has not ended is there.
  [[nodiscard]] List orphans() const;
  [[nodiscard]] List children_of(const RecordedSpan* span) const;
  /// The recorded parent, or null.
  [[nodiscard]] const RecordedSpan* parent_of(const RecordedSpan* span) const;
  /// The names from the root to the span: "GET > price > SELECT".
  [[nodiscard]] std::string path_to(const RecordedSpan* span) const;

  /// All trees as text, a line for each span.
  [[nodiscard]] std::string drawn() const;

  // What is wrong, in words, with the trees; empty: nothing.

  [[nodiscard]] std::string tree_fault() const;
  [[nodiscard]] std::string orphan_fault() const;
  [[nodiscard]] std::string end_fault() const;

 private:
  /// The parent, if it has not ended; or null.
  [[nodiscard]] const RecordedSpan* open_parent_of(std::size_t span) const;
  [[nodiscard]] std::string line_of(std::size_t span) const;
  [[nodiscard]] std::size_t place_of(const RecordedSpan* span) const;
  /// How many no root leads to: their parents form a circle.
  [[nodiscard]] std::size_t unreached() const;

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::vector<RecordedSpan> spans_;
  std::vector<RecordedSpan> open_;
  std::size_t ended_again_ = 0;
  std::vector<std::size_t> parents_;                // of each span
  std::vector<std::vector<std::size_t>> children_;  // of each span
};

}  // namespace baton::testing
