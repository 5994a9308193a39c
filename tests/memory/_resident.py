"""Resident memory of this process, in megabytes; 0 where the system does not tell."""

import gc


def resident():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096 / 1e6
    except OSError:
        return 0.0


def settle():
    """Lets what is dead be given back."""
    for _ in range(3):
        gc.collect()
    return resident()
