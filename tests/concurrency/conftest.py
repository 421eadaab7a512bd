"""The test server must take all patrons' connections at once: its stock backlog of 10 resets the others."""

from django.core.servers.basehttp import WSGIServer

WSGIServer.request_queue_size = 256
