# oracle: asserts
"""Processes: starting programs, awaiting them, what children inherit; from eight threads too."""

import _posixsubprocess
import _thread
import posix as os


def run(arguments, executable=None, folder=None, environment=None):
    output_read, output_write = os.pipe()
    report_read, report_write = os.pipe()
    process = _posixsubprocess.fork_exec(
        arguments, [executable or b"/bin/" + arguments[0].encode()], True, (report_write,), folder,
        environment, -1, -1, output_read, output_write, -1, -1, report_read, report_write,
        True, False, -1, None, None, None, -1, None,
    )
    os.close(output_write)
    os.close(report_write)
    output = b""
    while piece := os.read(output_read, 1000):
        output += piece
    report = os.read(report_read, 1000)
    status = os.waitpid(process, 0)[1]
    os.close(output_read)
    os.close(report_read)
    return output, report, os.waitstatus_to_exitcode(status)


assert run(["echo", "hi", "there"]) == (b"hi there\n", b"", 0)
assert run(["sh", "-c", "exit 3"]) == (b"", b"", 3)
assert run(["sh", "-c", "kill -9 $$"]) == (b"", b"", -9)
assert run(["no such program"]) == (b"", b"OSError:2:", 255)
assert run(["pwd"], folder="/usr") == (b"/usr\n", b"", 0)
assert run(["pwd"], folder="/no such folder") == (b"", b"OSError:2:noexec:chdir", 255)
assert run(["env"], b"/usr/bin/env", environment=[b"A=1", b"B=2"]) == (b"A=1\nB=2\n", b"", 0)
# Standard input, output, error and what ls itself opens: nothing else is inherited.
assert run(["sh", "-c", "ls /proc/self/fd | wc -l"]) == (b"4\n", b"", 0)
# Children do not ignore SIGPIPE as their parent does.
assert run(["sh", "-c", "kill -PIPE $$; echo alive"]) == (b"", b"", -13)

assert os.WEXITSTATUS(os.system("exit 5")) == 5
process = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 7"], {})
assert os.wait() == (process, 7 << 8)
process = os.posix_spawnp("sh", ["sh", "-c", "exit $X"], {"X": "4"})
found, status, usage = os.wait4(process, 0)
assert (found, os.WEXITSTATUS(status)) == (process, 4) and usage.ru_utime >= 0
process = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 6"], {})
result = os.waitid(os.P_PID, process, os.WEXITED)
assert (result.si_pid, result.si_status, result.si_code) == (process, 6, os.CLD_EXITED)
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    pass
else:
    raise AssertionError("a child that nobody started")

results = []


def many(number):
    for index in range(5):
        results.append(run(["echo", str(number), str(index)]))


handles = [_thread.start_joinable_thread(lambda number=number: many(number)) for number in range(8)]
for handle in handles:
    handle.join()
wanted = [(f"{number} {index}\n".encode(), b"", 0) for number in range(8) for index in range(5)]
assert sorted(results) == sorted(wanted)

os.putenv(b"THREADSNAKE_TEST", b"seen")
assert os.WEXITSTATUS(os.system('test "$THREADSNAKE_TEST" = seen')) == 0
os.unsetenv(b"THREADSNAKE_TEST")
assert os.WEXITSTATUS(os.system('test -z "$THREADSNAKE_TEST"')) == 0
print("ok")
