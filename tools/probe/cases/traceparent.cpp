// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view good = "traceparent: 00-{trace}-{span}-01";

constexpr std::string_view version = "Trace Context L2 §3.2.2.1 (version)";
constexpr std::string_view version_format = "Trace Context L2 §3.2.2.2 (version-format)";
constexpr std::string_view trace_id = "Trace Context L2 §3.2.2.3 (trace-id)";
constexpr std::string_view parent_id = "Trace Context L2 §3.2.2.4 (parent-id)";
constexpr std::string_view trace_flags = "Trace Context L2 §3.2.2.5 (trace-flags)";
constexpr std::string_view header_name = "Trace Context L2 §3.2.1 (header name)";
constexpr std::string_view versioning = "Trace Context L2 §3.2.4 (versioning of traceparent)";
constexpr std::string_view values = "Trace Context L2 §3.2.2 (traceparent field values)";
constexpr std::string_view mutating = "Trace Context L2 §3.4 (mutating traceparent)";
constexpr std::string_view blanks = "RFC 9110 §5.6.3 (whitespace)";
// No specification says what a receiver makes of two.
constexpr std::string_view repeated =
    "RFC 9110 §5.3 (field order), as W3C's test suite: test_traceparent_duplicated";

std::string parent(std::string_view value) { return "traceparent: " + std::string(value); }

void add_continued(Rows& rows) {
  rows.add("plain", mutating, {std::string(good)}).continues();
  rows.add("absent", mutating, {}).restarts();
  rows.add("two-calls", parent_id, {std::string(good)}).continues().calls(2);
  rows.add("two-calls-of-a-new-trace", mutating, {}).restarts().calls(2);
  rows.add("two-calls-after-a-bad-field", values, {parent("00-{trace}-{span}")})
      .restarts()
      .calls(2);

  rows.add("name-title-case", header_name, {"Traceparent: 00-{trace}-{span}-01"}).continues();
  rows.add("name-camel-case", header_name, {"TraceParent: 00-{trace}-{span}-01"}).continues();
  rows.add("name-uppercase", header_name, {"TRACEPARENT: 00-{trace}-{span}-01"}).continues();
  rows.add("name-with-hyphen", header_name, {"trace-parent: 00-{trace}-{span}-01"}).restarts();
  rows.add("name-with-underscore", header_name, {"trace_parent: 00-{trace}-{span}-01"})
      .restarts()
      .may_refuse();
  rows.add("name-with-dot", header_name, {"trace.parent: 00-{trace}-{span}-01"}).restarts();

  rows.add("no-space-before", blanks, {"traceparent:00-{trace}-{span}-01"}).continues();
  rows.add("spaces-around", blanks, {"traceparent:   00-{trace}-{span}-01   "}).continues();
  rows.add("tab-before", blanks, {"traceparent:\t00-{trace}-{span}-01"}).continues();
  rows.add("tab-after", blanks, {"traceparent: 00-{trace}-{span}-01\t"}).continues();
  rows.add("tabs-and-spaces-around", blanks, {"traceparent: \t 00-{trace}-{span}-01 \t "})
      .continues();
}

