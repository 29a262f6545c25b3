# SPDX-License-Identifier: Apache-2.0
"""A service manager's part: sockets that it holds, what it is told."""
import os
import signal
import socket
import stat
import subprocess
import tempfile

import tools

ASK = b"GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"


class Manager:
    """Holds a listening socket and starts the program with it."""

    def __init__(self, listening, address, more=""):
        self.folder = tempfile.mkdtemp(prefix="wb-systemd-")
        self.listening = listening
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(os.path.join(self.folder, "notify"))
        self.notify.settimeout(tools.PATIENCE)
        self.config = os.path.join(self.folder, "weighbridge.yaml")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write('version: 1\nadmin: { address: "off" }\n'
                       "log: { decisions: off }\nlisten:\n"
                       f'  - address: "{address}"\n    dialect: envoy\n{more}')

    def start(self):
        """Returns the child; it is stopped with the rest, at the latest."""
        # LISTEN_PID is the program's own number: the shell becomes it
        def hand_over():
            os.dup2(self.listening.fileno(), 3)
            os.set_inheritable(3, True)
        child = subprocess.Popen(
            ["sh", "-c", 'export LISTEN_PID=$$; exec "$@"', "sh",
             tools.PROGRAM, "serve", "-c", self.config],
            preexec_fn=hand_over, close_fds=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(
                os.environ, LISTEN_FDS="1", NOTIFY_SOCKET=os.path.join(
                    self.folder, "notify")))
        self.child = child
        tools.running.append(self)
        assert self.told() == b"READY=1"
        return child

    def stop(self):
        tools.running.remove(self)
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        assert self.child.wait(tools.PATIENCE) == 0

    def told(self):
        return self.notify.recv(100)


def answer(client):
    client.settimeout(tools.PATIENCE)
    return client.recv(100)[:12]


def test_a_restart_with_a_lent_socket_loses_no_request():
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    manager = Manager(listening, f"127.0.0.1:{port}")
    child = manager.start()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(ASK)
        assert answer(client) == b"HTTP/1.1 200"
    child.send_signal(signal.SIGHUP)
    assert [manager.told(), manager.told()] == [b"RELOADING=1", b"READY=1"]
    manager.stop()
    assert manager.told() == b"STOPPING=1"
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(ASK)  # nobody is there: it waits
        manager.start()
        assert answer(client) == b"HTTP/1.1 200"
    manager.stop()


def test_a_lent_unix_socket_is_left_where_it_is():
    folder = tempfile.mkdtemp(prefix="wb-systemd-")
    path = os.path.join(folder, "sock")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    manager = Manager(listening, f"unix:{path}",
                      "    trust-forwarded: [unix]\n")
    manager.start()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(ASK)
        assert answer(client) == b"HTTP/1.1 200"
    manager.stop()
    assert stat.S_ISSOCK(os.stat(path).st_mode)


def test_sockets_for_another_process_are_not_taken():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        manager = Manager(listening, f"127.0.0.1:{port}")
        ended = subprocess.run(
            [tools.PROGRAM, "serve", "-c", manager.config], check=False,
            timeout=tools.PATIENCE, capture_output=True,
            env=dict(os.environ, LISTEN_FDS="1", LISTEN_PID="1"))
        assert ended.returncode == 2
        assert b"Address already in use" in ended.stderr


def test_the_owner_of_a_unix_socket():
    if os.getuid() != 0:
        return
    folder = tempfile.mkdtemp(prefix="wb-systemd-")
    path = os.path.join(folder, "sock")
    for owner, uid, gid in (("nobody", 65534, 0), (":nogroup", 0, 65534),
                            ("nobody:nogroup", 65534, 65534)):
        manager = Manager(socket.socket(), f"unix:{path}",
                          "    trust-forwarded: [unix]\n"
                          f'    socket-owner: "{owner}"\n')
        manager.start()
        status = os.stat(path)
        assert (status.st_uid, status.st_gid) == (uid, gid), owner
        assert stat.S_IMODE(status.st_mode) == 0o660
        manager.stop()
    manager = Manager(socket.socket(), f"unix:{path}",
                      "    trust-forwarded: [unix]\n"
                      '    socket-owner: "nobody-at-all"\n')
    ended = subprocess.run([tools.PROGRAM, "serve", "-c", manager.config],
                           check=False, timeout=tools.PATIENCE,
                           capture_output=True)
    assert ended.returncode == 2 and b"cannot listen" in ended.stderr
