"""TLS in front of a server that has none: none of the packaged servers is built with OpenSSL."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading

from aws.stores.certificates import Authority

_SSL_REQUEST, _GSS_REQUEST = 80877103, 80877104
_CHUNK, _HIGH_WATER = 65536, 1 << 20


class TlsFront:
    """Listens on 127.0.0.1, terminates TLS, pipes to `backend`. `postgres`: the client asks for TLS first."""

    def __init__(self, authority: Authority, port: int, backend: int, *, postgres: bool = False) -> None:
        self._backend, self._postgres = backend, postgres
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.load_cert_chain(authority.certificate, authority.key)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, daemon=True, name=f"tls-{port}").start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            # A blocked accept() wakes up on shutdown, not on close.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            client.settimeout(30)
            if self._postgres and not _asked_for_tls(client):
                client.sendall(_refusal())
                return
            tls = self._context.wrap_socket(client, server_side=True)
            with tls, socket.create_connection(("127.0.0.1", self._backend)) as backend:
                _pipe(tls, backend)


def _asked_for_tls(client: socket.socket) -> bool:
    while True:
        head = client.recv(8, socket.MSG_WAITALL)
        code = struct.unpack("!II", head)[1] if len(head) == 8 else 0
        if code != _GSS_REQUEST:
            break
        client.sendall(b"N")
    if code == _SSL_REQUEST:
        client.sendall(b"S")
    return bool(code == _SSL_REQUEST)


def _refusal() -> bytes:
    """What RDS answers a plain connection under rds.force_ssl."""
    fields = b'SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry for host "127.0.0.1", no encryption\0\0'
    return b"E" + struct.pack("!I", len(fields) + 4) + fields


def _pipe(tls: ssl.SSLSocket, backend: socket.socket) -> None:
    """Both directions in one thread: an SSL object must not be read and written at the same time."""
    tls.setblocking(False)
    backend.setblocking(False)
    inward, outward = bytearray(), bytearray()
    while True:
        readable = [s for s, buffer in ((tls, inward), (backend, outward)) if len(buffer) < _HIGH_WATER]
        writable = [s for s, buffer in ((backend, inward), (tls, outward)) if buffer]
        # Decrypted bytes that wait inside the SSL object are not visible to select.
        ready, _, _ = select.select(readable, writable, [], 0 if tls in readable and tls.pending() else None)
        if tls in readable and (tls in ready or tls.pending()):
            with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                received = tls.recv(_CHUNK)
                if not received:
                    return
                inward += received
        if backend in ready:
            received = backend.recv(_CHUNK)
            if not received:
                _flush(tls, outward)
                return
            outward += received
        with contextlib.suppress(BlockingIOError):
            if inward:
                del inward[: backend.send(inward)]
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if outward:
                del outward[: tls.send(outward)]


def _flush(tls: ssl.SSLSocket, rest: bytearray) -> None:
    tls.settimeout(5)
    if rest:
        tls.sendall(rest)
    with contextlib.suppress(OSError):
        tls.unwrap()