void add_versions(Rows& rows) {
  rows.add("version-ff", version, {parent("ff-{trace}-{span}-01")}).restarts();
  rows.add("version-uppercase-ff", versioning, {parent("FF-{trace}-{span}-01")})
      .restarts()
      .should();
  rows.add("version-not-hex", versioning, {parent("0x-{trace}-{span}-01")}).restarts().should();
  rows.add("version-of-dots", versioning, {parent(".0-{trace}-{span}-01")}).restarts().should();
  rows.add("version-uppercase", versioning, {parent("CC-{trace}-{span}-01")}).restarts().should();
  rows.add("version-one-digit", versioning, {parent("0-{trace}-{span}-01")}).restarts().should();
  rows.add("version-three-digits", versioning, {parent("000-{trace}-{span}-01")})
      .restarts()
      .should();
  rows.add("version-absent", versioning, {parent("{trace}-{span}-01")}).restarts().should();
  rows.add("version-00-with-suffix", version_format, {parent("00-{trace}-{span}-01-more")})
      .restarts();
  rows.add("version-00-with-hyphen", version_format, {parent("00-{trace}-{span}-01-")}).restarts();
  rows.add("version-00-with-dot", version_format, {parent("00-{trace}-{span}-01.")}).restarts();
  rows.add("version-00-with-letter", version_format, {parent("00-{trace}-{span}-01a")}).restarts();

  rows.add("future-version", versioning, {parent("01-{trace}-{span}-01")}).continues().should();
  rows.add("future-version-cc", versioning, {parent("cc-{trace}-{span}-01")}).continues().should();
  rows.add("future-version-fe", versioning, {parent("fe-{trace}-{span}-01")}).continues().should();
  rows.add("future-version-with-suffix", versioning,
           {parent("cc-{trace}-{span}-01-what-the-future-will-be-like")})
      .continues()
      .should();
  rows.add("future-version-with-hyphen", versioning, {parent("cc-{trace}-{span}-01-")})
      .continues()
      .should();
  rows.add("future-version-without-separator", versioning,
           {parent("cc-{trace}-{span}-01.what-the-future-will-be-like")})
      .restarts();
  rows.add("future-version-with-flag-digits", versioning, {parent("cc-{trace}-{span}-011")})
      .restarts();
  rows.add("future-version-too-short", versioning, {parent("cc-{trace}-{span}-0")})
      .restarts()
      .should();
  rows.add("future-version-bad-trace-id", versioning, {parent("cc-{TRACE}-{span}-01-x")})
      .restarts();
  rows.add("future-version-zero-parent-id", versioning,
           {parent("cc-{trace}-0000000000000000-01-x")})
      .restarts();
}

void add_ids(Rows& rows) {
  rows.add("uppercase-trace-id", trace_id, {parent("00-{TRACE}-{span}-01")}).restarts();
  rows.add("one-uppercase-digit", trace_id, {parent("00-A{low}{high15}-{span}-01")}).restarts();
  rows.add("zero-trace-id", trace_id, {parent("00-00000000000000000000000000000000-{span}-01")})
      .restarts();
  rows.add("trace-id-not-hex", trace_id, {parent("00-.{low}{high15}-{span}-01")}).restarts();
  rows.add("trace-id-with-g", trace_id, {parent("00-g{low}{high15}-{span}-01")}).restarts();
  rows.add("trace-id-too-long", trace_id, {parent("00-{trace}0-{span}-01")}).restarts();
  rows.add("trace-id-too-short", trace_id, {parent("00-{low}{high15}-{span}-01")}).restarts();
  rows.add("trace-id-64-bits", trace_id, {parent("00-{low}-{span}-01")}).restarts();
  rows.add("trace-id-64-bits-padded-to-length", trace_id,
           {parent("00-{low}-{span}-01-0000000000000000")})
      .restarts();
  rows.add("trace-id-uuid", trace_id, {parent("00-{high8}-1234-4234-8234-{high12}-{span}-01")})
      .restarts();
  rows.add("trace-id-leading-zeros", trace_id, {parent("00-0000000000000000{low}-{span}-01")})
      .continues("0000000000000000{low}");
  rows.add("trace-id-0x", trace_id, {parent("00-0x{low}{high14}-{span}-01")}).restarts();

  rows.add("uppercase-parent-id", parent_id, {parent("00-{trace}-{SPAN}-01")}).restarts();
  rows.add("zero-parent-id", parent_id, {parent("00-{trace}-0000000000000000-01")}).restarts();
  rows.add("parent-id-not-hex", parent_id, {parent("00-{trace}-.{high15}-01")}).restarts();
  rows.add("parent-id-too-long", parent_id, {parent("00-{trace}-{span}0-01")}).restarts();
  rows.add("parent-id-too-short", parent_id, {parent("00-{trace}-{high15}-01")}).restarts();
  rows.add("parent-id-absent", parent_id, {parent("00-{trace}--01")}).restarts();
}

