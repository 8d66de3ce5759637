// SPDX-License-Identifier: Apache-2.0
#include "laws/nginx_laws.hpp"

#include "fuzz/input.hpp"

namespace {

const std::vector<baton::PropagatorChain>& chains() {
  static const std::vector<baton::PropagatorChain> all = [] {
    std::vector<baton::PropagatorChain> made;
    for (const auto& [extract, inject] : {std::pair("tracecontext,baggage,b3", "tracecontext"),
                                          std::pair("tracecontext,b3", "b3multi,jaeger,baggage"),
                                          std::pair("jaeger,ottrace,baggage", "jaeger,ottrace"),
                                          std::pair("datadog,xray,gcp,b3multi", "datadog,xray,gcp"),
                                          std::pair("none", "tracecontext,b3")}) {
      made.push_back(baton::make_chain({extract, inject, {}, {}, {}}).chain);
    }
    return made;
  }();
  return all;
}

}  // namespace

/// The choice picks the chain, the size of nginx's arrays, and how much memory there is. Lines of a
/// name and a value follow.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  std::size_t choice = input.choice();
  const baton::PropagatorChain& chain = chains()[choice % chains().size()];
  choice /= chains().size();
  const std::size_t part_size = 1 + choice % 7;
  choice /= 7;
  laws::Pairs fields;
  for (const std::string& line : input.lines()) {
    std::string name;
    std::string value;
    if (!oracle::cut(line, ' ', name, value) || name.empty()) continue;
    fields.emplace_back(name, value);
  }
  laws::check_nginx_fields(fields, part_size, chain, choice % 3 == 0 ? choice / 3 % 20 : 100'000);
  return 0;
}
