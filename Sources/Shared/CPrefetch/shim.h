// Swift has no name for the processor's prefetch instruction.
static inline __attribute__((always_inline)) void prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }
