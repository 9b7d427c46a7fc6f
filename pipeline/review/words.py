"""Every word that the page says by itself, in one place: another language is another value of `Words`.

What the planner, the provider or the history say about a picture is theirs, and comes as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.history.records import Decision
from pipeline.history.states import State
from pipeline.review import vocabulary
from pipeline.runner.model import News

_MOST_NUMBERS = 12
"""That are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. A field is named after the place where it is said."""

    language: str = "en"
    product: str = "pipeline"
    skip: str = "Skip to the content"
    nav: str = "Pages"
    pictures: str = "Pictures"
    assets: str = "Assets"
    spend: str = "Spend"
    work: str = "Work"
    keys: str = "Keys"
    keys_note: str = "Every one of these can be done with the buttons and links of a page, too."
    letters: str = "single letters act"
    close: str = "Close"
    next_step: str = "Next:"
    back: str = "Back"
    back_newer: str = "See how it stands now"
    filters: str = "Filters"
    search: str = "Search"
    search_hint: str = "a prompt, a title, a note"
    every: str = "all"
    spec: str = "Spec"
    article: str = "Article"
    platform: str = "Platform"
    slot: str = "Slot"
    model: str = "Model"
    tag: str = "Tag"
    month: str = "Month"
    since: str = "From day"
    until: str = "To day"
    cost_is: str = "Cost"
    cost_from: str = "Cost from"
    cost_to: str = "Cost to"
    sort: str = "Order"
    state: str = "State"
    decision: str = "Decision"
    apply: str = "Show"
    clear: str = "Clear"
    senseless: str = "Not understood, and left out:"
    nothing_fits: str = "Nothing fits. Take a filter out, or look for fewer words."
    paging: str = "Further pages"
    first_page: str = "First page"
    previous_page: str = "Previous page"
    next_page: str = "Next page"
    simulated: str = "simulated"
    noted: str = "notes:"
    picture_missing: str = "missing from the store"
    no_picture: str = "no picture"
    generation: str = "Generation"
    attempts: str = "Attempts"
    no_attempt: str = "Nothing was tried for it yet."
    steps: str = "What to do"
    slots: str = "Slots"
    redo: str = "Redo"
    redo_from: str = "Redo from this"
    next_undecided: str = "Next undecided"
    undo: str = "Undo"
    unreject: str = "Take the rejection back"
    mark: str = "Mark generation"
    marked: str = "Marked pictures"
    mark_all: str = "Mark all on this page"
    note_marked: str = "Note"
    remove_note: str = "Remove this note"
    nothing_marked: str = "No picture is marked: tick those that you mean, then press the button again."
    one_only: str = "That is done for one picture at a time."
    nothing_to_decide: str = "That would change nothing: these have no picture, or it is so already."
    foreign: str = "Made elsewhere and taken in. A spec shows it with the YAML below."
    spec_lost: str = "Its spec cannot be read, so nothing can be made for it:"
    shown_now: str = "shown"
    changed_since: str = "changed since"
    select: str = "Select"
    pin: str = "Pin"
    reject: str = "Reject"
    take_back: str = "Not rejected"
    collect: str = "Bring it in (free)"
    note: str = "Note on this picture"
    note_asset: str = "Note on this asset"
    notes: str = "Notes"
    keep_note: str = "Keep"
    copy: str = "Copy"
    copy_prompt: str = "The prompt"
    copy_attempt: str = "YAML of this attempt"
    copy_yaml: str = "YAML of this asset"
    copy_use: str = "YAML that uses this picture for another image, for nothing"
    copy_use_asset: str = "YAML that uses whatever picture this asset shows, for nothing"
    for_spec: str = "For a spec"
    where_used: str = "Where it is used"
    in_doubt: str = (
        "It was sent and never answered; most such orders were charged. Look at the bill in the vendor's "
        "console first."
    )
    abandon: str = "Give it up"
    resubmit: str = "Let the next run buy it again"
    trash: str = "Throw away"
    untrash: str = "Take out of the trash"
    events: str = "What happened"
    decisions: str = "Decisions"
    files: str = "Files"
    back_to_asset: str = "All attempts"
    slots_note: str = "Each file as its platform shows it, at its own pixels, and the window that it takes."
    file_of: str = "The file of"
    crop_of: str = "The crop over the whole picture of"
    keep_in: str = "stays in other crops"
    covered: str = "covered by the platform"
    no_file: str = "No file of what the spec asks now lies here."
    label_fine: str = "Pixels, format, bytes and both AI labels are as they should be."
    file_fine: str = "Pixels, format and bytes are as they should be."
    cut: str = "Less than half is left. Move the crop, or ask for a picture of another shape."
    whole_picture: str = "This slot takes the whole picture, wherever it is centred."
    spec_decides: str = "The spec says where this one is centred. To move it, write there instead:"
    focus: str = "Centre at"
    as_spec: str = "Forget what was set by hand"
    move: str = "Move, and make the file again"
    focus_hint: str = (
        "Two shares of the picture from its left top, such as 0.5,0.4, or a side or corner such as top-left. "
        "Or drag the window."
    )
    no_picture_yet: str = "It has no picture yet."
    prompt: str = "Prompt"
    provider: str = "Provider"
    show_price: str = "Show the price"
    price: str = "Price"
    buy: str = "Buy one more picture"
    go_on: str = "Go on"
    done: str = "done"
    not_done: str = "ended, and not all is there"
    size_hint: str = "as the spec has it"
    under_way: str = "under way"
    page_gone: str = "the page does not answer: it was ended, or the machine sleeps"
    closing: str = "The page is ending, so nothing more was begun. Open it again, then say it again."
    stopping: str = "It is stopping: it waits for the answer to what was just ordered."
    stop: str = "Stop"
    stop_note: str = "Nothing more is sent then; what is paid for is kept and can be brought in."
    no_job: str = "Nothing."
    owed: str = "Paid for and not here"
    owed_note: str = "To bring it in costs nothing. Another program may be waiting for it already."
    in_doubt_now: str = "In doubt"
    nothing_stuck: str = "Nothing."
    by: str = "By"
    budget: str = "Budget"
    no_budget: str = "No limit is set. Write one under budget: in configs/settings.yaml."
    bought: str = "bought"
    cost: str = "cost"
    doubtful: str = "in doubt"
    doubtful_cost: str = "may have cost"
    nothing_bought: str = "Nothing was bought yet. Simulated pictures cost nothing."
    not_there: str = "There is no such page."
    went_wrong: str = "That did not work"
    stale: str = "Something else was decided in the meantime"
    busy: str = "{about}: something else is being made for it; wait until that is there, then look again"
    refused_before: str = "The same words were refused the last time."
    redo_other: str = "redo it with other words"
    look_at_work: str = "see what is under way and in doubt"
    no_prompt: str = (
        "It has no prompt of its own: it shows a file, or another asset's picture. Redo that asset, or write "
        "a prompt in the spec."
    )
    a_draft: str = "It is a draft: take `draft: true` out of the spec first."
    account: str = "Account"
    size: str = "Size"
    parameters: str = "Parameters"
    task: str = "Task id"
    request: str = "Request id"
    charged: str = "Charged"
    picture: str = "Picture"
    tags: str = "Tags"
    trouble: str = "The provider's words"
    free: str = "free"
    free_simulated: str = "free (simulated)"
    price_unknown: str = "price unknown"
    nothing_to_buy: str = "nothing to buy"
    refused_host: str = "This page answers to its own address only."
    refused_origin: str = "This came from another site, and was not done."
    refused_size: str = "This form is too large, or does not say how large it is."
    refused_key: str = "Open the address that `pipeline review` printed: it carries the key of this start."
    refused_form: str = "This form is not of this start of the page. Open it again."
    states: Mapping[State, str] = field(default_factory=lambda: vocabulary.STATES)
    news: Mapping[News, str] = field(default_factory=lambda: vocabulary.NEWS)
    earlier: Mapping[str, str] = field(default_factory=lambda: vocabulary.EARLIER)
    choices: Mapping[str, str] = field(default_factory=lambda: vocabulary.CHOICES)
    kinds: Mapping[str, str] = field(default_factory=lambda: vocabulary.KINDS)
    asset_states: Mapping[str, str] = field(default_factory=lambda: vocabulary.ASSET_STATES)
    whose: Mapping[str, str] = field(default_factory=lambda: vocabulary.WHOSE)
    sorts: Mapping[str, str] = field(default_factory=lambda: vocabulary.SORTS)
    groups: Mapping[str, str] = field(default_factory=lambda: vocabulary.GROUPS)
    limits: Mapping[str, str] = field(default_factory=lambda: vocabulary.LIMITS)
    key_list: tuple[tuple[str, str], ...] = vocabulary.KEYS
    jobs: Mapping[str, str] = field(default_factory=lambda: vocabulary.JOBS)
    said: Mapping[str, str] = field(default_factory=lambda: vocabulary.SAID)
    done_many: Mapping[str, str] = field(default_factory=lambda: vocabulary.DONE_MANY)
    providers: tuple[tuple[str, str], ...] = vocabulary.PROVIDERS

    @property
    def state_words(self) -> Mapping[str, str]:
        """The states by what an address calls them."""
        return {state.value: words for state, words in self.states.items()}

    def attempts_of(self, number: int) -> str:
        """How often something was tried."""
        return "1 attempt" if number == 1 else f"{number} attempts"

    def way(self, by: str) -> str:
        """What sums are grouped by."""
        return self.groups.get(by) or f"{self.tag.lower()} {by.partition(':')[2]}"

    def numbers(self, first: int, last: int, total: int) -> str:
        """Which of all that fit a page shows."""
        return f"{first}\u2013{last} of {total}"

    def undo_what(self, word: Decision) -> str:
        """The button that takes a word back, with which one that is."""
        return f"{self.undo}: {word.generation} {self.choices[word.choice.value]}"

    def keeps_of(self, picture: float, subject: float | None) -> str:
        """What a crop keeps, as shares in 0..1."""
        of_subject = "" if subject is None else f", {subject:.0%} of the subject"
        return f"keeps {picture:.0%} of the picture{of_subject}"

    def pictures_of(self, marks: Sequence[str]) -> str:
        """Which pictures something was done to: their numbers, or how many."""
        if len(marks) > _MOST_NUMBERS:
            return f"{len(marks)} generations"
        numbers = ", ".join(mark.partition("-")[0] for mark in marks)
        return f"{'generation' if len(marks) == 1 else 'generations'} {numbers}"

    def without_price(self, number: int) -> str:
        """How many pictures have no known price."""
        return f"{number} without a price"


WORDS = Words()
