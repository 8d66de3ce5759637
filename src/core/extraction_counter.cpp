// SPDX-License-Identifier: Apache-2.0
#include "core/extraction_counter.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <new>
#include <string>
#include <utility>

namespace baton {
namespace detail {
namespace {

// Never destroyed and never locked: threads may count while the process ends, and so may the only
// thread of a child of `fork`.
constinit std::atomic<CounterBlock*> all_blocks{nullptr};
constinit std::array<std::atomic<const std::string*>, max_counted_formats> names{};

/// The counts of all threads without a block of their own.
constinit CounterBlock shared_block{};

/// For threads that pause. Nobody reads it.
constinit CounterBlock unread_block{};

constinit thread_local CounterBlock* own_block = nullptr;

// The last functions of a thread may still count, but nobody would return a block that they take.
constinit thread_local bool has_ended = false;

CounterBlock* take_free_block() noexcept {
  for (CounterBlock* block = all_blocks.load(std::memory_order_acquire); block != nullptr;
       block = block->next) {
    // Acquire and release pass the counts from one owner to the next.
    if (!block->is_owned.load(std::memory_order_relaxed) &&
        !block->is_owned.exchange(true, std::memory_order_acquire)) {
      return block;
    }
  }
  return nullptr;
}

CounterBlock* make_block() noexcept {
  auto* const block = new (std::nothrow) CounterBlock{};
  if (block == nullptr) return nullptr;
  block->is_owned.store(true, std::memory_order_relaxed);
  block->next = all_blocks.load(std::memory_order_relaxed);
  while (!all_blocks.compare_exchange_weak(block->next, block, std::memory_order_release,
                                           std::memory_order_relaxed)) {
  }
  return block;
}

void add_to(std::atomic<std::uint64_t>& to, const std::atomic<std::uint64_t>& counted) noexcept {
  const std::uint64_t number = counted.load(std::memory_order_relaxed);
  if (number != 0) to.fetch_add(number, std::memory_order_relaxed);
}

constinit std::atomic<bool> has_key{false};
constinit pthread_key_t key_of_threads{};

}  // namespace

constinit thread_local CounterBlock* ExtractionCounter::thread_block = nullptr;

/// Returns the block of a thread that ends. A thread_local object with a destructor would need
/// memory, and without it end the process.
struct ExtractionCounter::Key {
  Key() noexcept { has_key = ::pthread_key_create(&key_of_threads, &end_thread) == 0; }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  /// If this library is unloaded, other threads continue, and cannot call it when they end.
  ~Key() {
    if (has_key.exchange(false)) ::pthread_key_delete(key_of_threads);
  }

  static void end_thread(void* /*any*/) noexcept {
    has_ended = true;
    thread_block = nullptr;
    if (own_block != nullptr) own_block->is_owned.store(false, std::memory_order_release);
  }
};

const ExtractionCounter::Key ExtractionCounter::key;

CounterBlock* ExtractionCounter::acquire() noexcept {
  // `end_thread` is called for any value but null.
  if (has_ended || !has_key || ::pthread_setspecific(key_of_threads, &shared_block) != 0) {
    return nullptr;
  }
  own_block = take_free_block();
  if (own_block == nullptr) own_block = make_block();
  thread_block = own_block;
  return own_block;
}

void ExtractionCounter::count_together(FunctionRef<void(ExtractionCounter)> extract) {
  CounterBlock block{};
  extract(ExtractionCounter(block));
  add_to(shared_block.extractions, block.extractions);
  for (std::size_t i = 0; i < CounterBlock::formats; ++i) {
    const CounterBlock::Format& counted = block.of_format[i];
    CounterBlock::Format& to = shared_block.of_format[i];
    add_to(to.found, counted.found);
    add_to(to.won, counted.won);
    add_to(to.malformed, counted.malformed);
    add_to(to.disagreed, counted.disagreed);
  }
}

ExtractionCounter::Pause::Pause() noexcept
    : counting_(std::exchange(thread_block, &unread_block)) {}
ExtractionCounter::Pause::~Pause() { thread_block = counting_; }

std::uint8_t ExtractionCounter::number_of(std::string_view format) {
  if (format.empty()) return max_counted_formats;  // such a name means that a place is free
  const std::string* mine = nullptr;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string* name = names[i].load(std::memory_order_acquire);
    if (name == nullptr) {
      if (mine == nullptr) mine = new std::string(format);
      if (names[i].compare_exchange_strong(name, mine, std::memory_order_acq_rel)) {
        return static_cast<std::uint8_t>(i);
      }
    }
    if (*name == format) {
      delete mine;
      return static_cast<std::uint8_t>(i);
    }
  }
  delete mine;
  return max_counted_formats;
}

std::string_view ExtractionCounter::name_of(std::size_t number) noexcept {
  if (number >= names.size()) return "other";
  const std::string* const name = names[number].load(std::memory_order_acquire);
  return name != nullptr ? std::string_view(*name) : std::string_view();
}

void add_counts(FormatCounts& sum, const CounterBlock& block, std::size_t number) noexcept {
  const auto read = [](const std::atomic<std::uint64_t>& count) {
    return count.load(std::memory_order_relaxed);
  };
  const CounterBlock::Format& format = block.of_format[number];
  sum.found += read(format.found);
  sum.won += read(format.won);
  sum.malformed += read(format.malformed);
  sum.disagreed += read(format.disagreed);
}

}  // namespace detail

