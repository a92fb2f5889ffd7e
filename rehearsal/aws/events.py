"""Stack events as CloudFormation writes them: none for what did not change, the clean-up's own, and what was kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from aws.emulator import Emulator
from aws.report import Report

_STACK = "AWS::CloudFormation::Stack"


class Events:
    """The emulator reports every resource of an updated stack, the unchanged and the new ones alike as updated."""

    def __init__(self, emulator: Emulator, report: Report) -> None:
        self._emulator, self._report = emulator, report
        self._lock = threading.Lock()
        # By stack and logical id: the event that waits until the resource turns out to be changed or new.
        self._held: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._new: set[tuple[str, str]] = set()
        self._add: Callable[..., None] = lambda *_: None

    def adding(self, original: Callable[..., None]) -> Callable[..., None]:
        self._add = original

        def add(
            stack_id: str,
            stack: str,
            logical_id: str,
            type_name: str,
            status: str,
            reason: str = "",
            physical_id: str = "",
            detailed_status: str = "",
        ) -> None:
            key = (stack, logical_id)
            event = (stack_id, stack, logical_id, type_name, status, reason, physical_id, detailed_status)
            if status == "DELETE_SKIPPED":
                entry = {"stack": stack, "logicalId": logical_id, "type": type_name, "physicalId": physical_id}
                self._report.add("retained", entry)
            with self._lock:
                if type_name != _STACK and status == "UPDATE_IN_PROGRESS":
                    if not reason:
                        self._held[key] = event
                        return
                    self._held.pop(key, None)
                if status == "UPDATE_COMPLETE" and self._held.pop(key, ()):
                    return
                if status == "UPDATE_COMPLETE" and key in self._new:
                    self._new.discard(key)
                    event = (*event[:4], "CREATE_COMPLETE", *event[5:])
                if status == "UPDATE_FAILED" and key in self._new:
                    self._new.discard(key)
                    event = (*event[:4], "CREATE_FAILED", *event[5:])
                waiting = self._held.pop(key, None)
            if waiting:
                original(*waiting)
            original(*event)

        return add

    def started(self, stack: str, logical_id: str, *, creates: bool = False) -> None:
        """A resource of an update is really worked on: let its event out."""
        with self._lock:
            waiting = self._held.pop((stack, logical_id), None)
            if waiting and creates:
                self._new.add((stack, logical_id))
                waiting = (*waiting[:4], "CREATE_IN_PROGRESS", *waiting[5:])
        if waiting:
            self._add(*waiting)

    def cleaning_up(self, stack: str, logical_id: str, type_name: str, physical_id: str) -> Callable[[], None]:
        """Announce a delete that belongs to an update's clean-up; the answer announces its end."""
        state = self._emulator.stack(stack)
        if state.get("StackStatus") not in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"):
            return lambda: None
        stack_id = state["StackId"]
        if state["StackStatus"] == "UPDATE_IN_PROGRESS":
            state["StackStatus"] = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
            self._add(stack_id, stack, stack, _STACK, state["StackStatus"], "", stack_id)
        self._add(stack_id, stack, logical_id, type_name, "DELETE_IN_PROGRESS", "", physical_id)
        return lambda: self._add(stack_id, stack, logical_id, type_name, "DELETE_COMPLETE", "", physical_id)
