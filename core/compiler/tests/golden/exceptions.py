def handle(path):
    try:
        with open(path) as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise RuntimeError(path) from error
    finally:
        close(path)


def groups():
    try:
        work()
    except* ValueError as errors:
        print(errors)
