#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cctype>

#include "support.hpp"

namespace {

using namespace amqp_test;
using Values = std::vector<std::string>;

/// Names that get into each other's way, and values of any bytes, or of another type.
rc::Gen<Fields> any_fields() {
  const auto name = rc::gen::element<std::string>("a", "A", "b", "traceparent", "TraceParent",
                                                  "tracestate", "traces", "");
  const auto value = rc::gen::map(
      rc::gen::maybe(rc::gen::arbitrary<std::string>()), [](const rc::Maybe<std::string>& maybe) {
        return maybe ? std::optional<std::string>(*maybe) : std::nullopt;
      });
  return rc::gen::container<Fields>(rc::gen::pair(name, value));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The rule, as it is written.
Values expected(const Fields& fields, const std::string& name) {
  Values exact;
  Values other;
  for (const auto& [field, value] : fields) {
    if (value && field == name) exact.push_back(*value);
    if (value && lower(field) == lower(name)) other.push_back(*value);
  }
  const Values all = exact.empty() ? other : exact;
  return name == "traceparent" && !all.empty() ? Values{all.back()} : all;
}

RC_GTEST_PROP(AmqpTableLaws, TheRuleOfNamesAndRepeatedFields, ()) {
  const Fields fields = *any_fields();
  OwnTable own(fields);
  baton::amqp::Pool pool;
  const std::string wire = encode(own.get());
  const amqp_table_t table = decode(wire, pool);
  const baton::amqp::ConstTableCarrier carrier(table);
  for (const char* name : {"a", "A", "b", "B", "traceparent", "tracestate", "trace", ""}) {
    const Values all = expected(fields, name);
    Values seen;
    carrier.get_all(name, [&](std::string_view value) {
      seen.emplace_back(value);
      return true;
    });
    RC_ASSERT(seen == all);
    RC_ASSERT(carrier.get(name) ==
              (all.empty() ? std::nullopt : std::optional<std::string_view>(all.back())));
  }
}

RC_GTEST_PROP(AmqpTableLaws, SetLeavesOneAndEraseNone, ()) {
  const Fields fields = *any_fields();
  const auto changes = *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
      rc::gen::pair(rc::gen::element<std::string>("A", "b", "TraceParent", "c", "d", "e"),
                    rc::gen::arbitrary<std::string>()));
  OwnTable own(fields);
  baton::amqp::Pool pool;
  amqp_table_t table = own.get();
  baton::amqp::TableCarrier carrier(table, pool);
  Fields model = fields;
  for (const auto& [name, value] : changes) {
    std::erase_if(model, [&](const Field& field) { return lower(field.first) == lower(name); });
    if (value.size() % 4 == 3) {
      carrier.erase(name);
    } else {
      carrier.set(name, value);
      model.emplace_back(lower(name), value);
    }
  }
  const std::string wire = encode(table);
  RC_ASSERT(to_fields(decode(wire, pool)) == model);
  RC_ASSERT(to_fields(own.get()) == fields);
}

}  // namespace
