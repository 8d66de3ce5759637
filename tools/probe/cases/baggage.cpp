// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view definition = "W3C Baggage §3.3.1 (definition)";
constexpr std::string_view key = "W3C Baggage §3.3.1.2 (key)";
constexpr std::string_view value = "W3C Baggage §3.3.1.3 (value)";
constexpr std::string_view property = "W3C Baggage §3.3.1.4 (property)";
constexpr std::string_view limits = "W3C Baggage §3.3.2 (limits)";
constexpr std::string_view names = "RFC 9110 §5.1 (field names)";
constexpr std::string_view combining = "RFC 9110 §5.3 (field order)";
constexpr std::string_view independent = "W3C Baggage, Abstract (independent of Trace Context)";

using List = std::vector<std::string>;

class BaggageRows {
 public:
  explicit BaggageRows(std::vector<Case>& cases) : rows_(cases, "baggage", "baggage") {}

  /// Alone, with no trace: the same members must arrive.
  Row kept(std::string_view name, std::string_view clause, const std::string& text, List expected) {
    return rows_.add(name, clause, {"baggage: " + text}).baggage(std::move(expected));
  }
  /// Only the members of `expected`: the others are invalid, and then the behavior is undefined.
  Row others_kept(std::string_view name, const std::string& text, List expected) {
    return kept(name, baton_rules::baggage, text, std::move(expected)).choice();
  }
  Rows& rows() { return rows_; }

 private:
  Rows rows_;
};

void add_lists(BaggageRows& rows) {
  rows.kept("one-member", definition, "foo=1", {"foo=1"});
  rows.kept("three-members", definition, "foo=1,bar=2,baz=3", {"foo=1", "bar=2", "baz=3"});
  rows.kept("order", definition, "zulu=1,alpha=2,mike=3", {"zulu=1", "alpha=2", "mike=3"});
  rows.kept("spaces-around-members", definition, "foo=1 , bar=2 ,baz=3",
            {"foo=1", "bar=2", "baz=3"});
  rows.kept("tabs-around-members", definition, "foo=1\t,\tbar=2", {"foo=1", "bar=2"});
  rows.kept("spaces-around-equals", definition, "foo = 1,bar= 2", {"foo=1", "bar=2"});
  rows.rows().add("empty-field", definition, {"baggage:"}).baggage({}, Keep::at_most);
  rows.rows().add("absent", definition, {}).baggage({}, Keep::at_most);
  rows.others_kept("empty-member", "foo=1,,bar=2,", {"foo=1", "bar=2"});
  rows.rows().add("name-title-case", names, {"Baggage: foo=1"}).baggage({"foo=1"});
  rows.rows().add("name-uppercase", names, {"BAGGAGE: foo=1"}).baggage({"foo=1"});

  rows.rows()
      .add("two-fields", combining, {"baggage: foo=1", "baggage: bar=2"})
      .baggage({"foo=1", "bar=2"});
  rows.rows()
      .add("three-fields", combining, {"baggage: foo=1,bar=2", "baggage: baz=3", "Baggage: qux=4"})
      .baggage({"foo=1", "bar=2", "baz=3", "qux=4"});
  rows.rows()
      .add("two-fields-one-empty", baton_rules::baggage, {"baggage:", "baggage: foo=1"})
      .baggage({"foo=1"})
      .choice();
  rows.rows()
      .add("two-fields-one-bad", baton_rules::baggage, {"baggage: foo bar", "baggage: foo=1"})
      .baggage({"foo=1"})
      .choice();

  rows.rows()
      .add("beside-a-trace", independent,
           {"traceparent: 00-{trace}-{span}-01", "baggage: foo=1,bar=2"})
      .baggage({"foo=1", "bar=2"});
  rows.rows()
      .add("beside-a-bad-traceparent", independent,
           {"traceparent: 00-{TRACE}-{span}-01", "baggage: foo=1,bar=2"})
      .baggage({"foo=1", "bar=2"});
  rows.rows()
      .add("beside-a-bad-tracestate", independent,
           {"traceparent: 00-{trace}-{span}-01", "tracestate: FOO=1", "baggage: foo=1"})
      .baggage({"foo=1"});
  rows.rows()
      .add("two-calls", definition, {"baggage: foo=1;p=2,bar=%20"})
      .baggage({"foo=1;p=2", "bar=%20"})
      .calls(2);
}

