"""Errors of the ``analysis`` package."""

from __future__ import annotations


class AnalysisError(Exception):
    """Base of every expected failure in this package."""


class NoLapsError(AnalysisError, LookupError):
    """A report by laps was asked for, of a session in which none was marked."""


class NotEnoughRunningError(AnalysisError, ValueError):
    """A session with too little running for any figure."""


class SignalError(AnalysisError, ValueError):
    """A signal that no figure can be drawn from: empty, constant, impossible rate."""


class UsageError(AnalysisError, ValueError):
    """Words on the command line that do not fit together."""


class ReportFileError(AnalysisError, ValueError):
    """A file that is no report of this program, or a damaged or newer one."""


class DataSetError(AnalysisError, ValueError):
    """A folder that is no data set of this program, or a damaged or newer one."""


class WorkersError(AnalysisError, RuntimeError):
    """No process can be started to work in."""


class ProfileError(AnalysisError, ValueError):
    """A runner's profile that cannot be read, holds what cannot be true, or is not there."""


class OutputError(AnalysisError, OSError):
    """A place where a result cannot be written."""


class ExportError(AnalysisError, ValueError):
    """A report that cannot be given in the form that was asked for."""


class TiltError(AnalysisError, ValueError):
    """A check with known angles that did not come to an end, or contradicts itself."""


class SittingFileError(AnalysisError, ValueError):
    """A file that is no sitting of this program, or a damaged or newer one."""


class LivePageError(AnalysisError, OSError):
    """A page of what is shown live that cannot be offered: no port, no network, no library for it."""
