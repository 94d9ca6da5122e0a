// Warns before an idle session ends, and says so when it has. Nothing typed is thrown away: drafts are saved
// before the end, and after it the form can still be sent; the server keeps it until its writer has signed in again.
// Seconds are counted from the moment the page (or the last extension) came from the server.
import { saveAll } from './autosave.js'

const SAVE_BEFORE_END = 20

export function startSession () {
  const { idleSeconds, warnSeconds, extendUrl } = document.body.dataset
  const dialog = document.getElementById('session-warning')
  if (!idleSeconds || !dialog || !dialog.showModal) return
  new Session(dialog, Number(idleSeconds), Number(warnSeconds), extendUrl).start()
}

class Session {
  constructor (dialog, idle, warn, extendUrl) {
    Object.assign(this, { dialog, idle, warn, extendUrl, over: false, drafted: false, dismissed: false })
    this.text = dialog.querySelector('[data-session-text]')
    this.title = dialog.querySelector('h2')
    this.open = dialog.querySelector('[data-session-open]')
    this.ended = dialog.querySelector('[data-session-over]')
    this.problem = ''
    this.channel = 'BroadcastChannel' in window ? new BroadcastChannel('session') : null
  }

  start () {
    this.renewed(this.idle, this.warn)
    this.tell()
    this.dialog.querySelector('[data-session-extend]').addEventListener('click', () => this.extend())
    this.dialog.querySelector('[data-session-close]').addEventListener('click', () => this.dialog.close())
    // Escape means the same as the button: the person is there.
    this.dialog.addEventListener('cancel', (event) => {
      if (this.over) return
      event.preventDefault()
      this.extend()
    })
    this.channel?.addEventListener('message', (event) => this.renewed(event.data.idle, event.data.warn))
    document.addEventListener('session:seen', (event) => {
      const { idle_seconds: idle, warn_seconds: warn } = event.detail || {}
      this.renewed(idle || this.idle, warn || this.warn)
      this.tell()
    })
    document.addEventListener('visibilitychange', () => this.tick())
    window.setInterval(() => this.tick(), 1000)
  }

  tell () {
    this.channel?.postMessage({ idle: this.idle, warn: this.warn })
  }

  // The session lives on from now, whichever tab asked for it.
  renewed (idle, warn) {
    Object.assign(this, { idle, warn, from: Date.now(), over: false, drafted: false, problem: '' })
    if (this.dialog.open) this.dialog.close()
  }

  tick () {
    if (this.over) return
    const left = Math.ceil(this.idle - (Date.now() - this.from) / 1000)
    if (left <= 0) this.end()
    else if (left <= this.idle - this.warn) this.warnOf(left)
  }

  warnOf (left) {
    if (!this.drafted && left <= Math.max(SAVE_BEFORE_END, (this.idle - this.warn) / 2)) {
      this.drafted = true
      saveAll()
    }
    const words = `${this.problem}We will sign you out in ${spoken(left)} because you have not done anything for a while. We will keep what you typed.`
    if (this.text.textContent !== words) this.text.textContent = words
    if (this.dialog.open) return
    this.title.textContent = 'Are you still there?'
    this.open.hidden = false
    this.ended.hidden = true
    this.dialog.showModal()
  }

  end () {
    this.over = true
    const typed = document.querySelector('form[data-keep], form[data-autosave]')
    this.title.textContent = 'We have signed you out'
    this.text.textContent = typed
      ? 'What you typed is still on this page. Save it, then sign in when we ask you to.'
      : 'Sign in again to continue.'
    this.open.hidden = true
    this.ended.hidden = false
    if (!this.dialog.open) this.dialog.showModal()
    this.ended.querySelector('button').focus()
  }

  async extend () {
    const token = document.querySelector('input[name=csrfmiddlewaretoken]')
    try {
      const response = await fetch(this.extendUrl, {
        method: 'POST',
        credentials: 'same-origin',
        headers: { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest', 'X-CSRFToken': token ? token.value : '' }
      })
      if (response.status === 401 || response.status === 403) return this.end()
      if (!response.ok) throw new Error(String(response.status))
      const answer = await response.json().catch(() => ({}))
      this.renewed(answer.idle_seconds || this.idle, answer.warn_seconds || this.warn)
      this.tell()
    } catch {
      this.problem = 'We could not reach the service. Try again. '
      this.tick()
    }
  }
}

// Minutes while there are minutes, so that a screen reader is not told every second.
function spoken (seconds) {
  if (seconds > 60) {
    const minutes = Math.ceil(seconds / 60)
    return `${minutes} minutes`
  }
  const rounded = seconds > 10 ? Math.ceil(seconds / 10) * 10 : seconds
  return `${rounded} second${rounded === 1 ? '' : 's'}`
}
