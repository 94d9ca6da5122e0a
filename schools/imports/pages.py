"""Imports in the admin: files brought, the preview, confirming, progress, the account, undoing.

These views are routes of the admin (`schools.admin.ImportRunAdmin`), behind its door, drawn in the site's own frame.
Each kind of import has a right of its own; a run of a kind that one may not bring in is not found.
"""

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from schoolimprove.accounts.exporting import Taken, asked_for_here, exports, links_to
from schoolimprove.accounts.models import user_of
from schoolimprove.accounts.rights import acting, user_can
from schoolimprove.documents.models import Blob
from schoolimprove.pages.buttons import seen_in
from schoolimprove.records.actor import Actor
from schoolimprove.records.drafts import KeepsDrafts
from schoolimprove.records.models import AuditEvent, Job
from schoolimprove.records.transition import Blocked, Conflict, record_event
from schoolimprove.ui import components
from schoolimprove.ui.cells import shown
from schoolimprove.ui.exports import Column, ListFile
from schools.imports.core import runs
from schools.imports.core.outcome import ADDED, CHANGED, LEFT, REMOVED
from schools.imports.core.registry import Importer, importer_of, importers
from schools.imports.forms import ImportForm
from schools.imports.models import ImportFile, ImportKind, ImportRun
from schools.imports.states import IMPORT_RUN, ImportStatus
from schools.register.models.school import School

NOTHING_NEW = "Nothing new"

LISTED = "admin:schools_importrun_changelist"
PER_PAGE = 50
VANISHED_SHOWN = 50
REFUSALS_SHOWN = 50


def mine(request: HttpRequest) -> list[Importer]:
    """The kinds of import that this person may carry out; on installation day a superuser all of them.

    `PermissionDenied` for whoever enters the admin for something else.
    """
    user = user_of(request)
    kinds = [each for each in importers if user.is_superuser or user_can(user, each.permission)]
    if not kinds:
        raise PermissionDenied("import")
    return kinds


def way_to_import(request: HttpRequest, kind: str) -> dict[str, str]:
    """The addresses for a list of what files of this kind bring in, where this person may import them."""
    user = user_of(request)
    if not (user.is_superuser or user_can(user, importer_of(kind).permission)):
        return {}
    return {
        "import_url": f"{reverse('admin:schools_importrun_add')}?kind={kind}",
        "template_url": reverse("admin:schools_importrun_template", args=[kind]),
    }


def actor_for(request: HttpRequest, importer: Importer) -> Actor:
    user = user_of(request)
    if user.is_superuser and not user_can(user, importer.permission):
        return Actor(user)
    return acting(user, importer.permission)


def runs_of(request: HttpRequest) -> QuerySet[ImportRun]:
    kinds = [each.key for each in mine(request)]
    rows = ImportRun.objects.filter(kind__in=kinds).select_related("created_by", "asked_by", "undoes", "account")
    return rows.prefetch_related("files")


def run_of(request: HttpRequest, number: int) -> ImportRun:
    return get_object_or_404(runs_of(request), pk=number)


def acting_on(request: HttpRequest, number: int) -> tuple[ImportRun, Actor]:
    run = run_of(request, number)
    return run, actor_for(request, importer_of(run.kind))


