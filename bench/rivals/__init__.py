"""Other booking systems under the same herd: from the package registry, in an environment of their own."""
