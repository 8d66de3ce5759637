// SPDX-License-Identifier: Apache-2.0
#include "core/extraction_counter.hpp"

#include <algorithm>
#include <new>

namespace baton {
namespace detail {
namespace {

// Never destroyed and never locked: threads may count while the process ends, and so may the only
// thread of a child of `fork`.
constinit std::atomic<CounterBlock*> all_blocks{nullptr};
constinit std::array<std::atomic<const std::string*>, max_counted_formats> names{};

/// For threads that end, or have no memory. Several threads may use it, which may lose counts.
constinit CounterBlock shared_block{};

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

}  // namespace

constinit thread_local CounterBlock* ExtractionCounter::thread_block = nullptr;

CounterBlock& ExtractionCounter::acquire() noexcept {
  struct Owner {
    CounterBlock* block;
    ~Owner() {
      has_ended = true;
      thread_block = nullptr;
      block->is_owned.store(false, std::memory_order_release);
    }
  };
  if (has_ended) return shared_block;
  CounterBlock* block = take_free_block();
  if (block == nullptr) block = make_block();
  if (block == nullptr) return shared_block;
  static thread_local const Owner owner{block};
  thread_block = block;
  return *block;
}

std::uint8_t ExtractionCounter::number_of(std::string_view format) {
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

std::uint64_t read(const std::atomic<std::uint64_t>& number) noexcept {
  return number.load(std::memory_order_relaxed);
}

FormatCounts sum_of(std::size_t number, std::string_view name) {
  FormatCounts sum{name};
  for_each_block([&](const detail::CounterBlock& block) {
    const detail::CounterBlock::Format& format = block.of_format[number];
    sum.found += read(format.found);
    sum.won += read(format.won);
    sum.malformed += read(format.malformed);
    sum.disagreed += read(format.disagreed);
  });
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
  for_each_block(
      [&](const detail::CounterBlock& block) { counts.extractions += read(block.extractions); });
  for (std::size_t i = 0; i < detail::names.size(); ++i) {
    const std::string* name = detail::names[i].load(std::memory_order_acquire);
    if (name == nullptr) return counts;
    counts.formats.push_back(sum_of(i, *name));
  }
  const FormatCounts others = sum_of(max_counted_formats, "other");
  if (others.found != 0) counts.formats.push_back(others);
  return counts;
}

namespace {

/// Escapes the value of a label.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

void add_heading(std::string& out, std::string_view name, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n");
  out.append("# TYPE ").append(name).append(" counter\n");
}

}  // namespace

std::string to_prometheus(const ExtractionCounts& counts) {
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

  std::string out;
  add_heading(out, "baton_extractions_total", "Requests that were looked at.");
  out.append("baton_extractions_total ").append(std::to_string(counts.extractions)).append("\n");
  for (const Family& family : families) {
    add_heading(out, family.name, family.help);
    for (const FormatCounts& format : counts.formats) {
      out.append(family.name).append("{format=\"").append(escaped(format.format)).append("\"} ");
      out.append(std::to_string(format.*family.number)).append("\n");
    }
  }
  return out;
}

}  // namespace baton
