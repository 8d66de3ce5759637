// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstring>
#include <ostream>
#include <streambuf>
#include <string>

#include "baton/baton.hpp"
#include "baton/translators/b3.hpp"
#include "support/count_allocations.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

using test::allocations;
using test::Fields;

/// A carrier that has all its memory from the start.
class FixedCarrier {
 public:
  void set(std::string_view name, std::string_view value) {
    erase(name);
    Slot& slot = slots_.at(count_++);
    slot.name_size = name.size();
    std::memcpy(slot.name.data(), name.data(), name.size());
    slot.size = value.size();
    std::memcpy(slot.value.data(), value.data(), value.size());
  }
  void erase(std::string_view name) {
    for (std::size_t i = 0; i < count_; ++i) {
      const std::string_view taken(slots_[i].name.data(), slots_[i].name_size);
      if (taken == name) slots_[i] = slots_[--count_];
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  struct Slot {
    std::size_t name_size = 0;
    std::array<char, 64> name;
    std::size_t size = 0;
    std::array<char, 9000> value;
  };
  std::array<Slot, 16> slots_;
  std::size_t count_ = 0;
};

template <class Function>
std::size_t allocations_of(Function function) {
  const std::size_t before = allocations;
  function();
  return allocations - before;
}

const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const std::string b3 = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d";

/// The allocations of one extraction by a chain of these propagators.
std::size_t extract(const Fields& fields, Extracted expected,
                    std::string_view names = "tracecontext,baggage,b3",
                    ExtractionPolicy policy = ExtractionPolicy::last_wins,
                    ExtractReport* report = nullptr) {
  const PropagatorChain chain = make_chain(names, policy).chain;
  Context context;
  Extracted found{};
  const std::size_t count = allocations_of([&] { found = chain.extract(fields, context, report); });
  EXPECT_EQ(found, expected);
  return count;
}

const Fields three_fields = {
    {"traceparent", parent},
    {"tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
    {"baggage", "userId=Am%C3%A9lie,serverNode=DF%2028,isProduction=false"}};

TEST(AllocationTest, TheCounterCounts) {
  // Called by name: a compiler may remove a `new` whose memory is not used.
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(8)); }), 1U);
  EXPECT_EQ(allocations_of([] { ::operator delete[](::operator new[](8)); }), 1U);
  EXPECT_EQ(allocations_of([] { ::operator delete(::operator new(8, std::nothrow)); }), 1U);
}

TEST(AllocationTest, ExtractNothing) {
  EXPECT_EQ(extract({{"accept", "*/*"}}, Extracted::nothing), 0U);
}

TEST(AllocationTest, ExtractTraceparentAlone) {
  EXPECT_EQ(extract({{"traceparent", parent}}, Extracted::span_context), 0U);
}

TEST(AllocationTest, ExtractABadTraceparent) {
  for (const std::string& bad :
       {parent + "-", parent.substr(0, 54), std::string(), "FF" + parent}) {
    EXPECT_EQ(extract({{"traceparent", bad}, {"tracestate", "a=1"}}, Extracted::malformed), 0U);
  }
  EXPECT_EQ(extract({{"traceparent", parent}, {"traceparent", parent}}, Extracted::malformed), 0U);
}

TEST(AllocationTest, ExtractABadTracestateOrBaggage) {
  EXPECT_EQ(extract({{"traceparent", parent}, {"tracestate", "a=1,B=2"}}, Extracted::span_context),
            0U);
  EXPECT_EQ(extract({{"baggage", "bad,worse,\"worst\""}}, Extracted::malformed), 0U);
}

TEST(AllocationTest, ExtractTraceparentTracestateAndBaggage) {
  EXPECT_LE(extract(three_fields, Extracted::span_context), 1U);
}

TEST(AllocationTest, ExtractTraceparentTracestateAndBaggageByFirstMatch) {
  EXPECT_LE(extract(three_fields, Extracted::span_context, "tracecontext,baggage,b3",
                    ExtractionPolicy::first_match),
            1U);
}

TEST(AllocationTest, ExtractTraceparentTracestateAndBaggageWithAReport) {
  ExtractReport report;
  EXPECT_LE(extract(three_fields, Extracted::span_context, "tracecontext,baggage,b3",
                    ExtractionPolicy::last_wins, &report),
            1U);
}

