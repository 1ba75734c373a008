/* Preloaded into a process: its wall clock goes FAST_CLOCK_SPEED times as fast since the instant FAST_CLOCK_ORIGIN
   (seconds since 1970), the same in every process; the monotonic clock, and so every wait, stays as it is. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static void fasten(struct timespec *now)
{
    static double origin, speed;
    if (speed == 0) {
        const char *from = getenv("FAST_CLOCK_ORIGIN"), *by = getenv("FAST_CLOCK_SPEED");
        origin = from ? atof(from) : 0;
        speed = by ? atof(by) : 1;
    }
    double seconds = (now->tv_sec - origin + now->tv_nsec / 1e9) * (speed - 1);
    long long more = (long long)(seconds * 1e9) + now->tv_nsec;
    now->tv_sec += more / 1000000000;
    now->tv_nsec = more % 1000000000;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        fasten(now);
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec found;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &found))
        return -1;
    now->tv_sec = found.tv_sec;
    now->tv_usec = found.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *also)
{
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (also)
        *also = found.tv_sec;
    return found.tv_sec;
}
