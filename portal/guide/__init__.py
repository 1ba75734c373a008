"""The guide for people with a 221(g) letter: a few questions that end at one next step, and short explanations."""