TEST(AllocationTest, ExtractMalformedFieldsWithAReport) {
  ExtractReport report;
  EXPECT_EQ(
      extract({{"traceparent", "bad"}, {"b3", "bad"}, {"baggage", "bad"}}, Extracted::malformed,
              "tracecontext,baggage,b3", ExtractionPolicy::last_wins, &report),
      0U);
  EXPECT_EQ(report.issue_count(), 3U);
}

TEST(AllocationTest, ExtractFieldsInSeveralInstances) {
  EXPECT_LE(extract({{"traceparent", parent},
                     {"tracestate", "rojo=1"},
                     {"tracestate", "congo=2"},
                     {"baggage", "a=1"},
                     {"baggage", "b=2"}},
                    Extracted::span_context),
            1U);
}

TEST(AllocationTest, ExtractATracestateOf32) {
  EXPECT_LE(extract({{"traceparent", parent}, {"tracestate", test::numbered_members(32)}},
                    Extracted::span_context),
            1U);
}

TEST(AllocationTest, ExtractBaggageOf180WithBlanks) {
  std::string list = test::numbered_members(180);
  for (std::size_t at = 0; (at = list.find(',', at)) != std::string::npos; at += 2) {
    list.insert(at + 1, " ");
  }
  EXPECT_LE(extract({{"baggage", list}}, Extracted::baggage), 1U);
}

TEST(AllocationTest, ExtractBaggageOf64) {
  EXPECT_LE(extract({{"baggage", test::numbered_members(64)}}, Extracted::baggage), 1U);
}

TEST(AllocationTest, ExtractBaggageOf180) {
  EXPECT_LE(extract({{"baggage", test::numbered_members(180)}}, Extracted::baggage), 1U);
}

TEST(AllocationTest, ExtractB3) {
  EXPECT_EQ(extract({{"b3", b3}}, Extracted::span_context), 0U);
  EXPECT_EQ(extract({{"b3", "0"}}, Extracted::decision), 0U);
  EXPECT_EQ(extract({{"b3", "bad"}}, Extracted::malformed), 0U);
  EXPECT_EQ(extract({{"x-b3-traceid", b3.substr(0, 32)},
                     {"x-b3-spanid", b3.substr(33, 16)},
                     {"x-b3-sampled", "1"}},
                    Extracted::span_context, "b3multi"),
            0U);
}

TEST(AllocationTest, ExtractTranslatedFormats) {
  const std::string root = "Root=1-5759e988-bd862e3fe1be46a994272793";
  const std::string other_pairs = ";Parent=53995c3f42cd8ad8;Sampled=1";
  EXPECT_EQ(extract({{"x-datadog-trace-id", "81985529216486895"},
                     {"x-datadog-parent-id", "67667974448284343"},
                     {"x-datadog-sampling-priority", "bad"},
                     {"x-datadog-tags", "_dd.p.tid=640cfd8d00000000"}},
                    Extracted::span_context, "datadog"),
            0U);
  const Fields with_extras = {{"x-datadog-trace-id", "81985529216486895"},
                              {"x-datadog-parent-id", "67667974448284343"},
                              {"x-datadog-sampling-priority", "2"},
                              {"x-datadog-origin", "synthetics"},
                              {"x-datadog-tags", "_dd.p.dm=-4,_dd.p.tid=640cfd8d00000000"}};
  EXPECT_EQ(extract(with_extras, Extracted::span_context, "datadog"), 1U);
  EXPECT_EQ(extract({{"x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/1;o=1"}},
                    Extracted::span_context, "gcp"),
            0U);
  EXPECT_EQ(extract({{"grpc-trace-bin", "AABL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQK3AgE"}},
                    Extracted::span_context, "opencensus"),
            0U);
  EXPECT_EQ(extract({{"x-amzn-trace-id", root + other_pairs}}, Extracted::span_context, "xray"),
            0U);
  EXPECT_EQ(extract({{"x-amzn-trace-id", root}}, Extracted::trace_id, "gcp,b3,xray-lambda"), 0U);
  EXPECT_EQ(extract({{"x-cloud-trace-context", "105445aa7843bc8bf206b12000100000/0"},
                     {"x-amzn-trace-id", root},
                     {"b3", "0"}},
                    Extracted::trace_id, "gcp,b3,xray-lambda"),
            0U);
}

