// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/cpp_headers.hpp"

#include <algorithm>
#include <functional>
#include <new>

#include "baton/carriers/kafka/produce.hpp"
#include "carriers/kafka/c_list.hpp"
#include "core/lookup.hpp"

namespace baton::kafka {
namespace {

std::vector<internal::CopiedHeader> copy(const RdKafka::Headers& headers) {
  std::vector<internal::CopiedHeader> copy;
  if (headers.size() == 0) return copy;
  copy.reserve(headers.size());
  for (const RdKafka::Headers::Header& header : headers.get_all()) {
    copy.push_back({header.key(), std::optional<std::string>(
                                      internal::to_value(header.value(), header.value_size()))});
  }
  return copy;
}

}  // namespace

ConstCppHeadersCarrier::ConstCppHeadersCarrier(const RdKafka::Headers& headers)
    : ListCarrier(copy(headers)) {}

void CppHeadersCarrier::set(std::string_view name, std::string_view value) {
  if (name.find('\0') != std::string_view::npos) return;
  internal::CopiedHeader fresh{lookup::to_lower(name), std::string(value)};
  erase(fresh.name);
  const RdKafka::ErrorCode error =
      headers_->add(fresh.name, fresh.value->data(), fresh.value->size());
  if (error != RdKafka::ERR_NO_ERROR) throw std::bad_alloc();
  list_.push_back(std::move(fresh));
}

void CppHeadersCarrier::erase(std::string_view name) {
  const std::string wanted(name);  // may be a view of a header that is erased
  const auto is_one = [&](std::string_view header) {
    return lookup::compare(header, wanted) != lookup::Match::none;
  };
  erase_all(is_one, 1);
}

void CppHeadersCarrier::erase_all(FunctionRef<bool(std::string_view)> is_meant, std::size_t free) {
  std::vector<std::string> names;
  for (const internal::CopiedHeader& header : list_) {
    if (is_meant(header.name)) names.push_back(header.name);
  }
  if (names.empty()) return;
  std::sort(names.begin(), names.end(), std::greater());  // lowercase letters first
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (names.size() > free + spellings_) throw std::bad_alloc();  // one that remains is read
  spellings_ -= names.size() - std::min(names.size(), free);
  const auto remains = std::ranges::find_if(names, [&](const std::string& name) {
    const RdKafka::ErrorCode error = headers_->remove(name);
    return error != RdKafka::ERR_NO_ERROR && error != RdKafka::ERR__NOENT;
  });
  std::erase_if(list_, [&](const internal::CopiedHeader& header) {
    return std::binary_search(names.begin(), remains, header.name, std::greater());
  });
  if (remains != names.end()) throw std::bad_alloc();  // it must not mix with what is added
}

void inject(RdKafka::Headers& headers, const Context& context, const InjectOptions& options) {
  const PropagatorChain& chain = options.chain;
  CppHeadersCarrier carrier(headers);
  const auto is_ours = [&](std::string_view name) { return chain.owns(name); };
  carrier.erase_all(is_ours, 0);
  try {
    chain.inject(context, carrier, options.destination);
  } catch (...) {
    // Half a context would be worse than none. It may be more than the limit has left.
    carrier.erase_all(is_ours, carrier.list_.size());
    throw;
  }
}

}  // namespace baton::kafka
