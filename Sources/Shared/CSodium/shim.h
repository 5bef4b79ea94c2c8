// The unchanged C API of libsodium 1.0.18 (SHA-256); libzmq3-dev brings it.
#include <sodium.h>
