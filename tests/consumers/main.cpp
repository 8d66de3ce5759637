// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <baton/translators/b3.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <cstdlib>

int main() {
  boost::beast::http::request<boost::beast::http::empty_body> request;
  request.set("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1");
  const baton::Context context =
      baton::http::extract(request, {.chain = baton::make_chain("tracecontext,b3").chain});
  return context.span_context().trace_id.to_string() == "80f198ee56343ba864fe8b2a57d3eff7"
             ? EXIT_SUCCESS
             : EXIT_FAILURE;
}
