// A table of the weeks of a term is wider than any window: open it on this week, beside the names of the schools. Without
// scripts the link "Go to this week" above the table does the same; on a phone it is left to the link, since most of the
// window is names and what lies behind them could be touched by mistake.
export function showThisWeek () {
  const now = document.getElementById('this-week')
  const region = now && now.closest('.app-table-region')
  if (!region || window.location.hash) return
  const narrow = window.matchMedia('(max-width: 48.0525em)')
  const open = () => { region.scrollLeft = narrow.matches ? 0 : startOf(region, now.closest('th')) }
  narrow.addEventListener('change', open)
  open()
}

// Where the table ends before this week stands beside the names, begin with a whole week: half of one would lie behind
// them.
function startOf (region, now) {
  const [names, ...weeks] = region.querySelectorAll('thead th')
  const wanted = Math.min(now.offsetLeft - names.offsetWidth, region.scrollWidth - region.clientWidth)
  const starts = weeks.map((week) => week.offsetLeft - names.offsetWidth).filter((start) => start <= wanted)
  return Math.max(0, ...starts)
}
