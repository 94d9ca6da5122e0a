// Enhances pages that work without it.
import { initAll } from '../build/govuk-frontend.min.js'
import { keepOnce } from './once.js'
import { startAutosave } from './autosave.js'
import { startFilters } from './filters.js'
import { startPasting } from './paste.js'
import { startSession } from './session.js'
import { showThisWeek } from './this-week.js'
import { offerTickAll } from './tick-all.js'
import { startWriting } from './writing.js'

initAll()
keepOnce()
startAutosave()
startFilters()
startSession()
showThisWeek()
offerTickAll()
startPasting()
startWriting()
