"""A real browser without a window, and a labelling server that can be killed."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import learnface

__all__ = ["PageServer", "browser", "eventually"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--window-size=1280,1000",
    "--lang=en",
)


@contextlib.contextmanager
def browser(profile):
    """Start Chromium with an empty profile; skip the test where there is none."""
    programs, driver = list(filter(None, map(shutil.which, _BROWSERS))), shutil.which("chromedriver")
    if not programs or not driver:
        pytest.skip("needs a browser: apt-get install chromium chromium-driver")
    pytest.importorskip("selenium", reason="needs selenium, of the extra 'dev'")
    page = _started(programs, driver, profile)
    try:
        page.set_page_load_timeout(60)
        page.set_script_timeout(60)
        yield page
    finally:
        page.quit()


def _started(programs, driver, profile):
    """Return the first browser that the driver can drive: versions must match."""
    from selenium import webdriver
    from selenium.common.exceptions import SessionNotCreatedException

    for program in programs:
        options = webdriver.ChromeOptions()
        options.binary_location = program
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        try:
            return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        except SessionNotCreatedException as error:
            reason = error.msg
    return pytest.skip(f"{driver} cannot drive {', '.join(programs)}: {reason}")


class PageServer:
    """`learnface annotate` in a process of its own."""

    def __init__(self, folder):
        self.folder = Path(folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        """Start it, and wait until it listens."""
        command = [sys.executable, "-m", "learnface", "annotate", str(self.folder), "--no-browser"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            stdout=subprocess.PIPE,
            cwd=Path(learnface.__file__).parents[1],
            text=True,
        )
        assert self.address in self.process.stdout.readline()

    def kill(self):
        """Kill it as a crash would."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


def eventually(ask, what, seconds=60):
    """Wait until `ask()` is true, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")
