"""Runs HL7's own validator on resources (judge/Judge.java), with libraries that are held against their hashes.

https://confluence.hl7.org/spaces/FHIR/pages/35718580/Using+the+FHIR+Validator. Needs Java 17 and Maven.
"""

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent / "judge"
LIBRARIES = HERE / "target" / "lib"
HASHES = HERE / "libraries.sha256"
CRASH = "crash"
WARM_UP = '{"resourceType":"Patient","active":true}'
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseParallelGC", "-Xmx3g")  # it lives for less than a minute
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies"


@dataclass(frozen=True, slots=True)
class Finding:
    """One error of the official validator; ``key`` is ``CRASH`` where it fell over instead."""

    location: str
    key: str
    text: str


def listed() -> dict[str, str]:
    """File name → SHA-256, as committed."""
    rows = (line.split() for line in HASHES.read_text(encoding="utf-8").splitlines())
    return {name: digest for digest, name in rows}


def present() -> dict[str, str]:
    """File name → SHA-256, as they are here."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in LIBRARIES.glob("*.jar")}


def prepare() -> None:
    """Fetches the libraries where they are not; raises where one is not the one that was pinned."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise FileNotFoundError(f"{program} is needed to run the official validator: Java 17 and Maven")
    if present() != listed():
        shutil.rmtree(LIBRARIES, ignore_errors=True)
        command = [
            "mvn",
            "--batch-mode",
            "--quiet",
            "--strict-checksums",
            PLUGIN,
            f"-DoutputDirectory={LIBRARIES}",
        ]
        subprocess.run(command, cwd=HERE, check=True)
    if present() != listed():
        odd = sorted(name for name, _ in set(present().items()) ^ set(listed().items()))
        raise ValueError(f"not the libraries that are pinned in {HASHES.name}: {', '.join(odd)}")


def judge(texts: list[str], *folders: Path) -> list[list[Finding]]:
    """What the official validator finds wrong in each text, in one run of Java.

    With ``folders`` of definitions, a canonical and a tab before a text name the profile that it is judged by.
    """
    prepare()
    command = ["java", *QUICK, "-cp", f"{LIBRARIES}/*", str(HERE / "Judge.java"), *map(str, folders)]
    lines = "\n".join(text.replace("\n", " ") for text in (WARM_UP, *texts))
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
    answers = done.stdout.splitlines()
    if done.returncode or len(answers) != len(texts):
        raise RuntimeError(f"{len(answers)} answers to {len(texts)} texts: {done.stderr[-2000:]}")
    return [[Finding(**one) for one in json.loads(answer)] for answer in answers]


def version() -> str:
    """HAPI's, as pinned."""
    return next(
        name.removeprefix("hapi-fhir-validation-").removesuffix(".jar")
        for name in listed()
        if name.startswith("hapi-fhir-validation-") and "resources" not in name
    )
