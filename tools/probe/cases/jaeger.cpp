// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view uber = "Jaeger: uber-trace-id";
constexpr std::string_view flags = "Jaeger: flags";
constexpr std::string_view uberctx = "Jaeger: uberctx-";
constexpr std::string_view lone_baggage = "Jaeger: jaeger-baggage";
constexpr std::string_view debug_id = "Jaeger: jaeger-debug-id";

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
  rows.add("percent-encoded", uber, trace("{trace}%3A{span}%3A0%3A1")).continues().choice();
  rows.add("64-bit-trace-id", uber, trace("{low}:{span}:0:1")).continues("0000000000000000{low}");
  rows.add("leading-zeros-left-out", uber, trace("{high15}:{high14}:0:1"))
      .continues("00000000000000000{high15}")
      .caller("00{high14}");
  rows.add("name-uppercase", uber, {"UBER-TRACE-ID: {trace}:{span}:0:1"}).continues();
  rows.add("zero-trace-id", uber, trace("0:{span}:0:1")).restarts();
  rows.add("zero-span-id", uber, trace("{trace}:0:0:1")).restarts();
  rows.add("trace-id-too-long", uber, trace("1{trace}:{span}:0:1")).restarts().choice();
  rows.add("not-hex", uber, trace("x{high15}:{span}:0:1")).restarts().choice();
  rows.add("three-parts", uber, trace("{trace}:{span}:1")).restarts().choice();
  rows.add("five-parts", uber, trace("{trace}:{span}:0:1:1")).restarts().choice();
  rows.add("empty", uber, {"uber-trace-id:"}).restarts().choice();
  rows.add("bad-flags", flags, trace("{trace}:{span}:0:x")).restarts().choice();
  rows.add("baggage", uberctx, {"uber-trace-id: {trace}:{span}:0:1", "uberctx-foo: a%20b"})
      .continues()
      .baggage({"foo=a%20b"});
  rows.add("baggage-alone", uberctx, {"uberctx-foo: 1"}).baggage({"foo=1"}).choice();
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

}  // namespace baton::tool::probe
