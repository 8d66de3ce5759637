#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <vector>
