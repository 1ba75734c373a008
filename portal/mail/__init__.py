"""Messages that leave the portal: written with the deed, sent by the worker."""
