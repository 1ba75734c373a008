"""Settings: read from the environment and from instance/settings.env, with a message for each invalid one."""
