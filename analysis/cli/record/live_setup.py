"""Make what shows posture live: estimator, display, screen and page. What is missing is told in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli.record.live import LivePosture, PostureLine
from analysis.cli.record.live_page import Reach, invitation, live_page, qr_code
from analysis.cli.record.live_screen import live_screen
from analysis.cli.record.posture_feed import PostureFeed, in_a_thread
from analysis.cli.text import tell
from analysis.errors import AnalysisError, LivePageError
from analysis.live.estimator import WindowedEstimator
from analysis.live.view import LiveDisplay
from analysis.profile import Profile, analysis_config
from sensor.errors import SensorError
from sensor.samples import TRUNK_PLACEMENTS

if TYPE_CHECKING:
    from analysis.cli.record.live_screen import LiveScreen
    from analysis.config import AnalysisConfig
    from analysis.live.web.server import LivePage
    from analysis.personal import PersonalBaseline
    from sensor.recorder import RecordingPlan

POSTER_S = 120.0
"""How long at most the terminal shows the code that a phone has not read yet."""


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What the runner wants to see.

    Parameters
    ----------
    home
        The runner's folder.
    profile
        Thresholds and unit.
    reach
        From where a page is to be seen; None without one.
    context
        What is known of the session beforehand.
    """

    home: Path
    profile: Profile
    reach: Reach | None = None
    context: Mapping[str, object] = field(default_factory=dict)


@contextmanager
def posture_line(
    options: LiveOptions, plan: RecordingPlan, *, is_simulated: bool
) -> Iterator[tuple[PostureLine, PostureFeed]]:
    """Show posture from entering to leaving; a page that cannot be had is told, and goes without.

    Returns
    -------
    PostureLine
        Where to talk; what comes is handed to it.
    PostureFeed
        What it shows is told by: others may listen.
    """
    estimator = live_estimator(options, plan, is_simulated=is_simulated)
    display = LiveDisplay(analysis_config(options.profile).findings, options.profile.unit)
    with ExitStack() as stack:
        feed = PostureFeed(estimator, in_a_thread)
        page = _page(options, stack)
        with _line(LivePosture(feed, display), live_screen(), page, options.reach) as line:
            if page is not None and options.reach is not None:
                line.say(invitation(page.address.url, options.reach))
            yield line, feed


def live_estimator(options: LiveOptions, plan: RecordingPlan, *, is_simulated: bool) -> WindowedEstimator:
    """Return what turns the samples of a recording into strides, with what is known of the runner."""
    config = analysis_config(options.profile)
    personal = _personal_usual(options, plan, config, is_simulated=is_simulated)
    return WindowedEstimator(config, context=options.context, personal=personal)


def _page(options: LiveOptions, stack: ExitStack) -> LivePage | None:
    if options.reach is None:
        return None
    try:
        return stack.enter_context(live_page(options.reach, options.home))
    except LivePageError as error:
        tell(f"{error}; recording goes on without the page.")
        return None


def _line(
    posture: LivePosture, screen: LiveScreen, page: LivePage | None, reach: Reach | None
) -> PostureLine:
    if page is None:
        return PostureLine(posture, screen)
    feed, code = page.feed, qr_code(page.address.url) if reach is Reach.LAN else ""
    is_read = False

    def poster(now_s: float) -> str:
        nonlocal is_read
        is_read = is_read or feed.listeners > 0
        return "" if is_read or now_s > POSTER_S else code

    return PostureLine(posture, screen, publish=feed.publish, poster=poster)


def _personal_usual(
    options: LiveOptions, plan: RecordingPlan, config: AnalysisConfig, *, is_simulated: bool
) -> PersonalBaseline | None:
    """Return what earlier runs tell of the runner, as far as it is kept; None where they tell too little."""
    from analysis.cli.past_runs import kept_runs
    from analysis.comparison.earlier_runs import Worn, personal_baseline
    from sensor.session.context import RUNNER_KEY

    place = next((one.placement for one in plan.sensors if one.placement in TRUNK_PLACEMENTS), "")
    worn = Worn(str(options.context.get(RUNNER_KEY) or ""), place, is_simulated)
    try:
        personal = personal_baseline(kept_runs(options.home, config), worn, config)
    except (AnalysisError, SensorError, OSError) as error:
        tell(f"Earlier runs cannot be read ({error}); what is usual is taken from this run.")
        return None
    return personal if len(personal.used) >= config.personal.least_runs else None
