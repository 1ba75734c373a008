"""A filter of the server's log: it need not warn of what is meant (server_log.json names it)."""

import logging

MEANT = "Configuration allows spawning up to"  # so many threads: portal/gate.py says why


class Meant(logging.Filter):
    """Lets every line pass but the warning about many threads."""

    def filter(self, record):
        return not record.getMessage().startswith(MEANT)