void add_values(BaggageRows& rows) {
  rows.kept("all-key-characters", key, "az09AZ!#$%&'*+-.^_`|~=1", {"az09AZ!#$%&'*+-.^_`|~=1"});
  rows.kept("key-case", key, "Foo=1,fOO=2", {"Foo=1", "fOO=2"});
  rows.kept("percent-in-key", key, "f%6Fo=1", {"f%6Fo=1"});
  rows.kept("all-value-characters", value, "foo=az09AZ!#$&'()*+-./:<=>?@[]^_`{|}~",
            {"foo=az09AZ!#$&'()*+-./:<=>?@[]^_`{|}~"});
  rows.kept("empty-value", value, "foo=,bar=2", {"foo=", "bar=2"});
  rows.kept("equals-in-value", value, "foo=a=b==,bar=2", {"foo=a=b==", "bar=2"});
  rows.kept("base64-value", value, "foo=Zm9vYmFyCg==", {"foo=Zm9vYmFyCg=="});
  rows.kept("plus-in-value", value, "foo=a+b", {"foo=a+b"});
  rows.kept("escaped-plus", value, "foo=a%2Bb", {"foo=a%2Bb"});
  rows.kept("escaped-space", value, "foo=a%20b", {"foo=a%20b"});
  rows.kept("escaped-percent", value, "foo=100%25,bar=%252C", {"foo=100%25", "bar=%252C"});
  rows.kept("escaped-comma", value, "foo=a%2Cb,bar=2", {"foo=a%2Cb", "bar=2"});
  rows.kept("escaped-semicolon", value, "foo=a%3Bb", {"foo=a%3Bb"});
  rows.kept("escaped-quote-and-backslash", value, "foo=%22a%5Cb%22", {"foo=%22a%5Cb%22"});
  rows.kept("lowercase-escapes", value, "foo=%2c%c3%a9", {"foo=%2c%c3%a9"});
  rows.kept("utf-8-escapes", value, "foo=Am%C3%A9lie,bar=%E2%82%AC,baz=%F0%9F%98%80",
            {"foo=Am%C3%A9lie", "bar=%E2%82%AC", "baz=%F0%9F%98%80"});
  rows.kept("escapes-that-need-not-be", value, "foo=%41%62", {"foo=%41%62"});
  rows.kept("escapes-that-are-not-utf-8", value, "foo=%ff%fe,bar=2", {"foo=%ff%fe", "bar=2"});
  rows.kept("bad-escape", baton_rules::baggage, "foo=1%,bar=%zz,baz=3",
            {"foo=1%", "bar=%zz", "baz=3"})
      .choice();

  rows.kept("property", property, "foo=1;p=2", {"foo=1;p=2"});
  rows.kept("property-without-value", property, "foo=1;p", {"foo=1;p"});
  rows.kept("properties", property, "foo=1;p=2;q;r=3,bar=2;s", {"foo=1;p=2;q;r=3", "bar=2;s"});
  rows.kept("blanks-around-properties", property, "foo=1 ; p = 2 ; q,bar=2",
            {"foo=1;p=2;q", "bar=2"});
  rows.kept("equals-in-property", property, "foo=1;p=a=b", {"foo=1;p=a=b"});
  rows.kept("escapes-in-property", property, "foo=1;p=%2C%20%3B", {"foo=1;p=%2C%20%3B"});
  rows.kept("plus-in-property", property, "foo=1;p=a+b", {"foo=1;p=a+b"});
  rows.kept("duplicate-key", baton_rules::baggage, "foo=1,bar=2,foo=3", {"foo=1", "bar=2", "foo=3"})

      .baggage({"foo=1", "bar=2", "foo=3"}, Keep::at_most)
      .choice();
}

