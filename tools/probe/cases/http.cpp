// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view mutating = "Trace Context L2 §3.4 (mutating traceparent)";
constexpr std::string_view syntax = "RFC 9112 §5 (field syntax)";
constexpr std::string_view limits = "RFC 6585 §5 (431)";
constexpr std::string_view values = "RFC 9110 §5.5 (field values)";

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::vector<std::string> many(std::size_t count, std::string_view line) {
  return {count, std::string(line)};
}

}  // namespace

/// After each of these, a plain request must be answered well.
void add_http_cases(std::vector<Case>& cases) {
  Rows rows(cases, "http", "");
  rows.add("nothing-sent", mutating, {}).restarts().baggage({}, Keep::at_most);
  rows.add("foreign-fields", syntax, {"X-Request-Id: 1", "Cookie: a=b; c=d", "X-Empty:"});

  rows.add("traceparent-of-64-kib", limits, {"traceparent: " + repeat("0", 64 * 1024)}).hostile();
  rows.add("tracestate-of-64-kib", limits,
           {"traceparent: 00-{trace}-{span}-01", "tracestate: " + repeat("k=v,", 16 * 1024)})
      .hostile();
  rows.add("tracestate-of-commas", limits,
           {"traceparent: 00-{trace}-{span}-01", "tracestate: " + repeat(",", 7000)})
      .hostile();
  rows.add("tracestate-of-blanks", limits,
           {"traceparent: 00-{trace}-{span}-01", "tracestate: a=1" + repeat(" ", 7000) + "x"})
      .hostile();
  rows.add("baggage-of-64-kib", limits, {"baggage: " + repeat("k=v,", 16 * 1024)}).hostile();
  rows.add("baggage-of-properties", limits, {"baggage: k=v" + repeat(";p", 3500)}).hostile();
  rows.add("baggage-of-percents", limits, {"baggage: k=" + repeat("%", 7000)}).hostile();
  rows.add("a-name-of-16-kib", limits, {repeat("x", 16 * 1024) + ": 1"}).hostile();
  rows.add("200-traceparents", limits, many(200, "traceparent: 00-{trace}-{span}-01")).hostile();
  rows.add("200-tracestates", limits, many(200, "tracestate: foo=1")).hostile();
  rows.add("200-baggage-fields", limits, many(200, "baggage: foo=1")).hostile();
  rows.add("200-empty-baggage-fields", limits, many(200, "baggage:")).hostile();

  std::string bytes;
  for (int byte = 0x80; byte <= 0xff; ++byte) bytes += static_cast<char>(byte);
  rows.add("binary-traceparent", values, {"traceparent: " + bytes}).hostile();
  rows.add("binary-tracestate", values,
           {"traceparent: 00-{trace}-{span}-01", "tracestate: foo=" + bytes})
      .hostile();
  rows.add("binary-baggage", values, {"baggage: foo=" + bytes}).hostile();
  rows.add("bad-utf-8-baggage", values, {"baggage: foo=\xc3\x28\xf0\x9f"}).hostile();

  const std::string nul(1, '\0');
  rows.add("nul-in-traceparent", values, {"traceparent: 00-{trace}-{span}-0" + nul}).hostile();
  rows.add("nul-in-baggage", values, {"baggage: foo=a" + nul + "b"}).hostile();
  rows.add("nul-in-name", syntax, {"trace" + nul + "parent: 00-{trace}-{span}-01"}).hostile();
  rows.add("control-characters", values, {"baggage: foo=\x01\x02\x1b[31m\x7f"}).hostile();
  rows.add("bare-cr", values, {"baggage: foo=1\rX-Smuggled: 1"}).hostile();
  rows.add("bare-cr-in-tracestate", values,
           {"traceparent: 00-{trace}-{span}-01", "tracestate: foo=1\rX-Smuggled: 1"})
      .hostile();
  rows.add("folded-line", syntax,
           {"traceparent: 00-{trace}-{span}-01", "tracestate: foo=1,\r\n bar=2"})
      .hostile();
  rows.add("space-before-colon", syntax, {"traceparent : 00-{trace}-{span}-01"}).hostile();
  rows.add("no-colon", syntax, {"traceparent 00-{trace}-{span}-01"}).hostile();
  rows.add("empty-name", syntax, {": 00-{trace}-{span}-01"}).hostile();
  rows.add("prototype-names", values, {"baggage: __proto__=1,constructor=2,toString=3"}).hostile();
  rows.add("format-strings", values, {"baggage: foo=%s%n%x%d,bar={0}{}"}).hostile();
  rows.add("lookup-strings", values, {"baggage: foo=${jndi:ldap://localhost/a}"}).hostile();
  rows.add("markup", values, {"baggage: foo=<script>alert(1)</script>'--"}).hostile();
}

}  // namespace baton::tool::probe
