// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/memory_source.hpp"

#include <utility>

namespace baton::detail {
namespace {

constinit thread_local const MemorySource* of_thread = nullptr;

}  // namespace

MemorySource::MemorySource(Take how, void* owner) noexcept
    : take_(how), owner_(owner), outer_(std::exchange(of_thread, this)) {}

MemorySource::~MemorySource() { of_thread = outer_; }

const MemorySource* MemorySource::current() noexcept { return of_thread; }

}  // namespace baton::detail