void add_flags(Rows& rows) {
  rows.add("flags-not-sampled", trace_flags, {parent("00-{trace}-{span}-00")})
      .continues()
      .decides(Sampling::drop);
  rows.add("flags-sampled", trace_flags, {parent("00-{trace}-{span}-01")})
      .continues()
      .decides(Sampling::sample);
  rows.add("level-2-random-flag", trace_flags, {parent("00-{trace}-{span}-03")})
      .continues()
      .decides(Sampling::sample)
      .random(true);
  rows.add("level-2-random-flag-not-sampled", trace_flags, {parent("00-{trace}-{span}-02")})
      .continues()
      .decides(Sampling::drop)
      .random(true);
  rows.add("level-2-random-flag-clear", trace_flags, {parent("00-{trace}-{span}-01")})
      .continues()
      .random(false);
  rows.add("flags-unknown-bits", trace_flags, {parent("00-{trace}-{span}-ff")})
      .continues()
      .decides(Sampling::sample);
  rows.add("flags-unknown-bits-alone", trace_flags, {parent("00-{trace}-{span}-fc")})
      .continues()
      .decides(Sampling::drop);
  rows.add("flags-08", trace_flags, {parent("00-{trace}-{span}-08")})
      .continues()
      .decides(Sampling::drop);
  rows.add("flags-10", trace_flags, {parent("00-{trace}-{span}-10")})
      .continues()
      .decides(Sampling::drop);
  rows.add("future-version-flags", versioning, {parent("cc-{trace}-{span}-ff-x")})
      .continues()
      .decides(Sampling::sample)
      .should();
  rows.add("flags-uppercase", trace_flags, {parent("00-{trace}-{span}-0A")}).restarts();
  rows.add("flags-not-hex", trace_flags, {parent("00-{trace}-{span}-.1")}).restarts();
  rows.add("flags-one-digit", trace_flags, {parent("00-{trace}-{span}-1")}).restarts();
  rows.add("flags-three-digits", trace_flags, {parent("00-{trace}-{span}-001")}).restarts();
  rows.add("flags-absent", trace_flags, {parent("00-{trace}-{span}")}).restarts();
  rows.add("flags-empty", trace_flags, {parent("00-{trace}-{span}-")}).restarts();
}

void add_malformed(Rows& rows) {
  rows.add("empty", versioning, {"traceparent:"}).restarts().should();
  rows.add("blank", versioning, {"traceparent: \t "}).restarts().should();
  rows.add("hyphens-only", versioning, {parent("---")}).restarts().should();
  rows.add("no-hyphens", versioning, {parent("00{trace}{span}01")}).restarts().should();
  rows.add("underscores", versioning, {parent("00_{trace}_{span}_01")}).restarts().should();
  rows.add("space-inside", values, {parent("00-{trace} -{span}-01")}).restarts();
  rows.add("space-for-hyphen", versioning, {parent("00 {trace} {span} 01")}).restarts().should();
  rows.add("quoted", versioning, {parent("\"00-{trace}-{span}-01\"")}).restarts().should();
  rows.add("semicolon-behind", values, {parent("00-{trace}-{span}-01;x=y")}).restarts();
  rows.add("comma-behind", values, {parent("00-{trace}-{span}-01,")}).restarts();
  rows.add("b3-in-it", versioning, {parent("{trace}-{span}-1")}).restarts().should();
  rows.add("jaeger-in-it", versioning, {parent("{trace}:{span}:0:1")}).restarts().should();
  rows.add("percent-encoded", versioning, {parent("00%2D{trace}%2D{span}%2D01")})
      .restarts()
      .should();
  rows.add("words", versioning, {parent("undefined")}).restarts().should();

  rows.add("twice-the-same", repeated, {std::string(good), std::string(good)}).restarts().choice();
  rows.add("twice-different", repeated, {std::string(good), parent("00-{trace2}-{span2}-01")})
      .restarts()
      .choice();
  rows.add("twice-names-in-two-cases", repeated,
           {std::string(good), "TraceParent: 00-{trace2}-{span2}-01"})
      .restarts()
      .choice();
  rows.add("twice-in-one-line", repeated, {parent("00-{trace}-{span}-01,00-{trace2}-{span2}-01")})
      .restarts()
      .choice();
  rows.add("good-then-bad", repeated, {std::string(good), parent("xx")}).restarts().choice();
  rows.add("bad-then-good", repeated, {parent("xx"), std::string(good)}).restarts().choice();
}

}  // namespace

void add_traceparent_cases(std::vector<Case>& cases) {
  Rows rows(cases, "traceparent", "tracecontext");
  add_continued(rows);
  add_versions(rows);
  add_ids(rows);
  add_flags(rows);
  add_malformed(rows);
}

}  // namespace baton::tool::probe
