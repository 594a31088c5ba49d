"""The protocol: the envelope around a request and an answer, and the connection that carries it."""
