// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/cpp_headers.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <new>
#include <ranges>
#include <utility>

#include "baton/carriers/kafka/produce.hpp"
#include "baton/detail/ascii.hpp"
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
  std::string lowercase = lookup::to_lower(name);  // both may be views of a header that is removed
  const std::string text(value);
  remove(lowercase);
  add(std::move(lowercase), text);
}

void CppHeadersCarrier::erase(std::string_view name) {
  std::string lowercase = lookup::to_lower(name);
  if (!remove(lowercase)) add(std::move(lowercase), std::string());
}

bool CppHeadersCarrier::remove(const std::string& name) {
  const auto is_one = [&](std::string_view header) {
    return lookup::compare(header, name) != lookup::Match::none;
  };
  remove_all(is_one, 1);
  return std::ranges::none_of(list_, is_one, &internal::CopiedHeader::name);
}

void CppHeadersCarrier::remove_all(FunctionRef<bool(std::string_view)> is_meant, std::size_t free) {
  std::vector<std::string> names;
  for (const internal::CopiedHeader& header : list_) {
    if (is_meant(header.name)) names.push_back(header.name);
  }
  if (names.empty()) return;
  std::sort(names.begin(), names.end(), std::greater());  // lowercase letters first
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.resize(std::min(names.size(), free + spellings_));
  spellings_ -= names.size() - std::min(names.size(), free);
  const auto remains = std::ranges::find_if(names, [&](const std::string& name) {
    const RdKafka::ErrorCode error = headers_->remove(name);
    return error != RdKafka::ERR_NO_ERROR && error != RdKafka::ERR__NOENT;
  });
  const auto is_gone = [&](const internal::CopiedHeader& header) {
    return std::binary_search(names.begin(), remains, header.name, std::greater());
  };
  const auto added =
      std::ranges::subrange(list_.end() - static_cast<std::ptrdiff_t>(added_), list_.end());
  added_ -= static_cast<std::size_t>(std::ranges::count_if(added, is_gone));
  std::erase_if(list_, is_gone);
  if (remains != names.end()) throw std::bad_alloc();  // it must not mix with what is added
}

void CppHeadersCarrier::add(std::string name, const std::string& value) {
  list_.push_back({std::move(name), value});
  const RdKafka::ErrorCode error = headers_->add(list_.back().name, value.data(), value.size());
  if (error != RdKafka::ERR_NO_ERROR) {
    list_.pop_back();
    throw std::bad_alloc();
  }
  ++added_;
}

void CppHeadersCarrier::remove_added() noexcept {
  for (; added_ != 0; --added_, list_.pop_back()) headers_->remove(list_.back().name);
}

void inject(RdKafka::Headers& headers, const Context& context, const InjectOptions& options) {
  const PropagatorChain& chain = options.chain;
  CppHeadersCarrier carrier(headers);
  const auto is_field = [&](std::string_view name) {
    return std::ranges::any_of(chain.fields(), [name](std::string_view field) {
      return detail::equals_ignoring_case(name, field);
    });
  };
  // Those of a family first: if one remains, nothing can hide it.
  carrier.remove_all([&](std::string_view name) { return chain.owns(name) && !is_field(name); }, 0);
  carrier.remove_all(is_field, 0);
  try {
    chain.inject(context, carrier, options.destination);
  } catch (...) {
    carrier.remove_added();  // half a context would be worse than none
    throw;
  }
}

}  // namespace baton::kafka
