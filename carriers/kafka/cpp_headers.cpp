// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/cpp_headers.hpp"

#include <algorithm>
#include <functional>

#include "baton/carriers/kafka/produce.hpp"
#include "carriers/kafka/c_list.hpp"
#include "core/lookup.hpp"

namespace baton::kafka {
namespace {

template <class Headers>
class CopiedList {
 public:
  explicit CopiedList(const Headers& headers) noexcept : headers_(headers) {}

  [[nodiscard]] std::size_t size() const noexcept { return headers_.size(); }
  [[nodiscard]] detail::Header at(std::size_t i) const noexcept {
    const auto& header = headers_[i];
    if (!header.value) return {header.name.c_str(), std::nullopt};
    return {header.name.c_str(), std::string_view(*header.value)};
  }

 private:
  const Headers& headers_;
};

}  // namespace

std::vector<ConstCppHeadersCarrier::Header>& ConstCppHeadersCarrier::copy() const {
  if (copy_) return *copy_;
  copy_.emplace();
  if (headers_->size() == 0) return *copy_;
  for (const RdKafka::Headers::Header& header : headers_->get_all()) {
    Header& added = copy_->emplace_back(Header{header.key(), std::nullopt});
    if (header.value() != nullptr) {
      added.value.emplace(static_cast<const char*>(header.value()), header.value_size());
    }
  }
  return *copy_;
}

std::optional<std::string_view> ConstCppHeadersCarrier::get(std::string_view name) const {
  return lookup::find_last(CopiedList(copy()), name);
}

void ConstCppHeadersCarrier::get_all(std::string_view name, TextVisitor visit) const {
  lookup::visit_values(CopiedList(copy()), name, visit);
}

void ConstCppHeadersCarrier::keys(TextVisitor visit) const {
  lookup::visit_names(CopiedList(copy()), visit);
}

void CppHeadersCarrier::set(std::string_view name, std::string_view value) {
  if (name.find('\0') != std::string_view::npos) return;
  Header fresh{lookup::to_lower(name), std::string(value)};
  erase(fresh.name);
  headers_->add(fresh.name, fresh.value->data(), fresh.value->size());
  copy().push_back(std::move(fresh));
}

void CppHeadersCarrier::erase(std::string_view name) {
  const std::string wanted(name);  // it may be the view of a header that goes
  const auto is_one = [&](std::string_view header) {
    return lookup::compare(header, wanted) != lookup::Match::none;
  };
  erase_all(is_one, 1);
}

void CppHeadersCarrier::erase_all(FunctionRef<bool(std::string_view)> is_meant, std::size_t free) {
  std::vector<Header>& headers = copy();
  std::vector<std::string> names;
  for (const Header& header : headers) {
    if (is_meant(header.name)) names.push_back(header.name);
  }
  if (names.empty()) return;
  std::sort(names.begin(), names.end(), std::greater());  // lowercase letters first
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.resize(std::min(names.size(), free + spellings_));
  spellings_ -= names.size() - std::min(names.size(), free);
  for (const std::string& name : names) headers_->remove(name);
  std::erase_if(headers, [&](const Header& header) {
    return std::binary_search(names.begin(), names.end(), header.name, std::greater());
  });
}

void inject(RdKafka::Headers& headers, const Context& context, const InjectOptions& options) {
  const PropagatorChain& chain = options.chain;
  CppHeadersCarrier carrier(headers);
  carrier.erase_all([&](std::string_view name) { return chain.owns(name); }, 0);
  chain.inject(context, carrier);
}

}  // namespace baton::kafka
