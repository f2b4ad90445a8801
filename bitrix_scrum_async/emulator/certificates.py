"""A certificate made for one run, so that clients that insist on https find one."""

import ssl
from typing import Any


class Certificates:
    """An authority of this run and the certificate it signed.

    Args:
        host: The host name or address to certify, besides `localhost`.

    Raises:
        ImportError: The package trustme is missing.
    """

    def __init__(self, host: str) -> None:
        try:
            import trustme  # wanted by few: an extra, imported only here
        except ImportError:
            raise ImportError(
                "TLS needs trustme, of the extra 'tls' of this package: pip install trustme"
            ) from None
        authority = trustme.CA()
        names = {"127.0.0.1", "localhost", host}
        certificate: Any = authority.issue_cert(*sorted(names))  # its types name OpenSSL's
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self.server)
        self.ca_pem: bytes = authority.cert_pem.bytes()

    def client(self) -> ssl.SSLContext:
        """A client's context that trusts the authority of this run, and only that."""
        return ssl.create_default_context(cadata=self.ca_pem.decode())
