"""Opt-in server configuration: `make lab FAST=1`. Slider messages leave at once.

Jupyter Server leaves Nagle's algorithm on for the kernel's websocket, so that a burst of small messages waits for the
other side's acknowledgement, some 40 ms. This sets TCP_NODELAY on each of them.
"""

from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

plain_open = KernelWebsocketHandler.open


async def open_without_delay(self, *arguments, **keywords):
    await plain_open(self, *arguments, **keywords)
    self.set_nodelay(True)


KernelWebsocketHandler.open = open_without_delay