TEST(AllocationTest, ExtractMalformedTranslatedFormats) {
  const std::string bad(5000, 'b');
  for (const std::string_view field :
       {"x-datadog-trace-id", "x-cloud-trace-context", "grpc-trace-bin", "x-amzn-trace-id"}) {
    ExtractReport report;
    EXPECT_EQ(extract({{field, bad}}, Extracted::malformed, "datadog,gcp,opencensus,xray",
                      ExtractionPolicy::last_wins, &report),
              0U);
    EXPECT_EQ(report.issue_count(), 1U);
  }
}

const std::string jaeger = "80f198ee56343ba864fe8b2a57d3eff7:e457b5a2e4d86bd1:0:3";

TEST(AllocationTest, ExtractJaeger) {
  EXPECT_EQ(extract({{"uber-trace-id", jaeger}}, Extracted::span_context, "jaeger"), 0U);
  EXPECT_EQ(extract({{"jaeger-debug-id", "why"}}, Extracted::decision, "jaeger"), 0U);
  EXPECT_EQ(extract({{"uber-trace-id", "bad"}}, Extracted::malformed, "jaeger"), 0U);
  EXPECT_EQ(extract({{"jaeger-baggage", "bad"}, {"uberctx-", ""}}, Extracted::malformed, "jaeger"),
            0U);
}

TEST(AllocationTest, ExtractOtTrace) {
  EXPECT_EQ(extract({{"ot-tracer-traceid", "64fe8b2a57d3eff7"},
                     {"ot-tracer-spanid", "e457b5a2e4d86bd1"},
                     {"ot-tracer-sampled", "true"}},
                    Extracted::span_context, "ottrace"),
            0U);
  EXPECT_EQ(extract({{"ot-tracer-traceid", "bad"}}, Extracted::malformed, "ottrace"), 0U);
}

TEST(AllocationTest, InjectJaegerAndOtTraceWithoutBaggage) {
  const PropagatorChain chain = make_chain("jaeger,ottrace").chain;
  Context context;
  chain.extract(Fields{{"uber-trace-id", jaeger}}, context);
  FixedCarrier carrier;
  EXPECT_EQ(allocations_of([&] { chain.inject(context, carrier); }), 0U);
  EXPECT_EQ(carrier.size(), 4U);
}

TEST(AllocationTest, InjectBaggageInFieldsOfItsOwnNotForEachMember) {
  const PropagatorChain chain = make_chain("jaeger").chain;
  Context context;
  const std::string key(40, 'k');
  const std::string value(300, 'v');
  std::string list;
  for (char digit = '0'; digit < '9'; ++digit) list += key + digit + "=" + value + ",";
  context.set_baggage(Baggage::parse(list));
  FixedCarrier carrier;
  // A buffer each for the name, the bytes and the value.
  EXPECT_LE(allocations_of([&] { chain.inject(context, carrier); }), 3U);
  EXPECT_EQ(carrier.size(), 9U);
}

TEST(AllocationTest, InjectAll) {
  const PropagatorChain chain =
      make_chain("tracecontext,baggage,b3,b3multi,datadog,gcp,opencensus,xray").chain;
  Context context;
  chain.extract(Fields{{"b3", b3},
                       {"traceparent", parent},
                       {"tracestate", test::numbered_members(32)},
                       {"baggage", test::numbered_members(180)}},
                context);
  FixedCarrier carrier;
  EXPECT_EQ(allocations_of([&] { chain.inject(context, carrier); }), 0U);
  EXPECT_GE(carrier.size(), 13U);
  EXPECT_EQ(allocations_of([&] { chain.inject(Context(), carrier); }), 0U);
  EXPECT_EQ(carrier.size(), 0U);
}

TEST(AllocationTest, InjectWhatDatadogKeepsInTracestate) {
  Context context;
  context.set_span_context({TraceId(1, 2), SpanId(3), TraceFlags(1), true,
                            TraceState::parse("dd=s:2;o:rum;t.dm:-4").value()});
  const PropagatorChain chain = make_chain("datadog").chain;
  FixedCarrier carrier;
  EXPECT_EQ(allocations_of([&] { chain.inject(context, carrier); }), 0U);
  EXPECT_EQ(carrier.size(), 5U);
}

