"""Deploy first, test in parallel, roll back by itself.

Imports run one way: scripts → operations → adapters → effects; the core imports
nothing but itself. ``wiring`` is the one place that puts the parts together.
"""
