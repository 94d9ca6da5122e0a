"""An invented authority, Merrowshire, that lives around any day: every act in it goes through the real verbs.

Part of the composition root: it may import every app, and none imports it. `load.load_demo` is its one entrance.
"""