TEST(AllocationTest, InjectATracestateAsLongAsItMayBe) {
  Context context;
  context.set_span_context({TraceId(1, 2), SpanId(3), TraceFlags(1), true,
                            TraceState::parse(test::numbered_members(32)).value()});
  const TraceContextPropagator propagator(
      {.max_tracestate_bytes = context.span_context().trace_state.header().size()});
  FixedCarrier carrier;
  EXPECT_EQ(allocations_of([&] { propagator.inject(context, carrier); }), 0U);
  EXPECT_EQ(carrier.size(), 2U);
}

TEST(AllocationTest, InjectBaggageOverTheLimit) {
  const BaggagePropagator propagator({.max_members = 2});
  Context context;
  context.set_baggage(Baggage::parse("a=1,b=2,c=3"));
  FixedCarrier carrier;
  EXPECT_EQ(allocations_of([&] { propagator.inject(context, carrier); }), 0U);
}

TEST(AllocationTest, BaggageOfCallersThatIsNotAccepted) {
  const Fields fields = {{"baggage", test::numbered_members(60)}};
  const PropagatorChain all = make_chain("baggage").chain;
  const PropagatorChain none = all.with_trust({.callers = CallerTrust::keep_ids});
  const auto cost_of = [&](const PropagatorChain& chain) {
    return allocations_of(
        [&] { EXPECT_EQ(chain.extract(fields).baggage().empty(), &chain == &none); });
  };
  const std::size_t cost = cost_of(all);
  EXPECT_EQ(cost_of(none), cost);
}

TEST(AllocationTest, StreamIds) {
  struct Buffer : std::streambuf {
    Buffer() { setp(text.data(), text.data() + text.size()); }
    std::array<char, TraceId::hex_size + SpanId::hex_size + TraceFlags::hex_size> text;
  } buffer;
  std::ostream out(&buffer);
  EXPECT_EQ(allocations_of([&] { out << TraceId(1, 2) << SpanId(3) << TraceFlags(1); }), 0U);
  EXPECT_EQ(std::string_view(buffer.text.data(), buffer.text.size()),
            "00000000000000010000000000000002000000000000000301");
}

class ContextAllocationTest : public testing::Test {
 protected:
  ContextAllocationTest() {
    make_chain("tracecontext,baggage")
        .chain.extract(
            Fields{{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "k=v;p=1"}},
            context_);
    static_cast<void>(context_.child());  // seeds the generator of this thread
    static_cast<void>(current());
  }

  Context context_;
};

TEST_F(ContextAllocationTest, Copy) {
  EXPECT_EQ(allocations_of([&] {
              Context copy = context_;
              const Context another = copy;
              copy = another;
            }),
            0U);
}

TEST_F(ContextAllocationTest, Child) {
  EXPECT_EQ(allocations_of([&] {
              const Context child = context_.child();
              const Context started = Context().child();
              EXPECT_NE(child, started);
            }),
            0U);
}

TEST_F(ContextAllocationTest, AttachAndDetach) {
  EXPECT_EQ(allocations_of([&] {
              const Scope outer(context_);
              const Scope inner(context_);
              EXPECT_EQ(&current(), &context_);
            }),
            0U);
}

TEST_F(ContextAllocationTest, BindAndCall) {
  EXPECT_EQ(allocations_of([&] {
              const auto bound = bind(context_, [this] { EXPECT_EQ(current(), context_); });
              const auto copy = bound;
              copy();
            }),
            0U);
}

TEST_F(ContextAllocationTest, LogFields) {
  const Scope scope(context_);
  EXPECT_EQ(allocations_of([] {
              std::array<char, LogFields::max_text_size> text;
              std::array<char, LogFields::max_json_size> json;
              EXPECT_EQ(log_fields().write_text(text).size(), text.size());
              EXPECT_EQ(log_fields().write_json(json).size(), json.size());
            }),
            0U);
}

