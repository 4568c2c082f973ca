"""Read and change JSON values by path."""

from __future__ import annotations

import copy
from typing import Any

from idp_checks.profiles.shape import Path

__all__ = ["get_at", "list_paths", "remove_at", "replace_at"]


def list_paths(value: object, prefix: Path = ()) -> list[Path]:
    """Return all paths in a JSON value, each parent before its children."""
    children: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [path for step, child in children for path in [(*prefix, step), *list_paths(child, (*prefix, step))]]


def get_at(value: object, path: Path) -> Any:
    """Return the value at a path, or None if the path does not exist."""
    parent = _find_parent(value, path)
    last = path[-1]
    if isinstance(parent, dict):
        return parent.get(last)
    return parent[last] if isinstance(parent, list) and isinstance(last, int) and last < len(parent) else None


def replace_at(value: object, path: Path, replacement: object) -> Any:
    """Return a copy with another value at a path; an unchanged copy if the parent does not exist."""
    changed = copy.deepcopy(value)
    parent = _find_parent(changed, path)
    last = path[-1]
    if isinstance(parent, dict) or (isinstance(parent, list) and isinstance(last, int) and last < len(parent)):
        parent[last] = copy.deepcopy(replacement)  # type: ignore[index]
    return changed


def remove_at(value: object, path: Path) -> Any:
    """Return a copy without the field at a path."""
    changed = copy.deepcopy(value)
    parent = _find_parent(changed, path)
    if isinstance(parent, dict):
        parent.pop(path[-1], None)
    return changed


def _find_parent(value: object, path: Path) -> object:
    for step in path[:-1]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
