"""A bank whose tellers move money between accounts at the same time; the sum of all accounts never changes.

Each transfer locks its two accounts in the order of their numbers, so that no two tellers wait for each other in a ring.
Auditors lock every account and check the sum meanwhile.

usage: bank.py [tellers] [transfers each]
"""

import random
import sys
import threading
import time
from contextlib import ExitStack


class InsufficientFunds(Exception):
    pass


class Account:
    def __init__(self, number, balance):
        self.number = number
        self.balance = balance
        self.lock = threading.Lock()

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(f"account {self.number} has {self.balance}, not {amount}")
        self.balance -= amount

    def deposit(self, amount):
        self.balance += amount


class Bank:
    def __init__(self, accounts, opening_balance):
        self.accounts = [Account(number, opening_balance) for number in range(accounts)]
        self.statistics = threading.local()
        self.refused = 0
        self.done = 0
        self.books = threading.RLock()

    def transfer(self, source, target, amount):
        first, second = sorted((source, target), key=lambda account: account.number)
        with first.lock, second.lock:
            source.withdraw(amount)
            target.deposit(amount)

    def total(self):
        with ExitStack() as stack:
            for account in self.accounts:
                stack.enter_context(account.lock)
            return sum(account.balance for account in self.accounts)

    def close_books(self):
        with self.books:
            self.done += self.statistics.done
            self.refused += self.statistics.refused

    def teller(self, seed, transfers):
        generator = random.Random(seed)
        self.statistics.done = self.statistics.refused = 0
        for _ in range(transfers):
            source, target = generator.sample(self.accounts, 2)
            try:
                self.transfer(source, target, generator.randint(1, 300))
            except InsufficientFunds:
                self.statistics.refused += 1
            else:
                self.statistics.done += 1
        self.close_books()


def main():
    tellers = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    transfers = int(sys.argv[2]) if len(sys.argv) > 2 else 4000

    bank = Bank(accounts=20, opening_balance=500)
    expected = bank.total()
    closing = threading.Event()
    wrong = []

    def audit():
        while not closing.wait(0.002):
            if (found := bank.total()) != expected:
                wrong.append(found)

    started = time.perf_counter()
    auditor = threading.Thread(target=audit, name="auditor", daemon=True)
    auditor.start()
    threads = [threading.Thread(target=bank.teller, args=(seed, transfers)) for seed in range(tellers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    closing.set()
    auditor.join()
    elapsed = time.perf_counter() - started

    print(f"{tellers} tellers tried {bank.done + bank.refused} transfers")
    print(f"the accounts hold {bank.total()}, as at the beginning: {bank.total() == expected}")
    print(f"no account is overdrawn: {all(account.balance >= 0 for account in bank.accounts)}")
    print(f"audits that found another sum: {len(wrong)}")
    print(f"{bank.refused} refused, {elapsed:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
