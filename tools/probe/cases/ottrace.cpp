// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view ot_ids = "OT trace: ids";
constexpr std::string_view ot_sampled = "OT trace: ot-tracer-sampled";
constexpr std::string_view ot_baggage = "OT trace: ot-baggage-";

}  // namespace

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
  rows.add("128-bit-trace-id", ot_ids, ids("{trace}", "{span}", "true")).continues().choice();
  rows.add("leading-zeros-left-out", ot_ids, ids("{high15}", "{high14}", "true"))
      .continues("00000000000000000{high15}")
      .caller("00{high14}")
      .choice();
  rows.add("zero-trace-id", ot_ids, ids("0000000000000000", "{span}", "true")).restarts().choice();
  rows.add("zero-span-id", ot_ids, ids("{low}", "0000000000000000", "true")).restarts().choice();
  rows.add("not-hex", ot_ids, ids("x{high15}", "{span}", "true")).restarts().choice();
  rows.add("no-span-id", ot_ids, {"ot-tracer-traceid: {low}", "ot-tracer-sampled: true"})
      .restarts()
      .choice();
  auto with_baggage = ids("{low}", "{span}", "true");
  with_baggage.emplace_back("ot-baggage-foo: 1");
  rows.add("baggage", ot_baggage, with_baggage).continues(short_id).baggage({"foo=1"});
  rows.add("baggage-without-ids", ot_baggage, {"ot-baggage-foo: 1"})
      .baggage({}, Keep::at_most)
      .choice();
}

}  // namespace baton::tool::probe
