# oracle: python3
"""Other programs: their output and exit codes, pipes between them, time limits, folders and environments; eight threads start them."""

import os
import signal
import subprocess
import sys
import threading

run = subprocess.run
print(run(["echo", "hello"], capture_output=True))
print(run("echo $0 $A; exit 3", shell=True, capture_output=True, text=True, env={"A": "b"}))
print(run(["cat"], input="text\nmore\n", capture_output=True, text=True).stdout)
print(run(["sh", "-c", "echo out; echo err >&2"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout)
print(run(["pwd"], cwd="/usr", capture_output=True).stdout)
print(subprocess.check_output(["printf", "%s", "ä"], encoding="utf-8"))
print(run(["true"]).returncode, run(["false"]).returncode, subprocess.call("exit 9", shell=True))
for wrong in (lambda: run(["no such program"]), lambda: run(["true"], cwd="/no such folder"),
              lambda: run(["false"], check=True), lambda: run(["sleep", "10"], timeout=0.1),
              lambda: subprocess.check_output("echo x; exit 2", shell=True), lambda: run([])):
    try:
        wrong()
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        print(type(error).__name__, str(error)[:38], getattr(error, "output", None))

process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
process.stdin.write(b"a line\n")
process.stdin.flush()
print(process.stdout.readline(), process.poll())
print(process.communicate(b"the rest"), process.returncode)

first = subprocess.Popen(["printf", "b\\na\\nc\\n"], stdout=subprocess.PIPE)
second = subprocess.Popen(["sort"], stdin=first.stdout, stdout=subprocess.PIPE, text=True)
first.stdout.close()
print(second.communicate()[0].split(), first.wait())

process = subprocess.Popen(["sleep", "60"])
print(process.poll())
process.terminate()
print(process.wait() == -signal.SIGTERM)
process = subprocess.Popen(["sleep", "60"], start_new_session=True)
os.killpg(process.pid, signal.SIGKILL)
print(process.wait(), repr(signal.Signals(-process.returncode)))

big = os.urandom(300_000)
print(run(["cat"], input=big, capture_output=True).stdout == big)
reader, writer = os.pipe()
child = subprocess.Popen(["sh", "-c", f"echo inherited >&{writer}"], pass_fds=(writer,))
os.close(writer)
print(os.read(reader, 100), child.wait())
os.close(reader)
result = run([sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(5)", "x"], capture_output=True, text=True)
print(result.stdout, result.returncode)
print(subprocess.getstatusoutput("echo status; exit 4"), os.popen("echo opened").read())
print(os.waitstatus_to_exitcode(os.system("exit 6")))

answers = [[] for _ in range(8)]


def many(number):
    for index in range(6):
        answers[number].append(run(["echo", f"{number} {index}"], capture_output=True, text=True).stdout)


threads = [threading.Thread(target=many, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(all(answers[number] == [f"{number} {index}\n" for index in range(6)] for number in range(8)))
