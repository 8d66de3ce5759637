// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>

/// Removes many members of an object in linear time, which erasing one by one is not. All memory is
/// taken before anything changes: if there is none, the object remains as it was.
namespace baton::celery::internal {

/// An object with nulls in place of the members to keep.
template <class IsKept>
boost::json::object make_places(const boost::json::object& members, IsKept is_kept) {
  boost::json::object places(members.storage());
  places.reserve(members.size());
  for (const auto& member : members) {
    if (is_kept(member)) places.emplace(member.key(), nullptr);
  }
  return places;
}

/// Moves the members into their places, the first of `places`, which then replaces the object.
/// Allocates nothing: both have the same storage.
template <class IsKept>
void keep(boost::json::object& members, boost::json::object& places, IsKept is_kept) noexcept {
  auto place = places.begin();
  for (auto& member : members) {
    if (is_kept(member)) (place++)->value().swap(member.value());
  }
  members.swap(places);
}

}  // namespace baton::celery::internal
