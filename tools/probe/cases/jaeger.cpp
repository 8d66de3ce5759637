// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalogue.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view uber = "Jaeger: uber-trace-id";
constexpr std::string_view flags = "Jaeger: flags";
constexpr std::string_view uberctx = "Jaeger: uberctx-";
constexpr std::string_view lone_baggage = "Jaeger: jaeger-baggage";
constexpr std::string_view debug_id = "Jaeger: jaeger-debug-id";

constexpr std::string_view ot_ids = "OT trace: ids";
constexpr std::string_view ot_sampled = "OT trace: ot-tracer-sampled";
constexpr std::string_view ot_baggage = "OT trace: ot-baggage-";

}  // namespace

void add_jaeger_cases(std::vector<Case>& cases) {
  Rows rows(cases, "jaeger", "jaeger");
  const auto trace = [](std::string_view value) {
    return std::vector<std::string>{"uber-trace-id: " + std::string(value)};
  };
  rows.add("sampled", uber, trace("{trace}:{span}:0:1")).continues().decides(Sampling::sample);
  rows.add("not-sampled", flags, trace("{trace}:{span}:0:0")).continues().decides(Sampling::drop);
  rows.add("debug", flags, trace("{trace}:{span}:0:3")).continues().decides(Sampling::debug);
  rows.add("two-flag-digits", flags, trace("{trace}:{span}:0:01"))
      .continues()
      .decides(Sampling::sample);
  rows.add("with-parent", uber, trace("{trace}:{span}:{span2}:1")).continues();
  rows.add("percent-encoded", uber, trace("{trace}%3A{span}%3A0%3A1")).continues().should();
  rows.add("64-bit-trace-id", uber, trace("{low}:{span}:0:1")).continues("0000000000000000{low}");
  rows.add("leading-zeros-left-out", uber, trace("{high15}:{high14}:0:1"))
      .continues("00000000000000000{high15}")
      .caller("00{high14}");
  rows.add("name-uppercase", uber, {"UBER-TRACE-ID: {trace}:{span}:0:1"}).continues();
  rows.add("zero-trace-id", uber, trace("0:{span}:0:1")).restarts();
  rows.add("zero-span-id", uber, trace("{trace}:0:0:1")).restarts();
  rows.add("trace-id-too-long", uber, trace("1{trace}:{span}:0:1")).restarts();
  rows.add("not-hex", uber, trace("x{high15}:{span}:0:1")).restarts();
  rows.add("three-parts", uber, trace("{trace}:{span}:1")).restarts();
  rows.add("five-parts", uber, trace("{trace}:{span}:0:1:1")).restarts();
  rows.add("empty", uber, {"uber-trace-id:"}).restarts();
  rows.add("bad-flags", flags, trace("{trace}:{span}:0:x")).restarts().should();
  rows.add("baggage", uberctx, {"uber-trace-id: {trace}:{span}:0:1", "uberctx-foo: a%20b"})
      .continues()
      .baggage({"foo=a%20b"});
  rows.add("baggage-alone", uberctx, {"uberctx-foo: 1"}).baggage({"foo=1"}).should();
  rows.add("baggage-plus", uberctx, {"uber-trace-id: {trace}:{span}:0:1", "uberctx-foo: a%2Bb"})
      .continues()
      .baggage({"foo=a%2Bb"});
  rows.add(
          "baggage-smuggling", uberctx,
          {"uber-trace-id: {trace}:{span}:0:1", "uberctx-foo: 1%0D%0AX-Smuggled:%201%2Csmuggled=1"})
      .continues();
  rows.add("jaeger-baggage", lone_baggage, {"jaeger-baggage: foo=1,bar=2"})
      .baggage({"foo=1", "bar=2"})
      .should();
  rows.add("debug-id", debug_id, {"jaeger-debug-id: find-me"}).decides(Sampling::debug).should();
}

void add_ottrace_cases(std::vector<Case>& cases) {
  Rows rows(cases, "ottrace", "ottrace");
  const auto ids = [](std::string_view trace, std::string_view span, std::string_view sampled) {
    return std::vector<std::string>{"ot-tracer-traceid: " + std::string(trace),
                                    "ot-tracer-spanid: " + std::string(span),
                                    "ot-tracer-sampled: " + std::string(sampled)};
  };
  constexpr std::string_view short_id = "0000000000000000{low}";
  rows.add("sampled", ot_ids, ids("{low}", "{span}", "true"))
      .continues(short_id)
      .decides(Sampling::sample);
  rows.add("not-sampled", ot_sampled, ids("{low}", "{span}", "false"))
      .continues(short_id)
      .decides(Sampling::drop);
  rows.add("128-bit-trace-id", ot_ids, ids("{trace}", "{span}", "true")).continues().should();
  rows.add("leading-zeros-left-out", ot_ids, ids("{high15}", "{high14}", "true"))
      .continues("00000000000000000{high15}")
      .caller("00{high14}")
      .should();
  rows.add("zero-trace-id", ot_ids, ids("0000000000000000", "{span}", "true")).restarts();
  rows.add("zero-span-id", ot_ids, ids("{low}", "0000000000000000", "true")).restarts();
  rows.add("not-hex", ot_ids, ids("x{high15}", "{span}", "true")).restarts();
  rows.add("no-span-id", ot_ids, {"ot-tracer-traceid: {low}", "ot-tracer-sampled: true"})
      .restarts();
  auto with_baggage = ids("{low}", "{span}", "true");
  with_baggage.emplace_back("ot-baggage-foo: 1");
  rows.add("baggage", ot_baggage, with_baggage).continues(short_id).baggage({"foo=1"});
  rows.add("baggage-without-ids", ot_baggage, {"ot-baggage-foo: 1"})
      .baggage({}, Keep::at_most)
      .should();
}

}  // namespace baton::tool::probe
