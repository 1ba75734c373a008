"""Settings: read from the environment and from instance/settings.env, with a sentence for each that is wrong."""
