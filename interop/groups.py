"""Members of one group join, leave and die while records come in; works with the members of any client.

Arguments: bootstrap, name of the client, then the command of a member. The command gets group and topic in place of
GROUP and TOPIC, and tells on its output what it owns and reads (or does so in kcat's words); it leaves when its
standard input ends, or on SIGTERM.
"""

import re
import signal
import subprocess
import sys
import threading
import time

import clients_confluent as confluent

PARTITIONS = 6
PATIENCE_S = 60


class Member:
    def __init__(self, command):
        self.owned = frozenset()
        self.read = set()
        self.transcript = []
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.listener = threading.Thread(target=self.listen, daemon=True)
        self.listener.start()

    def listen(self):
        for line in self.process.stdout:
            record = re.match(r"READ (\d+) (\d+)", line)
            owns = re.match(r"OWNS ([\d,]*)", line)
            if record:
                self.read.add((int(record[1]), int(record[2])))
                continue
            self.transcript.append(line.rstrip())
            if owns:
                self.owned = frozenset(int(p) for p in owns[1].split(",") if p)
            elif ": revoked: " in line:
                self.owned = frozenset()
            elif ": assigned: " in line:
                self.owned = frozenset(int(p) for p in re.findall(r"\[(\d+)\]", line))

    def leave(self):
        self.process.stdin.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.listener.join(5)

    def die(self):
        self.process.kill()
        self.process.wait(20)
        self.listener.join(5)


class Feed:
    """Produces without end, so that every rebalance happens under traffic."""

    def __init__(self, topic):
        self.sent = confluent.Sent(confluent.producer())
        self.topic = topic
        self.stopped = threading.Event()
        self.flowing = threading.Event()
        self.flowing.set()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        number = 0
        while not self.stopped.is_set():
            self.flowing.wait()
            self.sent.send(self.topic, str(number).encode(), partition=number % PARTITIONS)
            self.sent.client.poll(0.02)
            number += 1

    def stop(self):
        self.stopped.set()
        self.flowing.set()
        self.thread.join()
        self.sent.flush_all_accepted()
        return self.accepted()

    def accepted(self):
        return {(partition, offset) for partition, offset, _ in self.sent.messages}


def wait_for(condition, what, members):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        gone = any(member.process.poll() is not None for member in members)
        if gone or time.monotonic() > end:
            for member in members:
                print("\n".join(member.transcript[-15:]), "\n--", file=sys.stderr)
            raise AssertionError(f"{'a member ended' if gone else 'not in time'}: {what}; owned {[sorted(m.owned) for m in members]}")
        time.sleep(0.05)


def shared_evenly(members):
    owned = [p for member in members for p in member.owned]
    share = PARTITIONS // len(members)
    return sorted(owned) == list(range(PARTITIONS)) and all(len(m.owned) == share for m in members)


def main(name, command):
    topic = group = f"group-of-{name}-{time.time_ns()}"
    confluent.create(topic, PARTITIONS)
    command = [{"GROUP": group, "TOPIC": topic}.get(word, word) for word in command]
    everyone, here, feed = [], [], Feed(topic)

    def join():
        member = Member(command)
        everyone.append(member)
        here.append(member)

    def unread():
        return feed.accepted().difference(*(m.read for m in everyone))

    def settled(when):
        wait_for(lambda: shared_evenly(here), when, here)
        # Whoever owns a partition now also reads from it.
        seen = {m: len(m.read) for m in here}
        wait_for(lambda: all(len(m.read) > seen[m] for m in here), "records for all " + when, here)

    try:
        join()
        settled("with one member")
        join()
        settled("after a second joined")
        join()
        settled("after a third joined")
        if name == "kcat":
            # A record that reaches kcat between SIGTERM and its end is committed, but never printed.
            feed.flowing.clear()
            wait_for(lambda: feed.sent.client.flush(1) == 0 and not unread(), "quiet before one leaves", here)
        here.pop(1).leave()
        feed.flowing.set()
        settled("after one left")
        here.pop(0).die()
        settled("after one died")
    except BaseException:
        feed.stop()
        raise
    else:
        feed.stop()
        try:
            wait_for(lambda: not unread(), "every record read", here)
        except AssertionError:
            print("never read:", sorted(unread())[:100], file=sys.stderr)
            raise
        here.pop().leave()
    finally:
        for member in everyone:
            if member.process.poll() is None:
                member.process.kill()


if __name__ == "__main__":
    confluent.BOOTSTRAP = sys.argv[1]
    main(sys.argv[2], sys.argv[3:])
