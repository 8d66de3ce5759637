// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view parent = "traceparent: 00-{trace}-{span}-01";

constexpr std::string_view header = "Trace Context L2 §3.3 (tracestate header)";
constexpr std::string_view header_name = "Trace Context L2 §3.3.1 (header name)";
constexpr std::string_view values = "Trace Context L2 §3.3.2 (tracestate field values)";
constexpr std::string_view list = "Trace Context L2 §3.3.2.1 (list)";
constexpr std::string_view key = "Trace Context L2 §3.3.2.2.1 (key)";
constexpr std::string_view value = "Trace Context L2 §3.3.2.2.2 (value)";
constexpr std::string_view limits = "Trace Context L2 §3.3.3.1 (tracestate limits)";
constexpr std::string_view versioning = "Trace Context L2 §3.2.4 (versioning of traceparent)";
constexpr std::string_view mutating = "Trace Context L2 §3.5 (mutating tracestate)";
constexpr std::string_view repeated =
    "RFC 9110 §5.3 (field order), as W3C's test suite: test_traceparent_duplicated";
constexpr std::string_view combining = "RFC 9110 §5.3 (field order)";

using List = std::vector<std::string>;

class StateRows {
 public:
  explicit StateRows(std::vector<Case>& cases) : rows_(cases, "tracestate", "tracecontext") {}

  /// A valid traceparent, and `lines`.
  Row with_parent(std::string_view name, std::string_view clause, List lines) {
    lines.insert(lines.begin(), std::string(parent));
    return rows_.add(name, clause, std::move(lines)).continues();
  }
  Row kept(std::string_view name, std::string_view clause, const std::string& text, List expected) {
    return with_parent(name, clause, {"tracestate: " + text}).tracestate(std::move(expected));
  }
  /// One bad member: the trace must continue. Who validates a tracestate may drop it whole.
  Row dropped(std::string_view name, const std::string& text) {
    return with_parent(name, header, {"tracestate: " + text})
        .tracestate({}, Keep::at_most)
        .tracestate_is(Level::choice, baton_rules::tracestate);
  }
  Rows& rows() { return rows_; }

 private:
  Rows rows_;
};

void add_lists(StateRows& rows) {
  rows.kept("one-member", list, "foo=1", {"foo=1"});
  rows.kept("two-members", list, "foo=1,bar=2", {"foo=1", "bar=2"});
  rows.kept("order", mutating, "zulu=1,alpha=2,mike=3,bravo=4",
            {"zulu=1", "alpha=2", "mike=3", "bravo=4"});
  rows.kept("spaces-around-members", list, "foo=1 , bar=2 ,baz=3", {"foo=1", "bar=2", "baz=3"});
  rows.kept("tabs-around-members", list, "foo=1\t,\tbar=2", {"foo=1", "bar=2"});
  rows.kept("blanks-around-the-field", list, " \t foo=1,bar=2 \t ", {"foo=1", "bar=2"});
  rows.kept("empty-member", values, "foo=1,,bar=2", {"foo=1", "bar=2"});
  rows.kept("blank-member", values, "foo=1, \t ,bar=2", {"foo=1", "bar=2"});
  rows.kept("empty-members-at-the-ends", values, ",foo=1,bar=2,", {"foo=1", "bar=2"});
  rows.with_parent("empty-field", values, {"tracestate:"}).tracestate({}, Keep::at_most);
  rows.kept("only-commas", values, ",,,", {});

  rows.with_parent("two-fields", combining, {"tracestate: foo=1", "tracestate: bar=2"})
      .tracestate({"foo=1", "bar=2"});
  rows.with_parent("three-fields", combining,
                   {"tracestate: foo=1,bar=2", "tracestate: rojo=3", "tracestate: congo=4,baz=5"})
      .tracestate({"foo=1", "bar=2", "rojo=3", "congo=4", "baz=5"});
  rows.with_parent("two-fields-one-empty", combining, {"tracestate:", "tracestate: foo=1"})
      .tracestate({"foo=1"});
  rows.with_parent("two-fields-with-others-between", combining,
                   {"tracestate: foo=1", "x-other: 1", "tracestate: bar=2"})
      .tracestate({"foo=1", "bar=2"});
  rows.with_parent("two-fields-names-in-two-cases", combining,
                   {"tracestate: foo=1", "TraceState: bar=2"})
      .tracestate({"foo=1", "bar=2"});
  rows.with_parent("name-camel-case", header_name, {"TraceState: foo=1"}).tracestate({"foo=1"});
  rows.with_parent("name-uppercase", header_name, {"TRACESTATE: foo=1"}).tracestate({"foo=1"});
  rows.with_parent("name-with-hyphen", header_name, {"trace-state: foo=1"})
      .tracestate({}, Keep::at_most);
  rows.rows()
      .add("before-traceparent", header, {"tracestate: foo=1,bar=2", std::string(parent)})
      .continues()
      .tracestate({"foo=1", "bar=2"});
  rows.rows()
      .add("future-version", versioning,
           {"traceparent: cc-{trace}-{span}-01-x", "tracestate: foo=1,bar=2"})
      .continues()
      .tracestate({"foo=1", "bar=2"})
      .should();
}

