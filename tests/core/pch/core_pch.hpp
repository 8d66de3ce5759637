#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>
