// Shows how far a job is, and loads the page anew when it has come to an end. Without it there is a link for that.
const SECOND = 1000

function show (section, told) {
  const bar = section.querySelector('progress')
  if (told.total) {
    bar.max = told.total
    bar.value = told.done
  } else {
    bar.removeAttribute('value')
  }
  const words = told.total ? `${told.step}: ${told.done.toLocaleString('en-GB')} of ${told.total.toLocaleString('en-GB')}` : told.step
  const line = section.querySelector('[data-progress-words]')
  // A status that says the same is not read out again.
  if (line.textContent !== words) line.textContent = words
}

async function look (section) {
  try {
    const answer = await fetch(section.dataset.progressUrl, { headers: { Accept: 'application/json' } })
    if (answer.redirected || !answer.ok) return
    const told = await answer.json()
    if (!told.underway) return window.location.reload()
    show(section, told)
  } catch {
    // The network comes back, or somebody presses "Look again".
  }
  window.setTimeout(() => look(section), SECOND)
}

for (const section of document.querySelectorAll('[data-progress]')) look(section)