def import_list(request: HttpRequest) -> HttpResponse:
    """Every import of the kinds one may carry out, newest first."""
    page = Paginator(runs_of(request), PER_PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    context = {
        "page_title": "Imports",
        "found": f"{count:,} import{'' if count == 1 else 's'}",
        "page_obj": page,
        "table": run_table(page.object_list),
        "nothing": None if count else nothing_yet(),
        "exports": links_to("admin:schools_importrun_export"),
    }
    return render(request, "schools/imports/import_list.html", context)


def crumbs(*further: components.Crumb) -> list[components.Crumb]:
    return [components.Crumb("Imports", reverse(LISTED)), *further]


def nothing_yet() -> components.Empty:
    action = components.Link("Import files", reverse("admin:schools_importrun_add"))
    return components.Empty("Nothing has been imported yet", "This page will list each import and its outcome.", action)


def run_table(rows: Iterable[ImportRun]) -> components.Table:
    columns = [components.Column(label) for label in ("Import", "State", "What it does", "Files", "Started by", "When")]
    return components.Table("Imports", columns, [_list_row(run) for run in rows], caption_hidden=True)


def _list_row(run: ImportRun) -> list[Any]:
    return [
        components.Link(title_of(run), run.get_absolute_url(), f"Number {run.pk}"),
        components.Status(run.status, run.get_status_display()),
        in_short(run),
        _breaking(", ".join(run.names) or "None"),
        run.created_by or "The service",
        run.created_at,
    ]


def _breaking(name: str) -> str:
    """The name of a file, which has no spaces to break at."""
    return format_html('<span class="app-breaks">{}</span>', name)


def title_of(run: ImportRun) -> str:
    label = ImportKind(run.kind).label
    return f"Undo: {label}, number {run.undoes_id}" if run.undoes_id else label


def in_short(run: ImportRun) -> str:
    """What changed, or would, in a few words: before it is applied, nothing has been added yet."""
    if not run.outcome:
        return "Not known"
    names = {"added": "added", "changed": "restored" if run.undoes_id else "changed", "removed": "removed"}
    to_be = "" if run.applied_at else "to be "
    done = [f"{run.outcome[name]:,} {to_be}{word}" for name, word in names.items() if run.outcome.get(name)]
    return ", ".join(done) or NOTHING_NEW


class ImportAdd(KeepsDrafts, FormView[ImportForm]):
    """Choose what to bring in, and the files."""

    template_name = "schools/imports/import_add.html"
    form_class = ImportForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.kinds = mine(request)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"kind": self.request.GET.get("kind", self.kinds[0].key)}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "importers": self.kinds, "cancel_url": reverse(LISTED)}

    def form_valid(self, form: ImportForm) -> HttpResponse:
        return redirect(started(self.request, form))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "page_title": "Import files",
            "breadcrumbs": crumbs(components.Crumb("Import files")),
            "files_lost": bool(self.request.FILES),
            "headings": self.headings(),
            "templates": [
                components.Link(each.label, reverse("admin:schools_importrun_template", args=[each.key]))
                for each in self.kinds
                if each.template
            ],
        }

    def headings(self) -> components.Table | None:
        """The columns of the first template whose importer explains them."""
        explained = [each for each in self.kinds if each.columns]
        if not explained or explained[0].columns is None:
            return None
        columns = [components.Column("Column"), components.Column("What it contains")]
        rows = [list(row) for row in explained[0].columns()]
        return components.Table("Columns we read", columns, rows)


