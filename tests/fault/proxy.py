#!/usr/bin/env python3
"""A bad network before a PostgreSQL server.

    proxy.py SOCKET NOTES HOW AT [KEPT]

listens on a port of 127.0.0.1 and leads to the server's unix SOCKET. NOTES is a directory: there
the file "port" tells the port, and "bytes" and "commits", when it is ended by SIGTERM, how much
went through. Once, it does wrong; before and afterwards all goes through:

    none         never
    cut          behind AT bytes, counted in both directions, both sides are closed
    reset        likewise, and the client gets a reset
    stall        likewise nothing more goes through that connection; the server's side of it
                 is kept for KEPT seconds (3) after the client has closed its own
    pause        likewise, but only for two seconds
    freeze       likewise, and nothing through others either, until the first client gives up
    commit       the answer to the ATth COMMIT is swallowed, and both sides are closed
"""
import os
import signal
import socket
import struct
import sys
import threading
import time

SOCKET, NOTES, HOW, AT = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
KEPT = int((sys.argv + [3])[5])

lock = threading.Lock()
total = commits = 0
done = HOW == "none"
thaw = threading.Event()
thaw.set()


def note(name, value):
    """Readers find the whole of it or nothing."""
    path = os.path.join(NOTES, name)
    with open(path + ".new", "w") as file:
        file.write("%d\n" % value)
    os.rename(path + ".new", path)


def shut(*ends):
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Link:
    """One client's connection, and ours to the server for it."""

    def __init__(self, client):
        self.client = client
        self.server = socket.socket(socket.AF_UNIX)
        self.server.connect(SOCKET)
        self.stalled = threading.Event()
        self.mute = False    # the answer to a COMMIT is on its way
        for source, target in (client, self.server), (self.server, client):
            threading.Thread(target=self.carry, args=(source, target), daemon=True).start()

    def carry(self, source, target):
        try:
            while True:
                data = source.recv(65536)
                thaw.wait()
                if not data:
                    break
                if self.stalled.is_set():
                    continue
                self.forward(source, target, data)
        except OSError:
            pass
        if source is self.client and self.stalled.is_set():
            thaw.set()
            time.sleep(KEPT)
        shut(source, target)

    def forward(self, source, target, data):
        self.watch_commits(source, data)
        if HOW == "commit":
            if self.mute and source is self.server:
                shut(self.client, self.server)
                return
            target.sendall(data)
            return
        rest = self.account(len(data))
        if rest is None:
            target.sendall(data)
            return
        target.sendall(data[:rest])
        self.go_wrong(target, data[rest:])

    def account(self, length):
        """How much of it still goes through before it goes wrong; None: all."""
        global total, done
        with lock:
            total += length
            if done or total < AT:
                return None
            done = True
            return length - (total - AT)

    def go_wrong(self, target, data):
        if HOW == "reset":
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            shut(self.server)
            self.client.close()
        elif HOW == "cut":
            shut(self.client, self.server)
        elif HOW == "pause":
            time.sleep(2)
            target.sendall(data)
        else:
            self.stalled.set()
            if HOW == "freeze":
                thaw.clear()
                # Only this one is looked at, for its end.
                threading.Thread(target=self.wait_for_end, daemon=True).start()

    def wait_for_end(self):
        try:
            while self.client.recv(65536):
                pass
        except OSError:
            pass
        thaw.set()
        shut(self.client, self.server)

    def watch_commits(self, source, data):
        """Statements are short: each comes in one piece."""
        global commits, done
        if source is self.client and data.startswith(b"Q") and b"COMMIT\0" in data:
            with lock:
                commits += 1
                if HOW == "commit" and commits == AT:
                    done = True
                    self.mute = True


def leave(*_):
    note("bytes", total)
    note("commits", commits)
    os._exit(0)


parent = os.getppid()
signal.signal(signal.SIGTERM, leave)
listener = socket.create_server(("127.0.0.1", 0))
note("port", listener.getsockname()[1])
listener.settimeout(1)
while os.getppid() == parent:
    try:
        accepted, _ = listener.accept()
    except TimeoutError:
        continue
    Link(accepted)
