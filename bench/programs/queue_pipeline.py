"""Producers and consumers over one bounded queue: one pair for each thread asked for."""

import queue
import threading

from _threads import run, thread_count

ITEMS = 180000

pipe = queue.Queue(maxsize=100)


def consume(results, number):
    total = count = 0
    while True:
        item = pipe.get()
        if item is None:
            break
        total += item[1]
        count += 1
    results[number] = (count, total)


def produce(number):
    for index in range(ITEMS):
        pipe.put((number, index))


results = [None] * thread_count()
consumers = [threading.Thread(target=consume, args=(results, number)) for number in range(thread_count())]
for consumer in consumers:
    consumer.start()
run(produce)
for _ in consumers:
    pipe.put(None)
for consumer in consumers:
    consumer.join()
if sum(count for count, _ in results) != thread_count() * ITEMS:
    raise SystemExit("items were lost")
print(sum(total for _, total in results))
