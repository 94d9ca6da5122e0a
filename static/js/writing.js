// Writing a record: lines are added and removed in place, and the parts beside the form are ticked as one types.
// Without script the same buttons send the form and get the page with a line more or less.
import { initAll } from '../build/govuk-frontend.min.js'
import { keepMarks } from './paste.js'

export function startWriting () {
  for (const scope of document.querySelectorAll('[data-autosave-scope]')) {
    const form = scope.querySelector('form[data-autosave]')
    if (!form) continue
    form.addEventListener('click', (event) => {
      const button = event.target.closest('[data-lines] button[name=then]')
      if (!button) return
      event.preventDefault()
      change(form, button)
    })
    const parts = [...scope.querySelectorAll('[data-part]')]
    const tick = () => parts.forEach((part) => show(part, isWritten(form, new RegExp(part.dataset.part))))
    form.addEventListener('input', tick)
    form.addEventListener('change', tick)
    tick()
  }
}

function isWritten (form, names) {
  return [...form.elements].some((box) => names.test(box.name) && box.value.trim())
}

function show (part, written) {
  const state = part.querySelector('.app-parts__state')
  const words = written ? 'written' : 'not yet'
  if (state.textContent !== words) state.textContent = words
  state.classList.toggle('app-parts__state--done', written)
}

// The server draws the lines; only they are taken from its answer, so that nothing else that is typed can be lost.
async function change (form, button) {
  const lines = button.closest('[data-lines]')
  if (lines.ariaBusy === 'true') return
  lines.ariaBusy = 'true'
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === 'string'))
  body.set('then', button.value)
  // What is typed here until the server answers would be lost.
  lines.inert = true
  const fresh = await fetch(form.action, { method: 'POST', body, credentials: 'same-origin' })
    .then((answer) => (answer.ok && !answer.redirected ? answer.text() : ''))
    .then((page) => new DOMParser().parseFromString(page, 'text/html'))
    .then((page) => page.querySelector(`[data-lines="${lines.dataset.lines}"]`))
    .catch(() => null)
  if (!fresh) {
    // Signed out or offline: the browser sends the form as it would without script, and the server keeps the text.
    lines.ariaBusy = 'false'
    lines.inert = false
    form.requestSubmit(button)
    return
  }
  lines.replaceWith(fresh)
  initAll({ scope: fresh })
  fresh.querySelectorAll('textarea').forEach(keepMarks)
  fresh.querySelector('[autofocus]')?.focus()
  form.dispatchEvent(new Event('input', { bubbles: true }))
}
