"""``runtall demo``: a virtual runner, recorded and reported, to see the whole way without a sensor."""

from __future__ import annotations

import click

from analysis.cli.home import home_folder


@click.command("demo")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    show_default=True,
    help="Which of the possible runs.",
)
@click.option("--open", "open_page", is_flag=True, help="Show the page in the browser.")
@click.pass_context
def command(ctx: click.Context, seed: int, open_page: bool) -> None:
    """See it work without a sensor.

    A simulated runner wears a simulated sensor; everything from the radio on is the real thing. Needs
    `pip install "runtall[virtual]"`. Your own sessions are not touched.
    """
    from analysis.cli.demo.demo_run import run_demo

    result = run_demo(home_folder(ctx) / "demo", seed)
    for line in result.lines():
        click.echo(line)
    if open_page:
        click.launch(result.page_path.as_uri())
