// Saves a draft of what is being typed, two seconds after typing stops and when a field is left.
// "Saved" is only said after the server said so, and never when nothing changed.
const QUIET = 2000
const savers = new Map()

export function startAutosave () {
  for (const form of document.querySelectorAll('form[data-autosave]')) savers.set(form, saver(form))
}

// Everything that is not saved yet, now: before the session ends. Resolves when the server answered.
export function saveAll () {
  return Promise.all([...savers.values()].map((save) => save({ quietly: true })))
}

function saver (form) {
  const scope = form.closest('[data-autosave-scope]') || form
  const status = scope.querySelector('[data-autosave-status]')
  const unsaved = scope.querySelector('[data-autosave-unsaved]')
  let saved = fingerprint(form)
  let timer = null
  let sending = null
  let leaving = new AbortController()

  const say = (words, failed) => {
    if (!status) return
    status.textContent = words
    status.classList.toggle('app-autosave--failed', failed)
    mark()
  }

  // What is typed and not sent yet is shown in place of the last state; only the outcome is read out.
  const mark = () => {
    if (!unsaved) return
    const waits = fingerprint(form) !== saved && !status.classList.contains('app-autosave--failed')
    unsaved.hidden = !waits
    status.classList.toggle('govuk-visually-hidden', waits)
  }

  // `quietly`: the page itself saves, so it is no sign that anybody is there.
  const send = async ({ quietly = false } = {}) => {
    window.clearTimeout(timer)
    // Of several that waited for the same answer, one goes on and the others wait for its own.
    while (sending) await sending
    const typed = fingerprint(form)
    if (typed === saved || form.dataset.sending) return
    sending = post(form, quietly, leaving.signal)
    const outcome = await sending
    sending = null
    if (outcome.left) return
    if (outcome.saved) saved = typed
    say(outcome.words, !outcome.saved)
    if (outcome.saved && !quietly) document.dispatchEvent(new CustomEvent('session:seen', { detail: outcome.answer }))
  }

  const soon = () => {
    mark()
    window.clearTimeout(timer)
    timer = window.setTimeout(() => send(), QUIET)
  }

  form.addEventListener('input', soon)
  form.addEventListener('change', soon)
  form.addEventListener('focusout', () => send())
  window.addEventListener('online', () => send())
  // The form takes the whole text with it. An autosave that is still under way is given up: where the session has ended,
  // its answer would take away the new session, and with it what that says. It may still arrive after the form: the
  // server is told which text is newer.
  form.addEventListener('submit', () => {
    stamp(form)
    leaving.abort()
    leaving = new AbortController()
  })
  return send
}

// What was typed, without files and passwords, which no draft may hold.
function fields (form) {
  const data = new URLSearchParams()
  const secret = new Set([...form.querySelectorAll('input[type=password]')].map((input) => input.name))
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && !secret.has(name)) data.append(name, value)
  }
  return data
}

function fingerprint (form) {
  const data = fields(form)
  data.delete('csrfmiddlewaretoken')
  data.delete('typed_at')
  return data.toString()
}

function stamp (form) {
  const input = form.querySelector('input[name=typed_at]') || document.createElement('input')
  Object.assign(input, { type: 'hidden', name: 'typed_at', value: Date.now() })
  form.append(input)
}

async function post (form, quietly, signal) {
  const body = fields(form)
  body.set('typed_at', Date.now())
  let response
  try {
    response = await fetch(form.dataset.autosaveUrl, {
      method: 'POST',
      body,
      headers: {
        Accept: 'application/json',
        'X-Requested-With': 'XMLHttpRequest',
        ...(quietly ? { 'X-Unattended': '1' } : {})
      },
      credentials: 'same-origin',
      keepalive: false,
      signal
    })
  } catch {
    if (signal.aborted) return { left: true }
    return { saved: false, words: 'Not saved because you are offline. What you typed is still on this page.' }
  }
  const answer = await response.json().catch(() => ({}))
  if (response.ok) return { saved: true, answer, words: `Saved at ${answer.saved_at || clock()}` }
  if (answer.message) return { saved: false, words: answer.message }
  if (response.status === 401 || response.status === 403) {
    return { saved: false, words: 'Not saved because you are signed out. What you typed is still on this page.' }
  }
  return { saved: false, words: 'Not saved because the service did not accept it. What you typed is still on this page.' }
}

function clock () {
  const time = { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Europe/London' }
  return new Intl.DateTimeFormat('en-GB', time).format(new Date())
}
