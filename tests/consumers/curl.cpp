// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/carriers/curl.hpp>
#include <cstdlib>

int main() {
  curl_slist* headers = nullptr;
  const baton::Context context = baton::Context().child();
  const CURLcode result = baton::curl::inject(headers, context);
  const baton::Context carried =
      baton::global_chain().extract(baton::curl::ConstSlistCarrier(headers));
  curl_slist_free_all(headers);
  return result == CURLE_OK && carried.trace_id() == context.trace_id() ? EXIT_SUCCESS
                                                                        : EXIT_FAILURE;
}
