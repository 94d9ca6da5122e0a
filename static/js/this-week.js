// A table of the weeks of a term is wider than any window: open it on this week, beside the names of the schools. Without
// scripts the link "Go to this week" above the table does the same.
export function showThisWeek () {
  const now = document.getElementById('this-week')
  const region = now && now.closest('.app-table-region')
  if (!region || window.location.hash) return
  const names = region.querySelector('thead th')
  region.scrollLeft = now.closest('th').offsetLeft - names.offsetWidth
}