namespace {

template <class Visitor>
void for_each_block(Visitor visit) {
  visit(detail::shared_block);
  for (const detail::CounterBlock* block = detail::all_blocks.load(std::memory_order_acquire);
       block != nullptr; block = block->next) {
    visit(*block);
  }
}

FormatCounts sum_of(std::size_t number) {
  FormatCounts sum{detail::ExtractionCounter::name_of(number)};
  for_each_block(
      [&](const detail::CounterBlock& block) { detail::add_counts(sum, block, number); });
  return sum;
}

}  // namespace

FormatCounts ExtractionCounts::of(std::string_view format) const noexcept {
  const auto found = std::find_if(formats.begin(), formats.end(),
                                  [format](const auto& counts) { return counts.format == format; });
  return found != formats.end() ? *found : FormatCounts{format};
}

ExtractionCounts extraction_counts() {
  ExtractionCounts counts;
  for_each_block([&](const detail::CounterBlock& block) {
    counts.extractions += block.extractions.load(std::memory_order_relaxed);
  });
  for (std::size_t i = 0; i < max_counted_formats; ++i) {
    if (detail::ExtractionCounter::name_of(i).empty()) break;
    counts.formats.push_back(sum_of(i));
  }
  const FormatCounts others = sum_of(max_counted_formats);
  if (others.found != 0) counts.formats.push_back(others);
  return counts;
}

namespace {

using Write = FunctionRef<void(std::string_view)>;

/// Writes the value of a label, escaped.
void write_label(std::string_view text, Write write) {
  for (const char c : text) {
    if (c == '\n') {
      write("\\n");
      continue;
    }
    if (c == '\\' || c == '"') write("\\");
    write({&c, 1});
  }
}

void write_number(std::uint64_t number, Write write) {
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  write({digits.data(), end});
  write("\n");
}

void write_heading(std::string_view name, std::string_view help, Write write) {
  for (const std::string_view piece : {std::string_view("# HELP "), name, std::string_view(" "),
                                       help, std::string_view("\n# TYPE "), name}) {
    write(piece);
  }
  write(" counter\n");
}

}  // namespace

void detail::write_prometheus(std::uint64_t extractions, std::span<const FormatCounts> formats,
                              Write write) {
  struct Family {
    std::string_view name;
    std::string_view help;
    std::uint64_t FormatCounts::* number;
  };
  static constexpr std::array<Family, 4> families{{
      {"baton_format_found_total",
       "Requests whose fields of this format said something, or were bad.", &FormatCounts::found},
      {"baton_format_won_total", "Requests whose context was taken from this format.",
       &FormatCounts::won},
      {"baton_format_malformed_total", "Requests whose fields of this format gave nothing.",
       &FormatCounts::malformed},
      {"baton_format_disagreed_total",
       "Requests in which another format won with another trace id.", &FormatCounts::disagreed},
  }};

  write_heading("baton_extractions_total", "Requests that were looked at.", write);
  write("baton_extractions_total ");
  write_number(extractions, write);
  for (const Family& family : families) {
    write_heading(family.name, family.help, write);
    for (const FormatCounts& format : formats) {
      write(family.name);
      write("{format=\"");
      write_label(format.format, write);
      write("\"} ");
      write_number(format.*family.number, write);
    }
  }
}

std::string to_prometheus(const ExtractionCounts& counts) {
  std::string out;
  detail::write_prometheus(counts.extractions, counts.formats,
                           [&out](std::string_view piece) { out += piece; });
  return out;
}

}  // namespace baton
