"""Keeps a municipality's own case system in step with the registry; as a program `krat-sync`, or as a library.

from krat_sync import Registry

registry = Registry("https://krat.example", client_id, client_secret)
for outcome in registry.push(records): ...        # thousands of records, each with its reference
for page in registry.pull(cursor): ...            # what changed since; raises BeginAgain where a cursor is too old
"""

from krat_sync.registry import Away, BeginAgain, Changed, Page, Record, Refused, Registry

__all__ = ["Away", "BeginAgain", "Changed", "Page", "Record", "Refused", "Registry"]
