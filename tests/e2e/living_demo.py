"""A whole demo as a newcomer starts it: real processes, real HTTP, a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.e2e.walker import Walker

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "fhir-data"
START_SECONDS = 90
STOP_SECONDS = 20
ITSELF = (sys.executable, "-m", "fhirportal")


class Demo:
    """`fhirportal demo` in a folder of its own; `people`, `hospitals` as demo.json has them."""

    def __init__(self, folder: Path, *words: str, command=ITSELF, cwd: Path = ROOT, seconds: float = START_SECONDS) -> None:
        self.folder, self.command, self.cwd = folder, list(command), cwd
        self._output = (folder / "output.txt").open("wb")
        line = [*command, "demo", "--port", "0", "--data", str(folder / "demo"), *words]
        # a group of its own: Ctrl-C in the terminal that runs the tests is not for it
        self.process = subprocess.Popen(line, stdout=self._output, stderr=subprocess.STDOUT, cwd=cwd, start_new_session=True)
        self.json = self._wait(seconds)
        self.portal, self.sandbox = self.json["portal"], self.json["sandbox"]
        self.people, self.hospitals = self.json["people"], self.json["hospitals"]

    def _wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the demo ended: {self.output()}")
            try:
                return json.loads((self.folder / "demo" / "demo.json").read_text(encoding="utf-8"))
            except (OSError, ValueError):
                time.sleep(0.05)
        self.close()
        raise AssertionError(f"the demo did not start: {self.output()}")

    def output(self) -> str:
        return (self.folder / "output.txt").read_text(encoding="utf-8")

    def children(self) -> list[int]:
        """The pids of the processes this demo started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in listed.read_text().split()] if listed.exists() else []

    def launch_address(self, key: str, as_: str = "patient", hospital: str = "alder", patient: str | None = None) -> str:
        """A one-time EHR launch address, as the command line prints it. `patient` picks the chart where there are several."""
        desk = next(h["desk"] for h in self.hospitals if h["slug"] == hospital)
        body = {"person": key, "as": as_, "client_id": self.json["apps"][0]["client_id"]}
        if patient:
            body["patient"] = patient
        answer = requests.post(f"{desk}/api/launch", json=body, headers=self._control(), timeout=10)
        assert answer.ok, answer.text
        return answer.json()["url"]

    def hostile(self, victim: str | None, hospital: str = "alder") -> None:
        """From now on the hospital answers every question with this patient's data; None: it behaves again."""
        self.control(hospital, answer_as=victim)

    def control(self, hospital: str = "alder", **switches) -> None:
        """Makes the hospital's FHIR server hostile, open or faulty, and good again."""
        answer = requests.post(f"{self.sandbox}/{hospital}/_control", json=switches, headers=self._control(), timeout=10)
        assert answer.ok, answer.text

    def switch(self, hospital: str = "alder", **switches) -> None:
        """Turns the SMART front's faults on and off; `reset=True` puts all back."""
        address = f"{self.sandbox}/{hospital}/auth/_control"
        answer = requests.post(address, json=switches, headers=self._control(), timeout=10)
        assert answer.ok, answer.text

    def _control(self):
        return {"Authorization": f"Bearer {self.json['control_token']}"}

    def person(self, key: str, as_: str = "patient", hospital: str = "alder", patient: str | None = None) -> Walker:
        """Someone who has launched the portal from the EHR and agreed to the terms."""
        walker = Walker(self.portal)
        walker.launch(self.launch_address(key, as_, hospital, patient))
        return walker

    def run(self, *words: str) -> subprocess.CompletedProcess:
        """Another `fhirportal` command beside this demo."""
        return subprocess.run([*self.command, *words], cwd=self.cwd, capture_output=True, text=True, timeout=60)

    def close(self, by: signal.Signals = signal.SIGTERM) -> int:
        """The exit status, once the demo has ended at this signal."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self._output.close()


def full_run() -> bool:
    """Whether the long matrices are wanted (`./portal test --full`)."""
    return bool(os.environ.get("FHIRPORTAL_TEST_FULL"))
