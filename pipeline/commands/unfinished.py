"""The report of a command that ended before its end: what stands now, and what was bought until then."""

from pipeline.errors import ExitCode, PipelineError
from pipeline.plan.decide import decide
from pipeline.plan.model import Wishes
from pipeline.produce import Report, Tally
from pipeline.spec.model import Spec
from pipeline.stages.answers import unanswered
from pipeline.stages.outcome import outcomes
from pipeline.stages.studio import Studio
from pipeline.stages.survey import survey


def unfinished_report(
    studio: Studio, specs: tuple[Spec, ...], wishes: Wishes, tally: Tally, error: PipelineError | None
) -> Report:
    """Look at the world as it stands and write nothing. `error` None: it was interrupted."""
    facts = survey(studio, specs, wishes)
    plan = decide(specs, facts, wishes)
    final = decide(specs, facts, Wishes(buy=False))
    return Report(
        run=studio.run,
        plan=plan,
        outcomes=outcomes(plan, final, facts, (), unanswered(studio, plan, wishes)),
        made=(),
        bought=tally.bought,
        left_over=(),
        stopped_by=error,
        interrupted=error is None,
        exit_code=error.exit_code if error else ExitCode.INTERRUPTED,
    )
