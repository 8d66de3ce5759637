// SPDX-License-Identifier: Apache-2.0
#include "baton/extraction_counts.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "baton/configuration.hpp"
#include "support/fields.hpp"
#include "support/sanitizers.hpp"

// Only blocks of counts are aligned to cache lines.
std::atomic<std::size_t> aligned_allocations = 0;
std::atomic<std::size_t> refused_allocations = 0;
std::atomic<bool> is_without_memory = false;

void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  if (is_without_memory) {
    ++refused_allocations;
    return nullptr;
  }
  ++aligned_allocations;
  return std::aligned_alloc(static_cast<std::size_t>(alignment), size);
}
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(memory);
}

namespace baton {
namespace {

using test::Fields;

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view same_b3 = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-d";
constexpr std::string_view other_b3 = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1";

FormatCounts operator-(const FormatCounts& after, const FormatCounts& before) {
  return {after.format, after.found - before.found, after.won - before.won,
          after.malformed - before.malformed, after.disagreed - before.disagreed};
}

/// What one extraction adds to the counts of the formats.
class Counted {
 public:
  Counted(std::string_view names, ExtractionPolicy policy, const Fields& fields) {
    const PropagatorChain chain = make_chain(names, policy).chain;
    before_ = extraction_counts();
    static_cast<void>(chain.extract(fields));
    after_ = extraction_counts();
  }

  [[nodiscard]] std::uint64_t extractions() const {
    return after_.extractions - before_.extractions;
  }
  [[nodiscard]] FormatCounts of(std::string_view format) const {
    return after_.of(format) - before_.of(format);
  }

