// SPDX-License-Identifier: Apache-2.0
#include "baton/baton.h"
#include "baton/parse_error.hpp"
#include "bindings/c/handle.hpp"

uint32_t baton_abi_version(void) { return BATON_ABI_VERSION; }

const char* baton_version(void) { return BATON_VERSION; }

const char* baton_error_text(baton_error error) {
  switch (error) {
    case BATON_OK: return "no error";
    case BATON_ERROR_ARGUMENT: return "a null pointer, or a value that the argument does not have";
    case BATON_ERROR_SIZE: return "a struct with a wrong size, or members that are not known";
    case BATON_ERROR_MEMORY: return "no memory";
    case BATON_ERROR_CONFIGURATION: return "a wrong name or word in the configuration of a chain";
    case BATON_ERROR_SYNTAX: return "a text that is against its grammar";
    case BATON_ERROR_ABSENT: return "there is no such thing";
    case BATON_ERROR_SPACE: return "the buffer is too small";
    case BATON_ERROR_CALLBACK: return "a callback failed, or threw an exception";
    case BATON_ERROR_SCOPE: return "a scope that ended in a wrong order, or on a wrong thread";
    default: return "unknown error";
  }
}

baton_text baton_issue_text(uint32_t code) {
  return baton::c::to_c(baton::to_string(static_cast<baton::ErrorCode>(code)));
}

baton_text baton_issue_name(uint32_t code) {
  return baton::c::to_c(baton::name(static_cast<baton::ErrorCode>(code)));
}
