// SPDX-License-Identifier: Apache-2.0
// A library of a user that contains Baton, and can be unloaded.
#include "baton/baton.hpp"
#include "support/fields.hpp"

using namespace baton;

namespace {

bool extracts_and_injects() {
  const test::Fields fields = {{"b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"}};
  const PropagatorChain chain = make_chain("b3").chain;
  test::Fields sent;
  chain.inject(chain.extract(fields), sent);
  return sent.get("b3") == fields.get("b3");
}

}  // namespace

extern "C" [[gnu::visibility("default")]] bool plugin_works(bool all) {
  Context context;
  context.set_span_context({TraceId::random(), SpanId::random(), TraceFlags(), false, {}});
  const Scope scope(context);
  return &current() == &context && (!all || extracts_and_injects());
}