struct Coroutine {
  struct Promise;
  using promise_type = ContextPromise<Promise>;
  using Handle = std::coroutine_handle<promise_type>;
  struct Promise {
    Coroutine get_return_object() {
      return {Handle::from_promise(static_cast<promise_type&>(*this))};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
  Handle handle;
};

Coroutine suspended_twice() {
  co_await std::suspend_always();
  co_await std::suspend_always();
}

TEST_F(ContextAllocationTest, Coroutine) {
  EXPECT_LE(allocations_of([&] {
              const Coroutine coroutine = bind(context_, suspended_twice)();
              while (!coroutine.handle.done()) coroutine.handle.resume();
              coroutine.handle.destroy();
            }),
            1U);  // its frame
}

TEST_F(ContextAllocationTest, ReadingWithoutDecoding) {
  std::size_t bytes = 0;
  EXPECT_EQ(allocations_of([&] {
              for (const auto& member : context_.span_context().trace_state) {
                bytes += member.value.size();
              }
              for (const BaggageMember& member : context_.baggage()) {
                bytes += member.raw_value().size();
                for (const BaggageProperty& property : member.properties()) {
                  bytes += property.key().size();
                }
              }
              bytes += context_.span_context().trace_state.get("a")->size();
            }),
            0U);
  EXPECT_EQ(bytes, 4U);
}

TEST_F(ContextAllocationTest, SetOfATraceStateMember) {
  EXPECT_LE(allocations_of([&] { EXPECT_TRUE(context_.span_context().trace_state.set("b", "2")); }),
            1U);
}

constexpr TraceId always_sampled(1, ~std::uint64_t{0});

/// A parent in a trace that every ratio samples.
Context traced(Sampling sampling, std::string_view state) {
  Context context;
  context.set_trace_id(always_sampled, sampling,
                       state.empty() ? TraceState() : TraceState::parse(state).value());
  return context;
}

/// The allocations of a sampler's decision about a child of `given`.
std::size_t sample(const std::shared_ptr<const Sampler>& sampler, const Context& given) {
  static_cast<void>(SpanId::random());  // seeds the generator of this thread
  Sampling sampling{};
  const std::size_t count = allocations_of(
      [&] { sampling = IdTracer::context_of({.parent = given}, *sampler).sampling(); });
  EXPECT_EQ(sampling, Sampling::sample);
  return count;
}

std::shared_ptr<const Sampler> overridden(double ratio) {
  const auto sampler = trace_id_ratio(ratio);
  return parent_based(always_off(), {.remote_sampled = sampler, .remote_not_sampled = sampler});
}

TEST(SamplerAllocationTest, NoneWithoutATracestate) {
  for (const Sampling sampling : {Sampling::defer, Sampling::sample}) {
    const Context given = traced(sampling, "");
    for (const auto& sampler :
         {always_on(), trace_id_ratio(0.3), parent_based(trace_id_ratio(0.3)), rate_limited(10)}) {
      EXPECT_EQ(sample(sampler, given), 0U);
    }
  }
  EXPECT_EQ(sample(overridden(0.3), traced(Sampling::sample, "")), 0U);
  EXPECT_EQ(sample(overridden(0.3), traced(Sampling::drop, "")), 0U);
}

TEST(SamplerAllocationTest, NoneIfTheTracestateRemainsAsItIs) {
  const Context given = traced(Sampling::sample, "a=1,ot=th:8;k:v");
  EXPECT_EQ(sample(trace_id_ratio(0.5), given), 0U);
  EXPECT_EQ(sample(parent_based(always_on()), given), 0U);
  EXPECT_EQ(sample(overridden(0.75), given), 0U);
  EXPECT_EQ(sample(overridden(0.75), traced(Sampling::sample, "vendor=1")), 0U);
  EXPECT_EQ(sample(overridden(0.75), traced(Sampling::drop, "vendor=1")), 0U);
}

TEST(SamplerAllocationTest, OneIfTheTracestateChanges) {
  const Context given = traced(Sampling::sample, "a=1,ot=th:8;k:v");
  for (const auto& sampler :
       {always_on(), trace_id_ratio(0.3), rate_limited(10), overridden(0.3)}) {
    EXPECT_EQ(sample(sampler, given), 1U);
  }
}

TEST(SamplerAllocationTest, NoneForANewSpanOfIdTracer) {
  IdTracer tracer(parent_based(always_on()));
  static_cast<void>(SpanId::random());  // seeds the generator of this thread
  EXPECT_EQ(allocations_of([&] {
              const Tracer::Started started = tracer.start({.parent = Context()});
              EXPECT_EQ(started.context.sampling(), Sampling::sample);
            }),
            0U);
}

}  // namespace
}  // namespace baton
