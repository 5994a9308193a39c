async def fetch(source):
    async with source as stream:
        async for item in stream:
            yield await item


def numbers():
    received = yield 1
    yield from range(received)
