"""A synthetic centre as data: what `centre.yaml` says about its people, its demand and the law they answer to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from design_lab.errors import StudyError
from design_lab.files import read_yaml, validated
from design_lab.periods import Quarter, quarters_between

FILE = "centre.yaml"
EXCEL_ROWS = 1_048_576
_Owner = TypeVar("_Owner")

Level: TypeAlias = Literal["agent", "senior_agent", "team_leader", "manager"]
Dimension: TypeAlias = Literal["workload", "service_quality", "csat", "teamwork"]
Outcome: TypeAlias = Literal[
    "log_handle", "resolution_logit", "qa_points", "satisfaction_logit", "peer_points", "selection_logit"
]
FaultKind: TypeAlias = Literal[
    "unreadable_duration", "negative_duration", "duration_beyond_a_day", "no_such_day", "empty_answer", "unknown_key",
    "points_beyond_scale", "stranger", "repeated_row", "repeated_call", "other_quarter", "id_of_two_people",
    "wrong_subtotal", "lost_call", "talk_missing_in_sheet", "overlapping_call", "wrong_mean", "second_pay",
    "hired_after_working", "left_before_working", "rating_without_call", "thousands_separators", "percent_signs",
    "slashed_dates", "serial_dates", "lost_zeros",
]  # fmt: skip
DIMENSIONS: tuple[Dimension, ...] = ("workload", "service_quality", "csat", "teamwork")


def _quarter(value: object) -> Quarter:
    try:
        return Quarter.parse(str(value))
    except StudyError as error:
        raise ValueError(str(error)) from None


QuarterText = Annotated[Quarter, BeforeValidator(_quarter)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Role(_Part):
    """One role: `teams` x `team_size` people; with `team_leaders` the first of each team leads it.

    The first `managers` places of a team are managers instead; `leavers_per_year` is a share of heads. Roles that
    `sells` work outbound; a role that `handles_complaints` closes the cases.
    """

    title: str
    department: str
    teams: int = Field(ge=1)
    team_size: int = Field(ge=2)
    team_title: str
    team_leaders: bool = True
    managers: int = Field(default=0, ge=0)
    leavers_per_year: Share = 0.12
    sells: bool = False
    handles_complaints: bool = False


class CallType(_Part):
    """A kind of call: mean talk in seconds, shares resolved at first contact and transferred, shift of satisfaction."""

    title: str
    talk_seconds: Positive
    resolved: Share
    transferred: Share
    satisfaction: float = 0.0


class Queue(_Part):
    """A queue: its share of all calls, the role and number of teams that answer it, and its mix of call types."""

    title: str
    role: str
    teams: int = Field(ge=1)
    share: Share
    mix: dict[str, Share]
    night: bool = False


class Demand(_Part):
    """Contacts answered a day, averaged over `averaged_over`; their shape by year, weekday, month, holiday and hour."""

    answered_per_day: Positive
    averaged_over: tuple[QuarterText, QuarterText]
    growth_per_year: float
    weekdays: Annotated[list[Positive], Field(min_length=7, max_length=7)]
    month_start: Positive
    month_start_days: int = 3
    spring_festival: Positive
    holidays: Positive
    hours: Annotated[list[Annotated[float, Field(ge=0)]], Field(min_length=24, max_length=24)]
    day_sd: float = Field(default=0.04, ge=0)


class TextDesk(_Part):
    """The desk that answers those who write: who signs in to it, how many sessions at once, what a session is like.

    Agents of `roles` (no leaders) sit there for `share` of their weeks and take no calls then; each holds up to
    `concurrency` sessions at once. `channels` are shares by name, `mix` by call type. A session has 1 + Poisson(Gamma)
    visitor messages of the mean `messages`, `reply_seconds` apiece and lognormal as a whole; a share that is not
    `effective` ends after a message or two. `late` is the share of messages that wait for more than two minutes
    (超时次数占比 0-0.3, 有效对话占比 0-1: domain.md 1.1). All values are judgement.
    """

    title: str
    roles: list[str] = Field(min_length=1)
    share: Share
    concurrency: int = Field(ge=1, le=10)
    channels: dict[Literal["chat", "mobile"], Share]
    mix: dict[str, Share]
    demand: Demand
    messages: Annotated[float, Field(ge=1)] = 6.0
    reply_seconds: Positive = 65.0
    length_sigma: float = 0.35
    effective: Share = 0.86
    late: Share = 0.06
    rated: Share = 0.30


class Shift(_Part):
    """A shift: when it starts (hours after midnight) and the share of people-weeks on it."""

    starts: float = Field(ge=0, lt=24)
    share: Share
    night: bool = False


class Duty(_Part):
    """Who is at work when: 5 of 7 days, presence, shifts, and how sign-in time divides.

    Shares of sign-in: `rest_share` 小休, `busy_share` 示忙. Leaders sign in for `leader_share` of a shift. Absence
    differs between people by `absence_sd` on the log scale; `maternity_per_year` is a woman's rate, `late` the mean
    share of days begun late.
    """

    shift_hours: Positive
    shifts: list[Shift]
    presence: Share
    absence_sd: float = Field(default=0.0, ge=0)
    maternity_per_year: Share = 0.0
    late: Annotated[float, Field(ge=0, lt=0.5)] = 0.015
    weekend_rest: Positive = 1.7
    holiday_off: Share = 0.3
    leader_share: Share = 0.3
    rest_share: Share = 0.13
    busy_share: Share = 0.06
    training_days: int = Field(default=28, ge=0)
    limit: Share = 0.97


class Traits(_Part):
    """Latent traits of people: standard deviations, and the correlations between them.

    `sd_speed` is in log handle time, `sd_solving`, `sd_warmth` and `sd_invite` in logits, `sd_quality` in QA points,
    `sd_helpful` in points of a 1-5 scale. Correlations are weak and stated: no trustworthy number was found
    (domain.md 1.4). `b` and `tau_days` are of speed(t) = a (1 - b exp(-t/tau)), judgement of domain.md 1.3; a novice
    is `novice_quality` standard deviations worse at first.
    """

    sd_speed: float = 0.07
    sd_quality: float = 3.0
    sd_solving: float = 0.22
    sd_warmth: float = 0.32
    sd_helpful: float = 0.35
    sd_invite: float = 0.35
    speed_quality: float = -0.20
    speed_solving: float = -0.15
    speed_warmth: float = -0.10
    speed_helpful: float = 0.0
    quality_solving: float = 0.50
    quality_warmth: float = 0.20
    quality_helpful: float = 0.20
    solving_warmth: float = 0.25
    solving_helpful: float = 0.15
    warmth_helpful: float = 0.30
    b: Share = 0.28
    tau_days: Positive = 90.0
    novice_quality: float = -1.0


class Shocks(_Part):
    """Transient shocks: a person's weeks (AR(1), Gaussian on the log scale as in Ibrahim et al.), a team's quarter."""

    week_sd_log_handle: float = 0.12
    week_sd_mood: float = 0.10
    week_memory: Share = 0.7
    team_sd_log_handle: float = 0.02
    team_sd_mood: float = 0.06


class Durations(_Part):
    """Call-level times: lognormal talk (Brown et al. 2005), zero-inflated lognormal hold and wrap, in seconds."""

    talk_sigma: float = 0.72
    hold_share: Share = 0.20
    hold_seconds: Positive = 38.0
    wrap_share: Share = 0.80
    wrap_seconds: Positive = 22.0
    wrap_limit: int = 180
    side_sigma: float = 0.65


class Voices(_Part):
    """What customers, reviewers and peers say: rates, thresholds and noise.

    `invited` is the share of calls with a rating (20-40 % for live call-back, domain.md 1.1), `selective` how much more
    often, in logits, a resolved call is sent to the survey; `very` and `satisfied` (or better) are shares of ratings at
    the mean of all that moves them; QA about 85 with 8 reviews a month (domain.md 1.1).
    """

    invited: Share = 0.25
    selective: float = 0.25  # may grow under incentives: `Law`, selection_logit
    very: Share = 0.72
    satisfied: Share = 0.937
    resolved_effect: float = 1.3
    reviews_per_month: Positive = 8.0
    qa_mean: float = 85.7
    qa_sd: float = 8.0
    qa_reviewer_sd: float = 1.2
    critical_error: Share = 0.012
    raters: int = Field(default=6, ge=1)
    peer_mean: float = 4.05
    severity_sd: float = 0.35
    halo_sd: float = 0.35
    item_sd: float = 0.45


class Law(_Part):
    """How effort answers to a scheme's weights.

    none: not at all. linear_in_weights: each latent outcome moves by responsiveness x sum over dimensions of
    effect x (weight - reference weight); effects are per +1.00 of weight, responsiveness is a person's own (mean 1).
    marginal_pay: the same, times the performance share of the level's pay over an agent's. `selection_logit` is no work
    but a way round it: how much more often than before a resolved call, and no other, is sent to the survey.
    """

    kind: Literal["none", "linear_in_weights", "marginal_pay"] = "none"
    reference: dict[Dimension, Share] = Field(default_factory=dict)
    effects: dict[Outcome, dict[Dimension, float]] = Field(default_factory=dict)
    responsiveness_sd: float = Field(default=0.3, ge=0)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind != "none" and not self.effects:
            raise ValueError(f"the law {self.kind} needs effects")
        return self if self.kind == "none" else _checked_weights(self, self.reference, "reference")


def _checked_weights(owner: _Owner, weights: dict[Dimension, float], what: str) -> _Owner:
    missing = [name for name in DIMENSIONS if name not in weights]
    if missing or abs(sum(weights.values()) - 1) > 1e-9:
        raise ValueError(f"{what} must name {', '.join(DIMENSIONS)} and sum to 1, but is {weights}")
    return owner


class Wave(_Part):
    """Teams, by title, that come under a reform on the first day of a quarter and stay under it."""

    first: QuarterText
    teams: list[str] = Field(min_length=1)


class Reform(_Part):
    """Other weights for some teams, wave by wave; all others stay under the centre's."""

    weights: dict[Dimension, Share]
    waves: list[Wave]

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        teams = [team for wave in self.waves for team in wave.teams]
        if len(set(teams)) < len(teams):
            raise ValueError("reform.waves: a team stands in two waves")
        return _checked_weights(self, self.weights, "reform.weights")


