"""How fast pages and jobs are, beside the bare page and the bare SQL of the same run; `python -m benchmarks --help`.

Seconds depend on the machine and on what else it does. What is compared is therefore always a ratio, measured turn by
turn: a few requests for the bare page, a few for the page, and again.
"""
