"""Others that give out places, on the same herd: from the package registry, in an environment of their own."""