void add_malformed(BaggageRows& rows) {
  rows.others_kept("key-with-space", "f o=1,bar=2", {"bar=2"});
  rows.others_kept("key-with-parentheses", "bar=2,f(o)=1", {"bar=2"});
  rows.others_kept("key-with-quotes", "\"foo\"=1,bar=2", {"bar=2"});
  rows.others_kept("empty-key", "=1,bar=2", {"bar=2"});
  rows.others_kept("no-equals", "foo,bar=2", {"bar=2"});
  rows.others_kept("space-in-value", "foo=a b,bar=2", {"bar=2"});
  rows.others_kept("quotes-in-value", "foo=\"a\",bar=2", {"bar=2"});
  rows.others_kept("backslash-in-value", "foo=a\\b,bar=2", {"bar=2"});
  rows.others_kept("utf-8-in-value", "foo=caf\xc3\xa9,bar=2", {"bar=2"}).may_refuse();
  rows.others_kept("bad-property", "foo=1;p q,bar=2", {"bar=2"});
  rows.others_kept("only-bad-members", "f o=1,b r", {});
}

void add_limits(BaggageRows& rows) {
  const auto member = [](std::size_t i) { return "k" + std::to_string(i) + "=v"; };
  rows.kept("64-members", limits, join(numbered(64, member)), numbered(64, member));
  rows.kept("180-members", baton_rules::baggage, join(numbered(180, member)), numbered(180, member))
      .choice();
  rows.kept("181-members", baton_rules::baggage, join(numbered(181, member)), numbered(181, member))
      .baggage(numbered(181, member), Keep::at_most)
      .choice();
  rows.kept("1000-members", baton_rules::baggage, join(numbered(1000, member)),
            numbered(1000, member))
      .baggage(numbered(1000, member), Keep::at_most)
      .may_refuse()
      .choice();
  const std::string of_8192 = "foo=" + std::string(8192 - 4, 'v');
  rows.kept("8192-bytes", limits, of_8192, {of_8192}).may_refuse();
  rows.kept("8193-bytes", limits, of_8192 + "v", {of_8192 + "v"})
      .baggage({of_8192 + "v"}, Keep::at_most)
      .may_refuse();
  const auto long_member = [](std::size_t i) {
    return "k" + std::to_string(i + 10) + "=" + std::string(120, 'v');
  };
  rows.kept("64-members-of-8000-bytes", limits, join(numbered(64, long_member)),
            numbered(64, long_member))
      .may_refuse();
  List fields;
  for (std::size_t i = 0; i < 64; ++i) fields.push_back("baggage: " + member(i));
  rows.rows().add("64-fields", limits, fields).baggage(numbered(64, member));
  rows.kept("long-key", limits, std::string(1000, 'k') + "=1", {std::string(1000, 'k') + "=1"});
}

/// No text of a value may become a member, a property or a field of its own.
void add_smuggling(BaggageRows& rows) {
  rows.kept("smuggled-member", value, "foo=1%2Csmuggled=1", {"foo=1%2Csmuggled=1"});
  rows.kept("smuggled-member-in-property", value, "foo=1;p=2%2Csmuggled=1",
            {"foo=1;p=2%2Csmuggled=1"});
  rows.kept("smuggled-property", value, "foo=1%3Bsmuggled", {"foo=1%3Bsmuggled"});
  rows.kept("smuggled-field", value, "foo=1%0D%0AX-Smuggled:%201", {"foo=1%0D%0AX-Smuggled:%201"});
  rows.kept("smuggled-field-by-lf", value, "foo=1%0AX-Smuggled:%201", {"foo=1%0AX-Smuggled:%201"});
  rows.kept("smuggled-field-by-cr", value, "foo=1%0DX-Smuggled:%201", {"foo=1%0DX-Smuggled:%201"});
  rows.kept("smuggled-field-in-property", value, "foo=1;p=2%0D%0AX-Smuggled:%201",
            {"foo=1;p=2%0D%0AX-Smuggled:%201"});
  rows.kept("escaped-nul", value, "foo=a%00b,bar=2", {"foo=a%00b", "bar=2"});
  rows.kept("twice-escaped", value, "foo=%250D%250AX-Smuggled:%25201",
            {"foo=%250D%250AX-Smuggled:%25201"});
}

}  // namespace

void add_baggage_cases(std::vector<Case>& cases) {
  BaggageRows rows(cases);
  add_lists(rows);
  add_values(rows);
  add_malformed(rows);
  add_limits(rows);
  add_smuggling(rows);
}

}  // namespace baton::tool::probe
