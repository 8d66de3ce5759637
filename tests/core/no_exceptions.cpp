// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <map>
#include <string>

#include "baton/baton.hpp"
#include "baton/translators/b3.hpp"

#if defined(__cpp_exceptions) || defined(__cpp_rtti)
#error "this program shows that the library needs neither exceptions nor run-time types"
#endif

/// Reads good and bad fields, and writes them, with a library that is built in the same way.
int main() {
  const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3").chain;
  std::map<std::string, std::string> fields = {
      {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
      {"tracestate", "a=1"},
      {"baggage", "k=v,bad"},
      {"b3", "bad"}};
  baton::ExtractReport report;
  const baton::Context context = chain.extract(baton::MapCarrier(fields), &report);
  const baton::Scope scope(context);

  std::map<std::string, std::string> out;
  chain.inject(baton::current().child(), baton::MapCarrier(out));
  const bool good = report.issue_count() == 2 && out.at("tracestate") == "a=1" &&
                    out.at("baggage") == "k=v" && out.at("b3").size() == 51;
  std::puts(good ? "good" : "bad");
  return good ? 0 : 1;
}
