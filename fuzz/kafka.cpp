// SPDX-License-Identifier: Apache-2.0
#include "carriers/kafka/message.hpp"

#include "baton/carriers/kafka/cpp_headers.hpp"
#include "baton/carriers/kafka/produce.hpp"
#include "fuzz/input.hpp"
#include "laws/header_model.hpp"

namespace {

using laws::HeaderModel;
using Headers = HeaderModel::Headers;
using baton::kafka::HeadersPointer;

HeadersPointer make_list(const Headers& headers) {
  HeadersPointer list(rd_kafka_headers_new(headers.size()));
  for (const auto& [name, value] : headers) {
    rd_kafka_header_add(list.get(), name.data(), static_cast<ssize_t>(name.size()),
                        value ? value->data() : nullptr,
                        value ? static_cast<ssize_t>(value->size()) : 0);
  }
  return list;
}

Headers to_headers(const rd_kafka_headers_t& list) {
  Headers headers;
  const baton::kafka::internal::CList all(&list);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto header = all.at(i);
    headers.emplace_back(header.name, header.value);
  }
  return headers;
}

}  // namespace

/// Each line is a header: a name, a space and a value, or a name alone, whose value is null.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Headers headers;
  for (const std::string& line : oracle::split(fuzz::Input(data, size).text(), '\n')) {
    std::string name;
    std::string value;
    if (oracle::cut(line, ' ', name, value)) {
      headers.emplace_back(name, value);
    } else {
      headers.emplace_back(line, std::nullopt);
    }
  }
  const HeadersPointer list = make_list(headers);
  const std::unique_ptr<RdKafka::Headers> cpp(RdKafka::Headers::create());
  bool has_cut_names = false;
  for (const auto& [name, value] : headers) {
    cpp->add(name, value ? value->data() : nullptr, value ? value->size() : 0);
    has_cut_names = has_cut_names || name.find('\0') != std::string::npos;
  }
  const baton::PropagatorChain& chain = laws::header_chain();
  if (has_cut_names) {
    // librdkafka lists them up to the NUL, but finds them by the whole name: no law holds for them.
    const baton::Context context = chain.extract(baton::kafka::ConstHeadersCarrier(list.get()));
    chain.inject(context, baton::kafka::HeadersCarrier(*list));
    baton::kafka::inject(*list, context, {.chain = chain});
    chain.inject(context, baton::kafka::CppHeadersCarrier(*cpp));
    return 0;
  }

  HeaderModel model(headers);
  laws::require(to_headers(*list) == headers, "librdkafka keeps what it is given");
  check_reading(baton::kafka::ConstHeadersCarrier(list.get()), model);
  check_reading(baton::kafka::ConstCppHeadersCarrier(*cpp), model);

  const baton::Context context = chain.extract(model);
  const baton::kafka::internal::CList all(list.get());
  std::vector<baton::kafka::internal::Header> owned;
  const HeadersPointer copy = baton::kafka::internal::copy_others(all, chain, &owned);
  Headers others = headers;
  std::erase_if(others, [&](const auto& header) { return chain.owns(header.first); });
  laws::require(to_headers(*copy) == others, "what is sent on has all headers of others");

  HeaderModel anew(others);
  chain.inject(context, anew);
  const HeadersPointer changed = make_list(headers);
  baton::kafka::inject(*changed, context, {.chain = chain});
  laws::require(to_headers(*changed) == anew.headers(), "headers of the chain are written anew");

  chain.inject(context, model);
  chain.inject(context, baton::kafka::HeadersCarrier(*list));
  laws::require(to_headers(*list) == model.headers(), "inject writes what the model does");
  baton::kafka::CppHeadersCarrier carrier(*cpp);
  if (headers.size() > baton::kafka::CppHeadersCarrier::max_spellings) return 0;  // some may remain
  chain.inject(context, carrier);
  check_reading(baton::kafka::ConstCppHeadersCarrier(*cpp), model);
  return 0;
}
