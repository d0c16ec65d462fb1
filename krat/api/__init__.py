"""The base of REST: who a machine is, how it asks, and how it is answered. Each area brings its own `api`."""
