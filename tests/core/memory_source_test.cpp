// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/memory_source.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "core/baggage_joiner.hpp"
#include "support/arena.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

using detail::MemorySource;
using test::allocations;
using test::allocations_of;
using test::Arena;
using test::Fields;
using test::for_each_shortage;

const Fields three_fields = {
    {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    {"tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
    {"baggage", "userId=Am%C3%A9lie,serverNode=DF%2028,isProduction=false"}};

TEST(MemorySourceTest, TextsLieInItsMemory) {
  const PropagatorChain chain = make_chain("tracecontext,baggage").chain;
  static_cast<void>(chain.extract(three_fields));  // each thread allocates its counters once
  Arena arena;
  const auto work = [&] {
    Context context = chain.extract(three_fields);
    EXPECT_TRUE(arena.has(context.span_context().trace_state.header()));
    EXPECT_TRUE(arena.has(context.baggage().header()));
    const Context copy = context;
    context.set_trace_state(*TraceState::parse("a=1,b=2"));
    EXPECT_TRUE(arena.has(context.span_context().trace_state.header()));
    EXPECT_EQ(copy.span_context().trace_state.header(), "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  };
  EXPECT_EQ(allocations_of(arena, work), 0U);
}

TEST(MemorySourceTest, ItsTextsMayEndAfterIt) {
  Arena arena;
  TraceState kept;
  {
    const MemorySource source(&Arena::take, &arena);
    kept = *TraceState::parse("a=1");
  }
  EXPECT_EQ(kept.header(), "a=1");
  kept = {};  // frees nothing: AddressSanitizer would tell
}

TEST(MemorySourceTest, WithoutMemoryTextsAreEmpty) {
  const PropagatorChain chain = make_chain("tracecontext,baggage").chain;
  Arena arena(0);
  const auto work = [&] {
    const Context context = chain.extract(three_fields);
    EXPECT_TRUE(context.span_context().is_valid());
    EXPECT_TRUE(context.span_context().trace_state.empty());
    EXPECT_TRUE(context.baggage().empty());
  };
  EXPECT_EQ(allocations_of(arena, work), 0U);
}

/// Keeps the tracestate, in memory that it has from the start.
struct TracestateCarrier {
  TracestateCarrier() { text.reserve(1000); }
  void set(std::string_view name, std::string_view value) {
    if (name == "tracestate") text.assign(value);
  }
  void erase(std::string_view name) {
    if (name == "tracestate") text.clear();
  }

  std::string text;
};

TEST(MemorySourceTest, ATracestateOverItsLimitIsShortenedInItsMemory) {
  constexpr std::size_t limit = 300;
  const TraceContextPropagator propagator({.max_tracestate_bytes = limit});
  Context context;
  const auto state = TraceState::parse(
      "a=" + std::string(100, 'v') + ",long=" + std::string(200, 'v') +
      ",b=" + std::string(100, 'v') + ",c=" + std::string(80, 'v') + ",d=" + std::string(20, 'v'));
  context.set_span_context({TraceId(1, 2), SpanId(3), TraceFlags(), true, state.value()});
  const std::string expected = state->header(limit);
  for_each_shortage([&](Arena& arena) {
    TracestateCarrier carrier;
    carrier.text = "stale=1";
    EXPECT_EQ(allocations_of(arena, [&] { propagator.inject(context, carrier); }), 0U);
    EXPECT_EQ(carrier.text, arena.was_short() ? "" : expected);
    EXPECT_EQ(arena.asked(), 1U);
  });
}

TEST(MemorySourceTest, SourcesNest) {
  const auto is_from = [](const Arena& arena) {
    return arena.has(TraceState::parse("a=1")->header());
  };
  Arena outer;
  Arena inner;
  {
    const MemorySource source(&Arena::take, &outer);
    {
      const MemorySource nested(&Arena::take, &inner);
      EXPECT_TRUE(is_from(inner));
    }
    EXPECT_TRUE(is_from(outer));
  }
  const std::size_t before = allocations;
  EXPECT_FALSE(is_from(outer));
  EXPECT_EQ(allocations - before, 1U);
}

/// Baggage with keys that share the name of a field, and texts that need memory.
std::string long_baggage() {
  std::string list = "Tenant=upper,tenant=lower;p=1,TENANT=again;q,";
  list += std::string(300, 'K') + "=" + std::string(2000, 'v') + ",escapes=";
  for (int i = 0; i < 200; ++i) list += "%C3%A9%20";
  for (std::size_t i = 0; i < 40; ++i) list += test::numbered(",Key", i) + "=a-value";
  return list + ",KEY0=another";
}

Context context(Sampling sampling, bool has_ids, std::string_view more_baggage = "") {
  Context context;
  if (has_ids) {
    const std::string state =
        "dd=s:2;o:rum;t.dm:-4,ot=th:8;rv:0123456789abcd,baton=debug," + test::numbered_members(20);
    context.set_span_context(
        {TraceId(1, 2), SpanId(3), TraceFlags(1), true, *TraceState::parse(state)}, sampling);
  } else {
    context.set_sampling(sampling);
  }
  context.set_baggage(Baggage::parse(long_baggage() + std::string(more_baggage)));
  return context;
}

const std::array contexts{context(Sampling::sample, true), context(Sampling::debug, true),
                          context(Sampling::defer, true), context(Sampling::debug, false),
                          context(Sampling::sample, true, ",repeated=1,repeated=2")};

/// A carrier that needs no memory, and compares the fields of a family with those that it expects.
class Written {
 public:
  Written(const Fields& expected, std::string_view prefix) : expected_(expected), prefix_(prefix) {}

  void set(std::string_view name, std::string_view value) {
    const bool is_compared = !prefix_.empty() && name.starts_with(prefix_);
    is_wrong_ = is_wrong_ || (is_compared && expected_.get(name) != value);
  }
  void erase(std::string_view name) { is_wrong_ = is_wrong_ || name == prefix_; }
  [[nodiscard]] bool is_wrong() const noexcept { return is_wrong_; }

 private:
  const Fields& expected_;
  std::string_view prefix_;
  bool is_wrong_ = false;
};

/// A format or all of them, by each policy and each trust.
struct Format {
  std::string names;
  std::string_view prefix;
  bool has_several;
  PropagatorChain plain;
  std::vector<PropagatorChain> chains;
};

Format make_format(std::string names, std::string_view prefix) {
  const bool has_several = names.find(',') != std::string::npos;
  const PropagatorChain plain = make_chain(names).chain;
  Format format{std::move(names), prefix, has_several, plain, {}};
  for (const auto policy : {ExtractionPolicy::last_wins, ExtractionPolicy::first_match}) {
    ChainConfiguration configuration{format.names, format.names, policy, {}, {}};
    configuration.options.sampling_in_tracestate = true;
    const PropagatorChain chain = make_chain(configuration).chain;
    format.chains.push_back(chain);
    for (const CallerTrust callers :
         {CallerTrust::full, CallerTrust::keep_ids, CallerTrust::restart}) {
      format.chains.push_back(chain.with_trust(
          {.destinations = {{.destination = "*", .context = true, .baggage = {"tenant", "k*"}}},
           .callers = callers,
           .callers_baggage = {{"tenant", "key1*", "escapes"}}}));
    }
  }
  return format;
}

/// Each format of the registry, so also one that is new, and all at once.
std::vector<Format> formats() {
  std::vector<Format> all;
  std::string names;
  for (const RegisteredPropagator& each : registered_propagators()) {
    if (!names.empty()) names += ',';
    names += each.traits.name;
    const auto prefixes = each.traits.prefixes;
    all.push_back(make_format(std::string(each.traits.name),
                              prefixes.empty() ? std::string_view() : prefixes.front()));
  }
  all.push_back(make_format(std::move(names), {}));
  return all;
}

Fields written_by(const PropagatorChain& chain, const Context& sent) {
  Fields fields;
  chain.inject(sent, fields);
  return fields;
}

/// What the format writes; that with the keys of a family in uppercase behind it; and with values
/// that end too early.
std::vector<Fields> requests(const Format& format) {
  std::vector<Fields> all;
  for (const Context& sent : contexts) {
    Fields good = written_by(format.plain, sent);
    Fields shouted = written_by(format.plain, sent);
    Fields cut;
    for (auto [name, value] : good.sorted()) {
      cut.add(name, std::string_view(value).substr(0, value.size() - 1));
      if (format.prefix.empty() || !name.starts_with(format.prefix)) continue;
      for (std::size_t i = format.prefix.size(); i < name.size(); ++i) {
        if (name[i] >= 'a' && name[i] <= 'z') name[i] = static_cast<char>(name[i] - 'a' + 'A');
      }
      shouted.add(name + "-2", value);
    }
    for (Fields* fields : {&good, &shouted, &cut}) all.push_back(std::move(*fields));
  }
  return all;
}

class MemorySourceOfFormatsTest : public testing::Test {
 protected:
  MemorySourceOfFormatsTest() {
    static_cast<void>(make_chain("b3").chain.extract(three_fields));  // counters of the thread
    static_cast<void>(SpanId::random());                              // its generator
    before_.set_baggage(Baggage::parse("Tenant=t,KEY7=8," + std::string(400, 'B') + "=b"));
  }

  /// What is read into a context that already has baggage.
  [[nodiscard]] Context extract(const PropagatorChain& chain, const Fields& fields) const {
    Context context = before_;
    ExtractReport report;
    chain.extract(fields, context, &report);
    return context;
  }

  Context before_;
};

TEST_F(MemorySourceOfFormatsTest, AnExtractionAllocatesNowhereElse) {
  for (const Format& format : formats()) {
    const std::vector<Fields> all = requests(format);
    for (std::size_t i = 0; i < all.size() * format.chains.size(); ++i) {
      const Fields& fields = all[i / format.chains.size()];
      const PropagatorChain& chain = format.chains[i % format.chains.size()];
      const Context expected = extract(chain, fields);
      Arena arena;
      bool is_same = false;
      EXPECT_EQ(allocations_of(arena, [&] { is_same = extract(chain, fields) == expected; }), 0U)
          << format.names << ", " << i;
      EXPECT_TRUE(is_same) << format.names << ", " << i;
    }
  }
}

TEST_F(MemorySourceOfFormatsTest, AnInjectionAllocatesNowhereElse) {
  for (const Format& format : formats()) {
    for (const PropagatorChain& chain : format.chains) {
      const auto check = [&](const Context& sent) {
        const Fields expected = written_by(chain, sent);
        Written written(expected, format.prefix);
        Arena arena;
        EXPECT_EQ(allocations_of(arena, [&] { chain.inject(sent, written); }), 0U) << format.names;
        EXPECT_FALSE(written.is_wrong()) << format.names;
      };
      for (const Context& sent : contexts) check(sent);
    }
  }
}

TEST_F(MemorySourceOfFormatsTest, WithoutMemoryBaggageIsMissingAndNotWrong) {
  for (const Format& format : formats()) {
    if (format.has_several) continue;  // without one's baggage, another's may count
    for (const Fields& fields : requests(format)) {
      // Without trust, and with that of callers.
      for (const PropagatorChain& chain : {format.chains[0], format.chains[1]}) {
        const Context expected = extract(chain, fields);
        for_each_shortage([&](Arena& arena) {
          Context found;
          EXPECT_EQ(allocations_of(arena, [&] { found = extract(chain, fields); }), 0U);
          for (const BaggageMember& member : found.baggage()) {
            const auto same = expected.baggage().find(member.key());
            ASSERT_TRUE(same) << format.names << ": " << member.key();
            EXPECT_EQ(member.raw_value(), same->raw_value()) << format.names;
          }
          for (const BaggageMember& member : before_.baggage()) {
            EXPECT_TRUE(found.baggage().find(member.key())) << format.names;
          }
        });
      }
    }
  }
}

TEST_F(MemorySourceOfFormatsTest, WithoutMemoryFieldsAreMissingAndNotWrong) {
  for (const Format& format : formats()) {
    for (const PropagatorChain& chain : format.chains) {
      for (const Context& sent : contexts) {
        const Fields expected = written_by(chain, sent);
        for_each_shortage([&](Arena& arena) {
          Written written(expected, format.prefix);
          EXPECT_EQ(allocations_of(arena, [&] { chain.inject(sent, written); }), 0U);
          EXPECT_FALSE(written.is_wrong()) << format.names;
        });
      }
    }
  }
}

TEST_F(MemorySourceOfFormatsTest, WithoutMemoryNothingIsJoined) {
  const std::string value(300, 'v');
  for (const std::string& base : {std::string("a=1"), "a=" + value}) {
    const Baggage before = Baggage::parse(base);
    detail::BaggageJoiner joiner(before, {});
    Arena arena(0);
    const auto work = [&] {
      EXPECT_EQ(joiner.add("b", [&] { return std::string_view(value); }).code,
                ErrorCode::out_of_memory);
      EXPECT_EQ(joiner.add("c", [] { return std::string_view("3"); }).code,
                ErrorCode::out_of_memory);
    };
    EXPECT_EQ(allocations_of(arena, work), 0U);
    EXPECT_EQ(joiner.finish(), before);
  }
}

// More keys and runs of members than fit in the objects that find them.
TEST_F(MemorySourceOfFormatsTest, ListsBeyondTheUsualLimits) {
  std::string list;
  for (std::size_t i = 0; i < 700; ++i) list += test::numbered("k", i) + "=v, ";
  const Fields fields{{"baggage", list}};
  const BaggagePropagator propagator({.max_members = 1000, .max_bytes = 100'000});
  for (const bool has_memory : {true, false}) {
    Arena arena(has_memory ? Arena::never : 0);
    std::size_t members = 0;
    const auto work = [&] {
      Context context = before_;
      propagator.extract(fields, context, nullptr);
      members = context.baggage().size();
    };
    EXPECT_EQ(allocations_of(arena, work), 0U);
    EXPECT_EQ(members, has_memory ? 703U : 3U);
  }
}

TEST_F(MemorySourceOfFormatsTest, ASamplerAllocatesNowhereElse) {
  for (const auto& sampler : {always_on(), trace_id_ratio(0.3), parent_based(trace_id_ratio(0.3)),
                              parent_based(always_on()), rate_limited(10)}) {
    IdTracer tracer(sampler);
    for (const Context& parent : contexts) {
      Arena arena;
      const auto start = [&] { static_cast<void>(tracer.start({.parent = parent})); };
      EXPECT_EQ(allocations_of(arena, start), 0U);
    }
  }
}

}  // namespace
}  // namespace baton
