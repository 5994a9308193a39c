"""A pipeline of threads with queues between them: numbers go in, their factors are found, a summary comes out.

usage: pipeline.py [workers] [numbers]
"""

import queue
import sys
import threading
import time

DONE = object()


def produce(numbers, output, workers):
    for number in numbers:
        output.put(number)
    for _ in range(workers):
        output.put(DONE)


def factors_of(number):
    factors = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1 if divisor == 2 else 2
    if number > 1:
        factors.append(number)
    return factors


def work(source, output):
    while True:
        number = source.get()
        try:
            if number is DONE:
                output.put(DONE)
                return
            output.put((number, factors_of(number)))
        finally:
            source.task_done()


def consume(source, workers, summary):
    finished = 0
    while finished < workers:
        item = source.get()
        if item is DONE:
            finished += 1
            continue
        number, factors = item
        product = 1
        for factor in factors:
            product *= factor
        if product != number:
            raise ValueError(f"{factors} are not the factors of {number}")
        summary["numbers"] += 1
        summary["factors"] += len(factors)
        if len(factors) == 1:
            summary["primes"] += 1
        if len(factors) > len(summary["most"][1]) or (
            len(factors) == len(summary["most"][1]) and number < summary["most"][0]
        ):
            summary["most"] = item


def main():
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    amount = int(sys.argv[2]) if len(sys.argv) > 2 else 4000

    numbers = range(10_000_019, 10_000_019 + 7 * amount, 7)
    to_do = queue.Queue(maxsize=64)
    done = queue.Queue(maxsize=64)
    summary = {"numbers": 0, "factors": 0, "primes": 0, "most": (0, [])}

    started = time.perf_counter()
    threads = [threading.Thread(target=produce, args=(numbers, to_do, workers), name="producer")]
    threads += [threading.Thread(target=work, args=(to_do, done), name=f"worker-{n}") for n in range(workers)]
    threads += [threading.Thread(target=consume, args=(done, workers, summary), name="consumer")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    to_do.join()
    elapsed = time.perf_counter() - started

    number, factors = summary["most"]
    print(f"{summary['numbers']} numbers have {summary['factors']} prime factors; {summary['primes']} are prime")
    print(f"most factors: {number} = {' * '.join(map(str, factors))}")
    print(f"{workers} workers, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
