// On a narrow window, and over a table of the full width, the filters stand above what they filter, so they are folded
// away until asked for. A search box that comes first stays open, because most people search such a list by name. Chosen
// filters are listed with the results, so they do not open the fold.
export function startFilters () {
  for (const form of document.querySelectorAll('form[data-filter]')) fold(form)
  focusResults()
}

function fold (form) {
  const narrow = window.matchMedia('(max-width: 48.0525em)')
  const above = () => narrow.matches || form.closest('.app-list--whole') !== null
  const search = form.querySelector('[data-filter-search]')
  const apply = form.querySelector('[data-filter-apply]')
  const whole = apply.textContent
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'govuk-button govuk-button--secondary app-filter__toggle'
  form.id = form.id || 'filter'
  button.setAttribute('aria-controls', form.id)
  form.before(button)

  const show = (open) => {
    const folded = above() && !open
    form.hidden = folded && !search
    form.classList.toggle('app-filter--folded', folded)
    apply.textContent = folded && narrow.matches ? 'Search' : whole
    button.hidden = !above()
    button.setAttribute('aria-expanded', String(!folded))
    button.textContent = folded ? 'Show filters' : 'Hide filters'
  }
  button.addEventListener('click', () => show(button.getAttribute('aria-expanded') === 'false'))
  narrow.addEventListener('change', () => show(false))
  // An error is shown, and the summary at the top leads to it.
  show(form.querySelector('.govuk-form-group--error') !== null)
}

// The address after applying ends in #results: the count takes the focus, so that it is read out.
function focusResults () {
  const found = document.getElementById('results')
  if (found && window.location.hash === '#results') found.focus({ preventScroll: true })
}