void add_without_parent(StateRows& rows) {
  rows.rows().add("without-traceparent", header, {"tracestate: foo=1"}).restarts();
  rows.rows()
      .add("with-a-bad-traceparent", header,
           {"traceparent: 00-{TRACE}-{span}-01", "tracestate: foo=1"})
      .restarts();
  rows.rows()
      .add("with-two-traceparents", repeated,
           {std::string(parent), "traceparent: 00-{trace2}-{span2}-01", "tracestate: foo=1"})
      .restarts()
      .choice();
  rows.rows()
      .add("with-an-empty-traceparent", header, {"traceparent:", "tracestate: foo=1"})
      .restarts();
}

void add_keys(StateRows& rows) {
  rows.kept("all-key-characters", key, "az09_-*/=1", {"az09_-*/=1"});
  rows.kept("tenant-key", key, "t61@vendor=1", {"t61@vendor=1"});
  rows.kept("key-of-256", key, std::string(256, 'k') + "=1", {std::string(256, 'k') + "=1"});
  rows.dropped("key-of-257", std::string(257, 'k') + "=1");
  rows.kept("level-2-key-starts-with-a-digit", key, "0foo=1", {"0foo=1"});
  rows.kept("level-2-key-with-two-ats", key, "a@b@c=1", {"a@b@c=1"});
  rows.kept("level-2-key-ends-with-at", key, "foo@=1", {"foo@=1"});
  rows.kept("level-2-long-tenant", key, std::string(242, 't') + "@v=1",
            {std::string(242, 't') + "@v=1"});
  rows.kept("level-2-long-vendor", key, "t@" + std::string(15, 'v') + "=1",
            {"t@" + std::string(15, 'v') + "=1"});
  rows.dropped("uppercase-key", "Foo=1");
  rows.dropped("uppercase-key-behind-a-good-one", "foo=1,Bar=2");
  rows.dropped("key-starts-with-at", "@foo=1");
  rows.dropped("key-starts-with-hyphen", "-foo=1");
  rows.dropped("key-with-dot", "foo.bar=1");
  rows.dropped("key-with-space", "foo bar=1");
  rows.dropped("key-with-colon", "foo:bar=1");
  rows.dropped("space-before-equals", "foo =1");
  rows.dropped("empty-key", "=1");
  rows.dropped("no-equals", "foo");
  rows.dropped("no-equals-behind-a-good-one", "foo=1,bar");
  rows.dropped("semicolons-for-commas", "foo=1;bar=2");
}

