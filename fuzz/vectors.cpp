// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/vectors.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "fuzz/input.hpp"
#include "laws/require.hpp"

namespace {

using laws::require;
using laws::require_same;

/// A file in memory, which is written anew each time.
class File {
 public:
  void write(const std::string& text) const {
    require(::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, text.data(), text.size(),
                                                         0) == static_cast<ssize_t>(text.size()),
            "there is memory");
  }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_ = ::memfd_create("vectors", 0);
};

std::string of_json(const boost::json::value& object, const char* name) {
  return std::string(object.as_object().at(name).as_string());
}

}  // namespace

/// A file of vectors.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const File file;
  const std::string text = fuzz::Input(data, size).text();
  file.write(text);
  const auto vectors = baton::testing::load_vectors(file.path());
  if (!vectors) {
    require(!vectors.error().empty(), "an error has words");
    return 0;
  }
  const boost::json::value whole = boost::json::parse(text);
  const boost::json::array& all = whole.as_object().at("vectors").as_array();
  const bool propagates = whole.as_object().contains("propagators");
  require(vectors->size() == all.size(), "each vector is read");
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const baton::testing::Vector& vector = (*vectors)[i];
    require_same(vector.name, of_json(all[i], "name"), "its name");
    require_same(vector.clause, of_json(all[i], "clause"), "its clause");
    require(vector.propagation.has_value() == propagates, "its kind");
    require(vector.propagation.has_value() + vector.configuration.has_value() +
                    vector.sampling.has_value() ==
                1,
            "it has one kind");
    if (!vector.propagation) continue;
    const auto& read = *vector.propagation;
    require(read.extracts == all[i].as_object().contains("fields"), "what it extracts");
    require(read.injects == all[i].as_object().contains("inject"), "what it injects");
    for (const auto& [name, value] : read.fields) bytes += name.size() + value.size();
    for (const auto& [name, value] : read.injected) bytes += name.size() + value.size();
    static_cast<void>(baton::testing::make_chain(read.chain));
    const auto context = baton::testing::make_context(read.expected);
    require(context || !context.error().empty(), "an error has words");
  }
  require(bytes <= std::size_t{16} << 20U, "the texts are within the limit");
  return 0;
}
