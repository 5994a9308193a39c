# oracle: python3
"""asyncio: tasks, timeouts, queues, streams over the loopback interface, threads, programs, signals."""

import asyncio
import os
import signal
import sys


async def double(number):
    await asyncio.sleep(0.01 * (3 - number))
    return number * 2


async def fail():
    await asyncio.sleep(0.01)
    raise ValueError("on purpose")


async def tasks():
    print(await asyncio.gather(*(double(number) for number in range(4))))
    print(await asyncio.gather(double(1), fail(), return_exceptions=True))
    try:
        async with asyncio.timeout(0.02):
            await asyncio.sleep(60)
    except TimeoutError:
        print("timed out")
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.02)
    except TimeoutError:
        print("timed out again")
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail())
            group.create_task(asyncio.sleep(60))
    except* ValueError as group:
        print(group.exceptions)
    task = asyncio.create_task(asyncio.sleep(60), name="sleeper")
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(task.get_name(), task.cancelled())
    done, pending = await asyncio.wait([asyncio.create_task(double(2)), asyncio.create_task(asyncio.sleep(60))],
                                       return_when=asyncio.FIRST_COMPLETED)
    print(len(done), len(pending), [task.result() for task in done])
    for task in pending:
        task.cancel()
    print(await asyncio.to_thread(sum, range(100)))


async def queues():
    queue = asyncio.Queue(2)
    seen = []

    async def produce():
        for index in range(6):
            await queue.put(index)
        await queue.put(None)

    async def consume():
        while (item := await queue.get()) is not None:
            seen.append(item)

    await asyncio.gather(produce(), consume())
    print(seen)
    lock = asyncio.Lock()
    async with lock:
        print(lock.locked())


async def streams():
    async def serve(reader, writer):
        while line := await reader.readline():
            writer.write(line.upper())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()

    async def ask(number):
        reader, writer = await asyncio.open_connection(host, port)
        answers = []
        for index in range(5):
            writer.write(f"client {number} line {index}\n".encode())
            await writer.drain()
            answers.append(await reader.readline())
        writer.close()
        await writer.wait_closed()
        return answers[-1]

    async with server:
        print(await asyncio.gather(*(ask(number) for number in range(8))))


async def programs():
    process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print(await process.communicate(b"through cat"), process.returncode)
    process = await asyncio.create_subprocess_shell("echo out; exit 3", stdout=asyncio.subprocess.PIPE)
    print((await process.communicate())[0], process.returncode)
    process = await asyncio.create_subprocess_exec("sleep", "60")
    process.kill()
    print(await process.wait())


async def signals():
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, event.set)
    loop.call_later(0.02, os.kill, os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(event.wait(), 10)
    print("signal", loop.remove_signal_handler(signal.SIGUSR1))


async def generators():
    async def count(stop):
        for index in range(stop):
            yield index
            await asyncio.sleep(0)

    print([index async for index in count(4)])


async def main():
    for part in (tasks, queues, streams, programs, signals, generators):
        print(part.__name__)
        await part()


asyncio.run(main())
with asyncio.Runner() as runner:
    print(runner.run(double(3)))
