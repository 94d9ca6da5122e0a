def take(*a): ...
def blockers_to_undoing(run_id):
    return []


def undo(run_id, work):
    return 0, 0
