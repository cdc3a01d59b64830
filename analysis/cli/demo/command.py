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
@click.option(
    "--radio",
    "whole_radio",
    is_flag=True,
    help='Send every packet through a whole Bluetooth stack made of software: slower; needs the extra, \
`pip install "runtall[virtual]"`.',
)
@click.option("--open", "open_page", is_flag=True, help="Show the page in the browser.")
@click.pass_context
def command(ctx: click.Context, seed: int, whole_radio: bool, open_page: bool) -> None:
    """See it work without a sensor.

    A simulated runner wears a simulated sensor; everything from the radio on is the real thing. Your own
    sessions are not touched.
    """
    from analysis.cli.demo.demo_run import run_demo

    result = run_demo(home_folder(ctx) / "demo", seed, whole_radio=whole_radio)
    for line in result.lines():
        click.echo(line)
    if open_page:
        click.launch(result.page_path.as_uri())
