"""Where `python kit.py` and `qpm` come in: Ctrl+C while it is still loading brings no traceback either."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    try:
        from qpm_widgets.cli import main as run  # noqa: PLC0415  # loading takes long enough to be interrupted

        run()
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
