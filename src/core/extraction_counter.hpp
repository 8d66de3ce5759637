// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include "baton/extraction_counts.hpp"
#include "baton/function_ref.hpp"

namespace baton::detail {

/// The counts of one thread. Only this thread writes them, so that adding takes no locked
/// instruction; any thread may read them. Outlives its thread, and continues with the next one.
struct alignas(64) CounterBlock {
  /// One more than there are names: the last one counts all other formats.
  static constexpr std::size_t formats = max_counted_formats + 1;

  struct Format {
    std::atomic<std::uint64_t> found;
    std::atomic<std::uint64_t> won;
    std::atomic<std::uint64_t> malformed;
    std::atomic<std::uint64_t> disagreed;
  };

  std::atomic<std::uint64_t> extractions;
  std::array<Format, formats> of_format;
  std::atomic<bool> is_owned;
  CounterBlock* next;
};

/// Counts for `extraction_counts`, for the thread on which it is made.
class ExtractionCounter {
 public:
  ExtractionCounter() noexcept : block_(thread_block != nullptr ? thread_block : acquire()) {}

  /// False: this thread ends, or has no memory for its counts. Only `count_together` may then be
  /// called.
  [[nodiscard]] explicit operator bool() const noexcept { return block_ != nullptr; }

  /// Calls a function on such a thread, with a counter for it. What that has counted is added to
  /// what all such threads have in common.
  static void count_together(FunctionRef<void(ExtractionCounter)> extract);

  /// The number of that name for the functions below.
  static std::uint8_t number_of(std::string_view format);

  /// The name of a number: "other" for the last one, and empty for one that is not used yet.
  static std::string_view name_of(std::size_t number) noexcept;

  /// Lets this thread count in a block of the caller, such as one in memory that processes share.
  /// Then `extraction_counts` does not include it. The block must outlive the thread's counting.
  static void count_in(CounterBlock& block) noexcept { thread_block = &block; }

  /// While it exists, its thread counts nothing. On one thread, the last that is made ends first.
  class Pause {
   public:
    Pause() noexcept;
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    ~Pause();

   private:
    CounterBlock* counting_;
  };

  void add_extraction() noexcept { add(block_->extractions); }
  void add_found(std::uint8_t format) noexcept { add(block_->of_format[format].found); }
  void add_won(std::uint8_t format) noexcept { add(block_->of_format[format].won); }
  void add_malformed(std::uint8_t format) noexcept { add(block_->of_format[format].malformed); }
  void add_disagreed(std::uint8_t format) noexcept { add(block_->of_format[format].disagreed); }

 private:
  explicit ExtractionCounter(CounterBlock& block) noexcept : block_(&block) {}

  struct Key;

  /// Null: the thread gets none.
  static CounterBlock* acquire() noexcept;

  static void add(std::atomic<std::uint64_t>& number) noexcept {
    number.store(number.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  static constinit thread_local CounterBlock* thread_block;
  static const Key key;

  CounterBlock* block_;
};

/// Adds the counts of one format in a block.
void add_counts(FormatCounts& sum, const CounterBlock& block, std::size_t number) noexcept;

/// The text of `to_prometheus`, in pieces.
void write_prometheus(std::uint64_t extractions, std::span<const FormatCounts> formats,
                      FunctionRef<void(std::string_view)> write);

}  // namespace baton::detail