def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """A CSV file to begin with, for kinds whose layout is our own."""
    found = [each for each in mine(request) if each.key == kind and each.template]
    if not found or found[0].template is None:
        raise Http404
    response = HttpResponse("\ufeff" + found[0].template(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response


def started(request: HttpRequest, form: ImportForm) -> ImportRun:
    """The run of the files that were sent, which a worker now checks."""
    data = form.cleaned_data
    importer = importer_of(data["kind"])
    only = data["only"] if importer.takes_authority else ""
    with ExitStack() as stack:
        files = [(file.name, _on_disk(file, stack)) for file in data["uploads"]]
        return runs.start(importer.key, files, only=only, by=actor_for(request, importer))


def _on_disk(upload: Any, stack: ExitStack) -> Path:
    """Where an upload's bytes are: a large one is a file already."""
    if hasattr(upload, "temporary_file_path"):
        return Path(upload.temporary_file_path())
    copy = stack.enter_context(tempfile.NamedTemporaryFile())  # noqa: SIM115 (the stack closes it)
    for piece in upload.chunks():
        copy.write(piece)
    copy.flush()
    return Path(copy.name)


def import_detail(request: HttpRequest, number: int) -> HttpResponse:
    run = run_of(request, number)
    rejections = Paginator(run.rejections.order_by("file", "row", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "caption": f"Import number {run.pk}",
        "page_title": title_of(run),
        "breadcrumbs": crumbs(components.Crumb(f"Number {run.pk}")),
        "run": run,
        "state": components.Status(run.status, run.get_status_display()),
        "summary": facts_of(run),
        "job": progress_of(run),
        "figures": figures_of(run),
        "refusals": run.refusals[:REFUSALS_SHOWN],
        "refusals_more": len(run.refusals) - REFUSALS_SHOWN,
        "vanished": vanished_table(run),
        "vanished_more": len(run.outcome.get("vanished", [])) - VANISHED_SHOWN,
        "page_obj": rejections,
        "rejections": rejection_table(rejections.object_list),
        "rejection_exports": links_to("admin:schools_importrun_rejections", run.pk),
        "vanished_exports": links_to("admin:schools_importrun_vanished", run.pk),
        "events": events_of(run),
        "may_undo": run.may_be_undone,
        "undo_blockers": runs.blockers_to_undoing(run) if run.may_be_undone else [],
        "not_taken": f"{count:,}" if (count := rejections.paginator.count) else "",
        "samples": samples_of(run),
        "samples_more": samples_more(run),
        "waits": run.status == ImportStatus.CHECKED,
        "nothing_new": bool(run.outcome) and in_short(run) == NOTHING_NEW,
        "again_url": again_url(run),
        "undoings": run.undoings.all(),
    }
    return render(request, "schools/imports/import_detail.html", context)


def again_url(run: ImportRun) -> str:
    """Where to bring in files of this kind again, when nothing is left to do with these; empty otherwise."""
    if run.undoes_id or run.status in (ImportStatus.CHECKING, ImportStatus.CHECKED, ImportStatus.APPLYING):
        return ""
    return f"{reverse('admin:schools_importrun_add')}?kind={run.kind}"


def facts_of(run: ImportRun) -> list[components.Fact]:
    facts = [components.Fact("Started by", f"{run.created_by or 'The service'}, {shown(run.created_at)}")]
    if run.undoes:
        facts.append(_undone_fact(run.undoes))
    elif importer_of(run.kind).takes_authority:
        facts.append(components.Fact("Only the authority", run.only, empty="All authorities in the files"))
    if run.applied_at:
        facts.append(components.Fact("Applied", run.applied_at))
    return facts


def _undone_fact(undone: ImportRun) -> components.Fact:
    address = undone.get_absolute_url()
    return components.Fact("Undoes", f"Import number {undone.pk}", address, change_label="View", hidden="that import")


def progress_of(run: ImportRun) -> Job | None:
    """The work on a run, while there is some."""
    if not run.is_underway:
        return None
    return Job.objects.filter(kind=runs.JOB, key=str(run.pk)).first()


def figures_of(run: ImportRun) -> list[components.Figure]:
    """What an import did or would do, once it is known."""
    if not run.outcome:
        return []
    labels = UNDOING if run.undoes_id else FIGURES
    found = {**run.outcome, "vanished": len(run.outcome.get("vanished", []))}
    return [
        components.Figure(after if run.applied_at else before, f"{found.get(name, 0):,}")
        for name, (before, after) in labels.items()
        if found.get(name) or name in ALWAYS_SHOWN
    ]


FIGURES = {
    "added": ("To be added", "Added"),
    "changed": ("To be changed", "Changed"),
    "unchanged": ("Already the same", "Already the same"),
    "ignored": ("Other authorities (skipped)", "Other authorities (skipped)"),
    "refused": ("Whole rows we could not import", "Whole rows we could not import"),
    "vanished": ("Open in our data, not in the files", "Open in our data, not in the files"),
}
"""What is counted, as it is called before an import is applied and after."""
UNDOING = {
    "changed": ("To be restored", "Restored"),
    "removed": ("To be removed", "Removed"),
    "left": ("To stay as they are", "Left as they are"),
}
ALWAYS_SHOWN = {"added", "changed", "removed", "refused"}
"""The rest would be a wall of noughts."""


def samples_of(run: ImportRun) -> dict[str, list[dict[str, Any]]]:
    """The first things of each sort: what changed with its fields, and the names of what is new or taken out."""
    sorts: dict[str, list[dict[str, Any]]] = {CHANGED: [], ADDED: [], REMOVED: [], LEFT: []}
    for sample in run.outcome.get("samples", []):
        sorts[sample["what"]].append(sample)
    return sorts


def samples_more(run: ImportRun) -> str:
    """How many changes there are beyond the samples; empty for none."""
    told = sum(run.outcome.get(name, 0) for name in ("added", "changed", "removed", "left"))
    more = told - len(run.outcome.get("samples", []))
    return f"{more:,}" if more > 0 else ""


def vanished_table(run: ImportRun) -> components.Table:
    rows = [_vanished_row(school) for school in vanished(run.outcome.get("vanished", [])[:VANISHED_SHOWN])]
    columns = [components.Column("School"), components.Column("URN"), components.Column("In our data")]
    return components.Table("Open in our data, not in the files", columns, rows, caption_hidden=True)


def vanished(urns: Sequence[int]) -> QuerySet[School]:
    return School.objects.filter(urn__in=urns).order_by("name", "urn")


def _vanished_row(school: School) -> list[Any]:
    return [school.name, school.urn, school.get_establishment_display()]


def rejection_table(rows: Iterable[Any]) -> components.Table:
    columns = [components.Column(label) for label in ("Line", "File", "Column", "Why we refused it")]
    cells = [[each.row, _breaking(each.file), each.column or "Whole row", each.reason] for each in rows]
    return components.Table(
        "Rows and cells refused", columns, cells, caption_hidden=True, empty="We refused no rows or cells."
    )


def events_of(run: ImportRun) -> list[components.Event]:
    """Who did what with this import, newest first."""
    past = {move.verb: move.past.capitalize() for move in IMPORT_RUN.moves} | {"asked": "Files uploaded"}
    if run.undoes_id:
        past["asked"] = "Undo started"
    events = AuditEvent.objects.about(ImportRun._meta.label_lower, run.pk).select_related("by")
    return [components.Event(past.get(event.verb, event.verb), event.at, _who(event), event.reason) for event in events]


def _who(event: AuditEvent) -> str:
    """What a worker did it did for whoever asked: nobody reads that they refused their own import."""
    by = str(event.by or "the service")
    return f"the service, for {by}" if event.by and event.verb in WORKERS_VERBS else by


WORKERS_VERBS = {"check", "refuse", "look again", "apply", "fail"}


def import_progress(request: HttpRequest, number: int) -> JsonResponse:
    """How far the work is, for the page to show without being loaded anew."""
    run = run_of(request, number)
    job = progress_of(run)
    said = {"step": job.step or "Waiting to start", "done": job.done, "total": job.total} if job else {}
    return JsonResponse({"state": run.status, "underway": run.is_underway, **said})


@require_POST
def import_confirm(request: HttpRequest, number: int) -> HttpResponse:
    run, actor = acting_on(request, number)
    return _decided(request, run, lambda: runs.confirm(run, by=actor, seen_version=seen_in(request.POST)))


@require_POST
def import_abandon(request: HttpRequest, number: int) -> HttpResponse:
    run, actor = acting_on(request, number)
    return _decided(request, run, lambda: runs.abandon(run, by=actor, seen_version=seen_in(request.POST)))


def _decided(request: HttpRequest, run: ImportRun, verb: Any) -> HttpResponse:
    try:
        verb()
    except Blocked as error:
        messages.error(request, " ".join(error.messages))
    except Conflict as conflict:
        now = conflict.current
        messages.error(
            request,
            f"{now.updated_by or 'The service'} changed this import after you opened it. Check it again before you "
            "continue.",
        )
    return redirect(run)


def import_undo(request: HttpRequest, number: int) -> HttpResponse:
    """Asks whether it can be undone: the answer is a preview, which is confirmed like any other."""
    run, actor = acting_on(request, number)
    if request.method == "POST":
        try:
            return redirect(runs.start_undoing(run, by=actor))
        except Blocked as error:
            messages.error(request, " ".join(error.messages))
            return redirect(run)
    context = {
        "caption": f"Import number {run.pk}",
        "page_title": "Undo this import?",
        "back_url": run.get_absolute_url(),
        "consequences": [
            "We check what has been changed or used since the import.",
            "A school that was changed or used since stays as it is. You see which, and why.",
            "We undo term dates and appointments all together, or not at all.",
            "You see a preview. Nothing changes until you confirm it.",
        ],
        "undo": "After an undo, you can import the same files again.",
        "confirm_label": "Check what would be undone",
        "confirm_url": request.path,
        "cancel_url": run.get_absolute_url(),
    }
    return render(request, "layouts/confirm.html", context)


IMPORTS = ListFile(
    "imports",
    "imports",
    "Imports",
    "An import, or the undoing of one",
    [
        Column("number", "Number", "Number of the import"),
        Column("kind", "Import", "What was imported"),
        Column("undoes", "Undoes", "Number of the import that this one undoes"),
        Column("state", "State", "State of the import"),
        Column("does", "What it does", "How many rows it adds, changes or removes"),
        Column("files", "Files", "Names of the files"),
        Column("by", "Started by", "Who uploaded the files"),
        Column("at", "When", "When the files were uploaded"),
        Column("applied_at", "Applied", "When it was applied; empty until then"),
    ],
)
NOT_TAKEN = ListFile(
    "import not taken",
    "what was not taken",
    "Imports: an import",
    "A row or a cell of a file that we refused",
    [
        Column("file", "File", "Name of the file"),
        Column("row", "Line", "Line of the file that the row starts on; the header is line 1"),
        Column("column", "Column", "Column of the cell we refused; empty when we refused the whole row"),
        Column("reason", "Why we refused it", "The reason"),
    ],
)
VANISHED = ListFile(
    "import not in the files",
    "schools not in the files",
    "Imports: an import",
    "A school of an authority in the files that is open in our data and not in the files",
    [
        Column("name", "School", "Name of the school"),
        Column("urn", "URN", "Unique reference number of the school"),
        Column("here", "In our data", "Whether the school is open, in our data today"),
    ],
)


@exports(IMPORTS)
def import_export(request: HttpRequest) -> Taken:
    """The imports of the kinds one may carry out, newest first."""
    found, actor = runs_of(request), actor_for(request, mine(request)[0])
    return Taken(map(_export_row, found.iterator(500)), found.count(), actor=actor)


def _export_row(run: ImportRun) -> list[Any]:
    return [
        run.pk,
        ImportKind(run.kind).label,
        run.undoes_id,
        run.get_status_display(),
        in_short(run),
        ", ".join(run.names),
        str(run.created_by or "The service"),
        run.created_at,
        run.applied_at,
    ]


@exports(NOT_TAKEN)
def import_rejections(request: HttpRequest, number: int) -> Taken:
    run, actor = acting_on(request, number)
    rejections = run.rejections.order_by("file", "row", "pk")
    rows = (each.as_row() for each in rejections.iterator(2000))
    return Taken(rows, rejections.count(), about=run, actor=actor)


@exports(VANISHED)
def import_vanished(request: HttpRequest, number: int) -> Taken:
    """All of them; the page shows the first."""
    run, actor = acting_on(request, number)
    schools = vanished(run.outcome.get("vanished", []))
    return Taken(map(_vanished_row, schools.iterator(500)), schools.count(), about=run, actor=actor)


@asked_for_here
def import_account(request: HttpRequest, number: int) -> FileResponse:
    """Every addition and change, as the import or its preview found them."""
    run, actor = acting_on(request, number)
    if run.account is None:
        raise Http404
    record_event(run, "exported what changed", by=actor)
    return _served(run.account, f"import-{run.pk}-changes.csv", "text/csv; charset=utf-8")


@asked_for_here
def import_file(request: HttpRequest, number: int, position: int) -> FileResponse:
    """A file as it was brought."""
    run, actor = acting_on(request, number)
    file: ImportFile = get_object_or_404(run.files.select_related("blob"), position=position)
    record_event(run, "took a file away", by=actor, reason=file.name)
    return _served(file.blob, file.name, "application/octet-stream")


def _served(blob: Blob, name: str, content_type: str) -> FileResponse:
    try:
        response = FileResponse(blob.path.open("rb"), as_attachment=True, filename=name, content_type=content_type)
    except FileNotFoundError as error:
        raise Http404 from error
    response["X-Content-Type-Options"] = "nosniff"
    return response
