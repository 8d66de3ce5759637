// SPDX-License-Identifier: Apache-2.0
#include "baton/configuration.hpp"
#include "baton/global.hpp"

// Alone in its file: a program that defines the function itself does not link this one, and with it
// neither the configuration nor the registry of all formats. Weak for those that link all of the
// library, or its shared build.

namespace baton {

[[gnu::weak]] ConfiguredChain default_global_chain() { return make_chain_from_environment(); }

}  // namespace baton
