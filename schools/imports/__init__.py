"""Imports: files as other people publish them, into the register by set-based SQL.

`files` reads bytes, `cells` one cell, `gias` a row of GIAS; none of them knows Django. `staging` and `register` are
the SQL, the same statements on both engines; `run` is a whole run, in one transaction.
"""