void add_values(StateRows& rows) {
  rows.kept("all-value-characters", value, "foo=!\"#$%&'()*+-./09:;<>?@AZ[\\]^_`az{|}~",
            {"foo=!\"#$%&'()*+-./09:;<>?@AZ[\\]^_`az{|}~"});
  rows.kept("value-with-spaces-inside", value, "foo=a b  c", {"foo=a b  c"});
  rows.kept("value-with-leading-space", value, "foo= 1,bar=2", {"foo= 1", "bar=2"});
  rows.kept("percent-in-value", value, "foo=%2C%0D%0A%", {"foo=%2C%0D%0A%"});
  rows.kept("plus-in-value", value, "foo=a+b", {"foo=a+b"});
  rows.kept("value-of-256", value, "foo=" + std::string(256, 'v'),
            {"foo=" + std::string(256, 'v')});
  rows.dropped("value-of-257", "foo=" + std::string(257, 'v'));
  rows.dropped("equals-in-value", "foo=1=2");
  rows.dropped("empty-value", "foo=,bar=2");
  rows.dropped("tab-in-value", "foo=a\tb");
  rows.dropped("utf-8-in-value", "foo=caf\xc3\xa9").may_refuse();
}

void add_limits(StateRows& rows) {
  const auto member = [](std::size_t i) {
    return "key" + std::to_string(i) + "=" + std::to_string(i);
  };
  rows.kept("32-members", values, join(numbered(32, member)), numbered(32, member));
  rows.dropped("33-members", join(numbered(33, member)));
  rows.dropped("64-members", join(numbered(64, member)));
  rows.kept("32-members-and-empty-ones", header, join(numbered(32, member), ",,") + ",",
            numbered(32, member))
      .tracestate_is(Level::choice, baton_rules::tracestate);
  List fields;
  for (std::size_t i = 0; i < 32; ++i) fields.push_back("tracestate: " + member(i));
  rows.with_parent("32-members-in-32-fields", combining, fields).tracestate(numbered(32, member));
  const auto long_member = [](std::size_t i) {
    return "key" + std::to_string(i) + "=" + std::string(i == 4 ? 95 : 97, 'v');
  };
  rows.kept("512-characters", limits, join(numbered(5, long_member)), numbered(5, long_member))
      .tracestate_is(Level::should, limits);
  const auto longest = [](std::size_t i) {
    return std::string(1, static_cast<char>('a' + i)) + std::string(255, 'k') + "=" +
           std::string(256, 'v');
  };
  rows.kept("four-longest-members", header, join(numbered(4, longest)), numbered(4, longest))
      .tracestate_is(Level::choice, baton_rules::tracestate);

  rows.with_parent("duplicate-key", header, {"tracestate: foo=1,foo=2"})
      .tracestate({"foo=1"}, Keep::at_most)
      .tracestate_is(Level::choice, baton_rules::tracestate);
  rows.with_parent("duplicate-key-same-value", header, {"tracestate: foo=1,foo=1"})
      .tracestate({"foo=1"}, Keep::at_most)
      .tracestate_is(Level::choice, baton_rules::tracestate);
  rows.with_parent("duplicate-key-in-two-fields", header,
                   {"tracestate: foo=1,bar=2", "tracestate: foo=3"})
      .tracestate({"foo=1", "bar=2"}, Keep::at_most)
      .tracestate_is(Level::choice, baton_rules::tracestate);
  rows.with_parent("smuggling-by-escapes", header,
                   {"tracestate: foo=%0D%0AX-Smuggled:1,bar=%2Csmuggled=1"})
      .tracestate({}, Keep::at_most)
      .tracestate_is(Level::choice, baton_rules::tracestate);
  rows.kept("smuggling-by-escaped-lines", value, "foo=%0D%0AX-Smuggled: 1",
            {"foo=%0D%0AX-Smuggled: 1"});
  rows.kept("smuggling-by-escaped-commas", value, "foo=%2Csmuggled:1", {"foo=%2Csmuggled:1"});
}

}  // namespace

void add_tracestate_cases(std::vector<Case>& cases) {
  StateRows rows(cases);
  add_lists(rows);
  add_without_parent(rows);
  add_keys(rows);
  add_values(rows);
  add_limits(rows);
}

}  // namespace baton::tool::probe
