// What glibc shows only to those who define _GNU_SOURCE, and Swift's Glibc does not: memfd_create(2) and seals of
// fcntl(2).
int memfd_create(const char *name, unsigned int flags);
enum { MEMFD_CLOSE_ON_EXEC = 1, MEMFD_ALLOW_SEALING = 2 };
enum { ADD_SEALS = 1033, GET_SEALS = 1034 };
enum { SEAL_SEALING = 1, SEAL_SHRINKING = 2, SEAL_GROWING = 4 };