class Happening(_Part):
    """Something else than weights that moves outcomes of some teams, by title, from a quarter on, such as a tool.

    `moves` are in the units of the outcomes, the same for everybody in those teams.
    """

    what: str
    first: QuarterText
    teams: list[str] = Field(min_length=1)
    moves: dict[Outcome, float]


class Fault(_Part):
    """Faults of one kind planted in one quarter's exported files (`faults.KINDS`); what happened stays as it was."""

    kind: FaultKind
    quarter: QuarterText
    count: int = Field(default=1, ge=1)


class Centre(_Part):
    """One synthetic centre; `read_centre` makes it from `centre.yaml`. Every raw byte is a function of this record."""

    title: str
    seed: int = Field(ge=0)
    first: QuarterText
    last: QuarterText
    parquet_quarters: list[QuarterText] = Field(default_factory=list)
    rows_per_csv: int = Field(default=EXCEL_ROWS, ge=2, le=EXCEL_ROWS)
    sites: list[str] = Field(min_length=1)
    levels: dict[Level, str]
    roles: dict[str, Role]
    women: Share = 0.70
    dispatched: Share = 0.55
    moves: Share = 0.08  # of vacancies, filled from another team of the role; judgement, like the next
    role_moves: Share = 0.03  # of vacancies, filled from another role
    reused_acd: Share = 0.30
    weights: dict[Dimension, Share]
    law: Law = Law()
    reform: Reform | None = None
    happenings: list[Happening] = Field(default_factory=list)
    demand: Demand
    duty: Duty
    call_types: dict[str, CallType]
    queues: dict[str, Queue]
    text_desk: TextDesk | None = None
    traits: Traits = Traits()
    shocks: Shocks = Shocks()
    durations: Durations = Durations()
    voices: Voices = Voices()
    faults: list[Fault] = Field(default_factory=list)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """All quarters of the centre, first to last."""
        return quarters_between(self.first, self.last)

    @property
    def headcount(self) -> int:
        """Positions in all roles."""
        return sum(role.teams * role.team_size for role in self.roles.values())

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _checked_weights(self, self.weights, "weights")
        if self.last < self.first:
            raise ValueError(f"last {self.last} stands before first {self.first}")
        if missing := {"agent", "senior_agent", "team_leader", "manager"} - set(self.levels):
            raise ValueError(f"levels: a title is missing for {', '.join(sorted(missing))}")
        if abs(sum(queue.share for queue in self.queues.values()) - 1) > 1e-9:
            raise ValueError("queues: the shares must sum to 1")
        if abs(sum(shift.share for shift in self.duty.shifts) - 1) > 1e-9:
            raise ValueError("duty.shifts: the shares must sum to 1")
        for name, queue in self.queues.items():
            self._check_role(f"queues.{name}", queue.role)
            self._check_mix(f"queues.{name}.mix", queue.mix)
            self._check_teams(name, queue)
        if self.text_desk:
            for role in self.text_desk.roles:
                self._check_role("text_desk.roles", role)
            self._check_mix("text_desk.mix", self.text_desk.mix)
            if abs(sum(self.text_desk.channels.values()) - 1) > 1e-9:
                raise ValueError("text_desk.channels: the shares must sum to 1")
        return self

    def _check_role(self, where: str, role: str) -> None:
        if role not in self.roles:
            raise ValueError(f"{where}: the role {role!r} is not among {', '.join(self.roles)}")

    def _check_mix(self, where: str, mix: dict[str, float]) -> None:
        if unknown := set(mix) - set(self.call_types):
            raise ValueError(f"{where}: {sorted(unknown)} are not among {', '.join(self.call_types)}")
        if abs(sum(mix.values()) - 1) > 1e-9:
            raise ValueError(f"{where}: the shares must sum to 1")

    def _check_teams(self, name: str, queue: Queue) -> None:
        teams = sum(other.teams for other in self.queues.values() if other.role == queue.role)
        if teams != self.roles[queue.role].teams:
            raise ValueError(
                f"queues.{name}: the queues of {queue.role} have {teams} teams, "
                f"the role has {self.roles[queue.role].teams}"
            )


def read_centre(study: Path) -> Centre:
    """Read `<study>/centre.yaml`; any fault is a `StudyError` naming file and key."""
    path = study / FILE
    centre: Centre = validated(Centre, read_yaml(path), path)
    return centre
