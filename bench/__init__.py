"""Load tests and benchmarks: `make bench` measures, `make prove` proves. The portal does not import this package."""
