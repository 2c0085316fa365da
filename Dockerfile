# The server's image: the product and its lock, nothing of the sandbox, no compiler, no keys, nobody's root.
# docker build -t helsekort . ; run with the variables of docs/settings.md. The same image serves, works and migrates:
# worker and commands are started with --no-healthcheck, since nothing listens there.
# .ci/image runs the commands of this file, and the image's own, without an engine.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/helsekort
COPY requirements.lock .
RUN /opt/helsekort/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock
# The build tools are pinned by the developers' lock, of which these lines are taken, and stay in this stage.
COPY requirements-dev.lock .
RUN awk '/^[a-z]/ { keep = /^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/ } keep' \
        requirements-dev.lock > build.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r build.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
COPY fhir_profiles fhir_profiles
RUN /opt/build/bin/python -m hatchling build -t wheel -d /opt/build/dist \
    && /opt/helsekort/bin/pip install --no-cache-dir --no-deps /opt/build/dist/*.whl \
    && /opt/helsekort/bin/pip uninstall --yes pip

FROM python:3.13-slim
COPY --from=build /opt/helsekort /opt/helsekort
# No account: a number that is not root, on a file system that may be read only.
USER 10001:10001
ENV PATH=/opt/helsekort/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health/live', timeout=3)"]
ENTRYPOINT ["helsekort"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