 private:
  ExtractionCounts before_;
  ExtractionCounts after_;
};

using enum ExtractionPolicy;

TEST(ExtractionCountsTest, WhatIsFoundAndWins) {
  const Counted counted("tracecontext,baggage,b3", first_match,
                        {{"traceparent", parent}, {"b3", same_b3}, {"baggage", "k=v"}});
  EXPECT_EQ(counted.extractions(), 1U);
  EXPECT_EQ(counted.of("tracecontext"), (FormatCounts{"tracecontext", 1, 1, 0, 0}));
  EXPECT_EQ(counted.of("baggage"), (FormatCounts{"baggage", 1, 0, 0, 0}));
  EXPECT_EQ(counted.of("b3"), (FormatCounts{"b3", 1, 0, 0, 0}));
}

TEST(ExtractionCountsTest, NothingThereIsStillAnExtraction) {
  const Counted counted("tracecontext,b3", last_wins, {{"accept", "*/*"}});
  EXPECT_EQ(counted.extractions(), 1U);
  EXPECT_EQ(counted.of("tracecontext"), FormatCounts{"tracecontext"});
  EXPECT_EQ(counted.of("b3"), FormatCounts{"b3"});
}

/// Has no fields, and tells it when it is visited.
struct NoFields : Fields {
  template <class Visitor>
  void fields(Visitor&&) const {}
};

TEST(ExtractionCountsTest, NeitherFieldsNorFormatsAreNeeded) {
  const std::uint64_t before = extraction_counts().extractions;
  static_cast<void>(make_chain("tracecontext").chain.extract(NoFields()));
  static_cast<void>(PropagatorChain().extract(Fields()));
  EXPECT_EQ(extraction_counts().extractions - before, 2U);
}

TEST(ExtractionCountsTest, Malformed) {
  const Counted counted("tracecontext,b3", last_wins, {{"traceparent", "bad"}, {"b3", other_b3}});
  EXPECT_EQ(counted.of("tracecontext"), (FormatCounts{"tracecontext", 1, 0, 1, 0}));
  EXPECT_EQ(counted.of("b3"), (FormatCounts{"b3", 1, 1, 0, 0}));
}

TEST(ExtractionCountsTest, TheLoserOfADisagreement) {
  const Fields fields = {{"traceparent", parent}, {"b3", other_b3}};
  const Counted first("tracecontext,b3", first_match, fields);
  EXPECT_EQ(first.of("tracecontext"), (FormatCounts{"tracecontext", 1, 1, 0, 0}));
  EXPECT_EQ(first.of("b3"), (FormatCounts{"b3", 1, 0, 0, 1}));
  const Counted last("tracecontext,b3", last_wins, fields);
  EXPECT_EQ(last.of("tracecontext"), (FormatCounts{"tracecontext", 1, 0, 0, 1}));
  EXPECT_EQ(last.of("b3"), (FormatCounts{"b3", 1, 1, 0, 0}));
}

TEST(ExtractionCountsTest, ALoneDecisionWinsWhereNothingElseDoes) {
  const Counted alone("tracecontext,b3", last_wins, {{"b3", "0"}});
  EXPECT_EQ(alone.of("b3"), (FormatCounts{"b3", 1, 1, 0, 0}));
  const Counted beside("b3,tracecontext", last_wins, {{"b3", "0"}, {"traceparent", parent}});
  EXPECT_EQ(beside.of("b3"), (FormatCounts{"b3", 1, 0, 0, 0}));
  EXPECT_EQ(beside.of("tracecontext"), (FormatCounts{"tracecontext", 1, 1, 0, 0}));
}

TEST(ExtractionCountsTest, ATraceIdAloneWinsWhereNoSpanContextDoes) {
  const Fields::Pair root{"x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793"};
  const Counted alone("b3,xray", last_wins, {{"b3", "0"}, root});
  EXPECT_EQ(alone.of("xray"), (FormatCounts{"xray", 1, 1, 0, 0}));
  EXPECT_EQ(alone.of("b3"), (FormatCounts{"b3", 1, 0, 0, 0}));
  // The field that a load balancer adds to every request does not disagree.
  for (const std::string_view names : {"xray,tracecontext", "tracecontext,xray"}) {
    const Counted beside(names, last_wins, {{"traceparent", parent}, root});
    EXPECT_EQ(beside.of("xray"), (FormatCounts{"xray", 1, 0, 0, 0}));
    EXPECT_EQ(beside.of("tracecontext"), (FormatCounts{"tracecontext", 1, 1, 0, 0}));
  }
}

TEST(ExtractionCountsTest, AFormatThatNobodyReadsHasZeros) {
  EXPECT_EQ(extraction_counts().of("pigeon"), FormatCounts{"pigeon"});
}

void extract_b3() { static_cast<void>(make_chain("b3").chain.extract(Fields{{"b3", other_b3}})); }

struct LateExtraction {
  ~LateExtraction() { extract_b3(); }
};

pthread_key_t last_key{};

/// Extracts in each round of the functions at the end of a thread, also in the last one, when it
/// has returned its block of counts.
void extract_in_each_round(void* rounds_left) {
  extract_b3();
  if (--*static_cast<int*>(rounds_left) != 0) ::pthread_setspecific(last_key, rounds_left);
}

// Each thread takes the block of counts that the previous one has returned. A thread that ends must
// not take another block, which it would never return.
TEST(ExtractionCountsTest, AnExtractionAtTheVeryEndOfAThreadCountsAndTakesNoBlock) {
  // After the third round, ThreadSanitizer has no thread any more.
  constexpr int rounds = test::has_thread_sanitizer ? 3 : PTHREAD_DESTRUCTOR_ITERATIONS;
  ASSERT_EQ(::pthread_key_create(&last_key, &extract_in_each_round), 0);
  const auto run_thread = [] {
    int rounds_left = rounds;
    std::thread([&] {
      static thread_local const LateExtraction late;
      static_cast<void>(&late);
      ::pthread_setspecific(last_key, &rounds_left);
      extract_b3();
    }).join();
    EXPECT_EQ(rounds_left, 0);
  };
  run_thread();  // makes a block for the others
  const FormatCounts before = extraction_counts().of("b3");
  const std::size_t blocks = aligned_allocations;
  for (int i = 0; i < 4; ++i) run_thread();
  EXPECT_EQ(aligned_allocations, blocks);
  constexpr std::uint64_t all = 4 * (2 + rounds);
  EXPECT_EQ(extraction_counts().of("b3") - before, (FormatCounts{"b3", all, all, 0, 0}));
  EXPECT_EQ(::pthread_key_delete(last_key), 0);
}

/// How many blocks are made for so many threads of one time.
std::size_t blocks_for(std::size_t threads) {
  const std::size_t before = aligned_allocations;
  std::vector<std::thread> all;
  std::atomic<std::size_t> counted = 0;
  for (std::size_t i = 0; i < threads; ++i) {
    all.emplace_back([&counted, threads] {
      static_cast<void>(PropagatorChain().extract(Fields()));
      static_cast<void>(PropagatorChain().extract(Fields()));
      ++counted;
      counted.notify_all();
      for (std::size_t now; (now = counted) < threads;) counted.wait(now);
    });
    for (std::size_t now; (now = counted) == i;) counted.wait(now);
  }
  for (std::thread& thread : all) thread.join();
  return aligned_allocations - before;
}

TEST(ExtractionCountsTest, ThreadsOfOneTimeHaveBlocksOfTheirOwnAndLaterOnesTakeThem) {
  const std::size_t most = aligned_allocations + 1;  // earlier tests have made some
  EXPECT_NE(blocks_for(most), 0U);
  const std::uint64_t before = extraction_counts().extractions;
  EXPECT_EQ(blocks_for(most), 0U);
  EXPECT_EQ(blocks_for(most + 1), 1U);
  EXPECT_EQ(blocks_for(most + 4), 3U);
  EXPECT_EQ(blocks_for(most + 4), 0U);
  EXPECT_EQ(extraction_counts().extractions - before, 2U * (4 * most + 9));
}

TEST(ExtractionCountsTest, ThreadsWithoutMemoryForABlockCountTogether) {
  const std::size_t more_than_blocks = aligned_allocations + 2;
  const std::uint64_t before = extraction_counts().extractions;
  const std::size_t refused_before = refused_allocations;
  is_without_memory = true;
  static_cast<void>(blocks_for(more_than_blocks));
  is_without_memory = false;
  EXPECT_GT(refused_allocations, refused_before) << "each thread has a block";
  EXPECT_EQ(extraction_counts().extractions - before, 2 * more_than_blocks);
}

constexpr std::size_t ending_threads = 4;
constexpr std::size_t ending_rounds = 100'000;
std::atomic<std::size_t> have_ended = 0;

/// Extracts when this thread has returned its block, and so have the others.
void extract_beside_others(void* has_block) {
  if (std::exchange(*static_cast<bool*>(has_block), false)) {
    ::pthread_setspecific(last_key, has_block);
    return;
  }
  ++have_ended;
  while (have_ended < ending_threads) std::this_thread::yield();
  for (std::size_t i = 0; i < ending_rounds; ++i) {
    static_cast<void>(PropagatorChain().extract(Fields()));
  }
}

TEST(ExtractionCountsTest, ThreadsThatEndTogetherLoseNoCount) {
  have_ended = 0;
  ASSERT_EQ(::pthread_key_create(&last_key, &extract_beside_others), 0);
  const std::uint64_t before = extraction_counts().extractions;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ending_threads; ++i) {
    threads.emplace_back([] {
      static_cast<void>(PropagatorChain().extract(Fields()));
      static thread_local bool has_block = true;
      ::pthread_setspecific(last_key, &has_block);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(extraction_counts().extractions - before, ending_threads * (1 + ending_rounds));
  EXPECT_EQ(::pthread_key_delete(last_key), 0);
}

class NamedPropagator final : public Propagator {
 public:
  explicit NamedPropagator(std::string name)
      : Propagator(traits_),
        name_(std::move(name)),
        traits_{.name = name_, .specification = "", .fields = {}, .says = {.ids = true}} {}
  Extracted extract(CarrierReader, Context&, ExtractReport*) const override {
    return Extracted::malformed;
  }
  void inject(const Context&, CarrierWriter) const override {}

 private:
  std::string name_;
  FormatTraits traits_;
};

TEST(ExtractionCountsTest, AFormatWithoutANameIsOtherAndHidesNone) {
  const auto found = [] {
    std::uint64_t sum = 0;
    for (const FormatCounts& format : extraction_counts().formats) sum += format.found;
    return sum;
  };
  const FormatCounts other = extraction_counts().of("other");
  const PropagatorChain nameless({std::make_shared<NamedPropagator>("")});
  const PropagatorChain later({std::make_shared<NamedPropagator>("later")});
  static_cast<void>(nameless.extract(Fields{}));
  EXPECT_EQ(extraction_counts().of("other") - other, (FormatCounts{"other", 1, 0, 1, 0}));
  const std::uint64_t before = found();
  static_cast<void>(later.extract(Fields{}));
  EXPECT_EQ(found(), before + 1);
}

// Names of a user are copied, and those over the limit are counted together.
TEST(ExtractionCountsTest, FormatsBeyondTheLimitAreOther) {
  const auto last = [] { return extraction_counts().formats.back(); };
  const auto make = [](std::string name) {
    return PropagatorChain({std::make_shared<NamedPropagator>(std::move(name))});
  };
  const auto is_full = [] {
    const auto formats = extraction_counts().formats;
    const bool has_other = formats.back().format == "other";
    return formats.size() == max_counted_formats + (has_other ? 1 : 0);
  };
  for (std::size_t i = 0; i < max_counted_formats && !is_full(); ++i) {
    static_cast<void>(make("made-up-" + std::to_string(i)));
  }
  const FormatCounts last_before = last();  // "other" if the test is repeated
  const FormatCounts other = extraction_counts().of("other");
  const PropagatorChain one_more = make("one-more");
  EXPECT_EQ(last(), last_before) << "nothing more is counted as other";
  static_cast<void>(one_more.extract(Fields{}));
  EXPECT_EQ(last() - other, (FormatCounts{"other", 1, 0, 1, 0}));

  const ExtractionCounts before = extraction_counts();
  for (int round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < 2 * max_counted_formats; ++i) {
      static_cast<void>(make("made-up-" + std::to_string(i)).extract(Fields{}));
    }
  }
  const ExtractionCounts counts = extraction_counts();
  EXPECT_EQ(counts.of("made-up-0") - before.of("made-up-0"),
            (FormatCounts{"made-up-0", 2, 0, 2, 0}));
  EXPECT_EQ(counts.formats.size(), max_counted_formats + 1);
  EXPECT_EQ(counts.formats.back().format, "other");
  EXPECT_GE(counts.of("other").found - before.of("other").found, 2 * max_counted_formats);
}

TEST(ExtractionCountsTest, AsPrometheusReadsThem) {
  const ExtractionCounts counts{
      12, {{"tracecontext", 10, 9, 1, 0}, {"a\"b\\c\nd", 18446744073709551615U, 2, 3, 4}}};
  EXPECT_EQ(to_prometheus(counts),
            "# HELP baton_extractions_total Requests that were looked at.\n"
            "# TYPE baton_extractions_total counter\n"
            "baton_extractions_total 12\n"
            "# HELP baton_format_found_total Requests whose fields of this format said something, "
            "or were bad.\n"
            "# TYPE baton_format_found_total counter\n"
            "baton_format_found_total{format=\"tracecontext\"} 10\n"
            "baton_format_found_total{format=\"a\\\"b\\\\c\\nd\"} 18446744073709551615\n"
            "# HELP baton_format_won_total Requests whose context was taken from this format.\n"
            "# TYPE baton_format_won_total counter\n"
            "baton_format_won_total{format=\"tracecontext\"} 9\n"
            "baton_format_won_total{format=\"a\\\"b\\\\c\\nd\"} 2\n"
            "# HELP baton_format_malformed_total Requests whose fields of this format gave "
            "nothing.\n"
            "# TYPE baton_format_malformed_total counter\n"
            "baton_format_malformed_total{format=\"tracecontext\"} 1\n"
            "baton_format_malformed_total{format=\"a\\\"b\\\\c\\nd\"} 3\n"
            "# HELP baton_format_disagreed_total Requests in which another format won with "
            "another trace id.\n"
            "# TYPE baton_format_disagreed_total counter\n"
            "baton_format_disagreed_total{format=\"tracecontext\"} 0\n"
            "baton_format_disagreed_total{format=\"a\\\"b\\\\c\\nd\"} 4\n");
}

}  // namespace
}  // namespace baton
