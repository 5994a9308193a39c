# oracle: python3
"""time: clocks by number, tzset, strptime, and times out of range."""

import os
import time

for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC, time.CLOCK_PROCESS_CPUTIME_ID, time.CLOCK_THREAD_CPUTIME_ID):
    first, second = time.clock_gettime_ns(clock), time.clock_gettime(clock)
    print(clock, type(first).__name__, type(second).__name__, 0 <= second - first / 1e9 < 5, time.clock_getres(clock) > 0)
try:
    time.clock_gettime(9999)
except OSError as error:
    print("OSError", error.errno)

os.environ["TZ"] = "EST5EDT,M3.2.0,M11.1.0"
time.tzset()
print(time.tzname, time.timezone, time.altzone, time.daylight, time.localtime(0)[:6])
os.environ["TZ"] = "UTC"
time.tzset()
print(time.tzname, time.timezone, time.altzone, time.daylight, time.localtime(0)[:6])

print(time.strptime("2021-02-03 04:05:06", "%Y-%m-%d %H:%M:%S"))
for arguments in [("",), (1, "%d"), ("x", "%d")]:
    try:
        print(time.strptime(*arguments))
    except (TypeError, ValueError) as error:
        print(type(error).__name__)

for fields in [
    (1900, 1, 1, 0, 0, 0, -2, 1, -1),
    (1900, 1, 1, 0, 0, 0, -1, 1, -1),
    (1900, 1, 1, 0, 0, 0, 12, 1, -1),
    (-(2**31) + 1899, 1, 1, 0, 0, 0, 0, 1, -1),
    (-(2**31) + 1900, 1, 1, 0, 0, 0, 0, 1, -1),
    (2**31, 1, 1, 0, 0, 0, 0, 1, -1),
]:
    for function in (time.asctime, lambda tuple: time.strftime("%a", tuple)):
        try:
            print(function(fields))
        except (ValueError, OverflowError) as error:
            print(type(error).__name__)
